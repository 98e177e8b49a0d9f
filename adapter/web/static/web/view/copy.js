// A button that copies a text, and says for a moment that it did.

import { iconButton, rename } from './buttons.js';
import { icon } from './icons.js';

const moment = 1500; // ms

export function copyButton(text, words) {
  const shown = (name, label) => {
    button.replaceChildren(icon(name));
    rename(button, label);
  };
  const button = iconButton('copy', words.copy, async () => {
    await navigator.clipboard.writeText(text());
    shown('check', words.copied);
    setTimeout(() => shown('copy', words.copy), moment);
  }, { 'data-does': 'copy' });
  return button;
}
