// The scrolling part: the items, and under them what is going on now.

import { attribute, h } from './dom.js';
import { iconButton, rename } from './buttons.js';
import { ItemList } from './itemlist.js';
import { Tail } from './tail.js';

const nearEnd = 80; // px from the end at which a reader still counts as being there

export class Conversation {
  node;
  #scroller;
  #list;
  #tail;
  #newest;
  #follow = true;    // stay at the end while things come
  #jump = false;     // go there once, at the next drawing

  constructor(commands) {
    this.#list = new ItemList(commands);
    this.#tail = new Tail(commands);
    this.#newest = iconButton('chevron-down', '', () => this.#toEnd('smooth'), { class: 'icon-button newest', hidden: true });
    this.#scroller = h('section', { class: 'scroller', tabindex: '0', on: { scroll: () => this.#scrolled() } },
      h('div', { class: 'column' }, this.#list.node, this.#tail.node));
    this.node = h('div', { class: 'conversation' }, this.#scroller, this.#newest);
  }

  followEnd() {
    this.#follow = true;
    this.#jump = true;
  }

  draw(state, options, fresh) {
    const { busy, loading } = state;
    this.node.hidden = fresh && !state.failure;
    attribute(this.#scroller, 'aria-label', options.words.conversation);
    attribute(this.#scroller, 'aria-busy', String(busy || loading));
    rename(this.#newest, options.words.newest);
    this.#list.draw(state, options);
    this.#tail.draw(state, options);
    if (this.#jump || (this.#follow && options.thread.autoScroll)) this.#toEnd('instant');
    this.#jump = false;
    this.#showNewest();
  }

  #toEnd(behavior) {
    this.#scroller.scrollTo({ top: this.#scroller.scrollHeight, behavior });
  }

  #scrolled() {
    this.#follow = this.#fromEnd() < nearEnd;
    this.#showNewest();
  }

  #showNewest() {
    this.#newest.hidden = this.#fromEnd() < nearEnd * 2;
  }

  #fromEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight;
  }
}
