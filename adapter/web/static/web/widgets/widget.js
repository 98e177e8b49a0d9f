// Widgets: a tree of components that a server describes and a page draws. Everything in it is somebody else's word:
// text becomes text nodes, sizes and colours go through CSSOM, addresses are checked.

import { h } from '../view/dom.js';
import { content } from './content.js';
import { controls } from './controls.js';
import { fieldsOf } from './fields.js';
import { layout } from './layout.js';
import { roots } from './roots.js';
import { text } from './text.js';

const components = { ...roots, ...layout, ...text, ...content, ...controls };
const deepest = 40;
let drawings = 0; // for ids: two widgets may have fields of the same name

/** The node of a widget. `context`: {words, action(action) → Promise}. */
export function widgetNode(widget, context) {
  const node = h('div', { class: 'widget' });
  if (widget?.theme === 'light' || widget?.theme === 'dark') node.style.colorScheme = widget.theme;
  node.append(...[new Drawing(node, context).draw(widget)].filter(Boolean));
  for (const { htmlFor } of node.querySelectorAll('label[for]')) {
    node.querySelector(`#${CSS.escape(htmlFor)}`)?.removeAttribute('aria-label'); // the label names it
  }
  return node;
}

/** One drawing of one tree: what the components are given to draw their children and to act. */
class Drawing {
  #root;
  #depth = 0;
  #prefix = `w${++drawings}-`;
  #working = new Set();

  constructor(root, { words, action }) {
    this.#root = root;
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

  /** The id of the field of that name in this widget, for its label and for radios that belong together. */
  fieldId(name) { return this.#prefix + name; }

  children({ children }) {
    return (Array.isArray(children) ? children : [children]).map((child) => this.draw(child));
  }

  /**
   * Runs the action of a node, with the fields in `scope`: its form, if it is in one. `auto` is where it is shown that this takes time, unless the
   * action says: on the node ("self"), on the whole widget, in which nothing else can be done meanwhile ("container"), or
   * nowhere ("none"). A second press in the meantime does nothing. What has the focus keeps it.
   */
  run(action, node, auto, scope = node.closest('form')) {
    if (!action?.type || this.#working.has(node) || this.#root.hasAttribute('data-busy')) return;
    const { loadingBehavior = 'auto' } = action;
    const shown = { self: node, container: this.#root }[loadingBehavior === 'auto' ? auto : loadingBehavior];
    const waits = (waiting) => {
      if (waiting) this.#working.add(node); else this.#working.delete(node);
      shown?.toggleAttribute('data-busy', waiting);
      shown?.setAttribute('aria-busy', String(waiting));
    };
    waits(true);
    // A key of the action's own payload wins over a field of that name.
    Promise.resolve(this.action({ ...action, payload: { ...(scope && fieldsOf(scope)), ...action.payload } })).finally(() => waits(false));
  }
}

/** A component that this page does not know is shown as what is in it: nothing that was said is lost. */
function unknown(component, drawing) {
  const words = component.value ?? component.label ?? component.title;
  return h('div', { class: 'w-unknown' }, typeof words === 'string' ? h('span', { dir: 'auto' }, words) : null,
    component.children === undefined ? null : drawing.children(component));
}
