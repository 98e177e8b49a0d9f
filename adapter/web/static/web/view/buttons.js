// The few kinds of buttons that the element's own parts use.

import { h } from './dom.js';
import { icon } from './icons.js';

/** A button that shows only an icon; its name is there for screen readers and as a tip. */
export function iconButton(name, label, onClick, attributes = {}) {
  return h('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, on: { click: onClick }, ...attributes }, icon(name));
}

/** A button with words. `kind`: primary, quiet or danger. */
export function textButton(label, onClick, kind = 'quiet') {
  return h('button', { type: 'button', class: `text-button ${kind}`, on: { click: onClick } }, label);
}

/** Gives a button another name where the words or their language changed. */
export function rename(button, label) {
  button.setAttribute('aria-label', label);
  button.title = label;
}
