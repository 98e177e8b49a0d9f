// A widget as an item.

import { h } from '../view/dom.js';
import { draftsIn, putDrafts } from '../widgets/fields.js';
import { widgetNode } from '../widgets/widget.js';

export class WidgetView {
  node = h('div', { class: 'item widget-item' });
  #context;
  #widget = null;

  constructor(context) { this.#context = context; }

  update(item) {
    if (item.widget === this.#widget) return;
    this.#widget = item.widget;
    const focused = path(this.node, this.node.getRootNode().activeElement);
    const drafts = draftsIn(this.node);
    this.node.replaceChildren(widgetNode(item.widget, {
      words: this.#context.words,
      action: (action) => this.#context.commands.action(action, item),
    }));
    putDrafts(this.node, drafts);
    // What the person was about to press stays under their finger when the widget is drawn again.
    if (focused) at(this.node, focused)?.focus();
  }
}

/** The way from a node down to one in it, as a list of places; null if it isn't in it. */
function path(root, node) {
  if (!node || node === root || !root.contains(node)) return null;
  const way = [];
  for (let here = node; here !== root; here = here.parentNode) way.unshift([...here.parentNode.childNodes].indexOf(here));
  return way;
}

function at(root, way) {
  return way.reduce((node, place) => node?.childNodes[place], root);
}
