// Widgets: a tree of components that a server describes and a page draws. Everything in it is somebody else's word:
// text becomes text nodes, sizes and colours go through CSSOM, addresses are checked.

import { h } from '../view/dom.js';
import { content } from './content.js';
import { controls } from './controls.js';
import { layout } from './layout.js';
import { roots } from './roots.js';
import { text } from './text.js';

const components = { ...roots, ...layout, ...text, ...content, ...controls };
const deepest = 40;
let drawings = 0; // for ids: two widgets may have fields of the same name

/** The node of a widget. `context`: {words, action(action) → Promise}. */
export function widgetNode(widget, context) {
  return h('div', { class: 'widget' }, new Drawing(context).draw(widget));
}

/** One drawing of one tree: what the components are given to draw their children and to act. */
class Drawing {
  #depth = 0;
  #prefix = `w${++drawings}-`;

  constructor({ words, action }) {
    this.words = words;
    this.action = action;
  }

  draw(component) {
    if (!component || typeof component !== 'object' || this.#depth >= deepest) return null;
    this.#depth++;
    try {
      const make = Object.hasOwn(components, component.type) ? components[component.type] : unknown;
      return make(component, this);
    } finally {
      this.#depth--;
    }
  }

  /** The id of the field of that name in this widget, for its label. */
  fieldId(name) { return this.#prefix + name; }

  children({ children }) {
    return (Array.isArray(children) ? children : [children]).map((child) => this.draw(child));
  }

  /** Runs an action and shows on `busy` that it is at work; a second press in the meantime does nothing. */
  run(action, busy, fields) {
    if (!action?.type || busy.getAttribute('aria-busy') === 'true') return;
    busy.setAttribute('aria-busy', 'true');
    const payload = fields ? { ...action.payload, ...fields } : action.payload;
    Promise.resolve(this.action({ ...action, payload })).finally(() => busy.removeAttribute('aria-busy'));
  }
}

/** A component that this page does not know is shown as what is in it: nothing that was said is lost. */
function unknown(component, drawing) {
  const words = component.value ?? component.label ?? component.title;
  return h('div', { class: 'w-unknown' }, typeof words === 'string' ? h('span', { dir: 'auto' }, words) : null,
    component.children === undefined ? null : drawing.children(component));
}
