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
    const focused = held(this.node, this.node.getRootNode().activeElement);
    const drafts = draftsIn(this.node);
    this.node.replaceChildren(widgetNode(item.widget, {
      words: this.#context.words,
      action: (action) => this.#context.commands.action(action, item),
    }));
    putDrafts(this.node, drafts);
    // What the person was about to press stays under their finger when the widget is drawn again.
    focused?.();
  }
}

/** How to give the focus back to what has it in a node, after the node was drawn anew; null if it isn't in there. */
function held(root, active) {
  if (!active || active === root || !root.contains(active)) return null;
  const name = active.getAttribute('name');
  const way = path(root, active);
  return () => {
    const place = way.reduce((node, at) => node?.childNodes[at], root);
    (name && root.querySelector(`[name="${CSS.escape(name)}"]`) || place)?.focus?.(); // what stands there now may be words
  };
}

/** The way from a node down to one in it, as a list of places. */
function path(root, node) {
  const way = [];
  for (let here = node; here !== root; here = here.parentNode) way.unshift([...here.parentNode.childNodes].indexOf(here));
  return way;
}
