// The items of a conversation as nodes that stay: an item that is the same object as before is not touched.

import { AnswerBars } from './answerbars.js';
import { h } from './dom.js';
import { itemView } from '../items/item.js';

export class ItemList {
  node = h('div', { class: 'items' });
  #commands;
  #views = new Map(); // id → {view, item, live}
  #words = null;
  #bars;

  constructor(commands) {
    this.#commands = commands;
    this.#bars = new AnswerBars(commands);
  }

  draw(state, options) {
    const { items, live } = state.conversation;
    const { words } = options;
    if (words.language !== this.#words?.language) this.#clear();
    this.#words = words;
    const ids = new Set(items.map(({ id }) => id));
    for (const [id, { view }] of this.#views) {
      if (ids.has(id)) continue;
      view.node.remove();
      this.#views.delete(id);
    }
    let after = null; // the node that the next one belongs behind
    for (const item of items) {
      const { node } = this.#drawn(item, live.has(item.id));
      const place = after ? after.nextSibling : this.node.firstChild;
      if (place !== node) this.node.insertBefore(node, place);
      after = node;
    }
    this.#bars.draw(state, options, (id) => this.#views.get(id).view.node);
  }

  #drawn(item, live) {
    const old = this.#views.get(item.id);
    if (old && old.item === item && old.live === live) return old.view;
    const same = old && old.item.type === item.type;
    const view = same ? old.view : itemView(item.type, { words: this.#words, commands: this.#commands });
    if (old && !same) old.view.node.remove();
    this.#update(view, item, live);
    this.#views.set(item.id, { view, item, live });
    return view;
  }

  /** Draws one item. What can't be drawn is one item less, and no reason to stop drawing the others. */
  #update(view, item, live) {
    try {
      view.update(item, live);
    } catch (error) {
      view.node.replaceChildren(h('p', { class: 'aside' }, this.#words.undrawable));
      this.#commands.undrawable(error);
    }
  }

  #clear() {
    this.node.replaceChildren();
    this.#views.clear();
    this.#bars.clear();
  }
}
