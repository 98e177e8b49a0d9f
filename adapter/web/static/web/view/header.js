// The bar above the conversation: its title, past conversations, a new chat.

import { iconButton, rename } from './buttons.js';
import { attribute, h } from './dom.js';

export class Header {
  node;
  #title = h('h2', { class: 'title', dir: 'auto' });
  #history;
  #fresh;
  #extra = { leftAction: null, rightAction: null }; // the page's own buttons: {option, node}

  constructor(commands) {
    this.#history = iconButton('history', '', () => commands.history.show(), { class: 'icon-button history-button' });
    this.#fresh = iconButton('compose', '', () => commands.newThread(), { class: 'icon-button new-button' });
    this.node = h('header', { class: 'bar' }, this.#history, this.#title, this.#fresh);
  }

  draw({ conversation, history }, { header, history: option, words }) {
    this.node.hidden = !header.enabled;
    this.#history.hidden = !option.enabled;
    this.#history.setAttribute('aria-expanded', String(history.open));
    rename(this.#history, words.history);
    rename(this.#fresh, words.newChat);
    attribute(this.#fresh, 'disabled', !conversation.thread);
    for (const [side, place] of [['leftAction', 'before'], ['rightAction', 'after']]) this.#own(side, place, header[side]);
    const shown = header.title?.enabled !== false;
    const title = header.title?.text ?? conversation.thread?.title ?? (conversation.thread ? words.untitled : '');
    this.#title.textContent = shown ? title : '';
  }

  /** A button of the page's own beside the title. It has no words: its icon's name has to do. */
  #own(side, place, option) {
    const old = this.#extra[side];
    if (old?.option.icon === option?.icon) {
      if (old) old.option = option;
      return;
    }
    old?.node.remove();
    const made = option && { option, node: iconButton(option.icon, option.icon.replaceAll('-', ' '), () => made.option.onClick?.()) };
    if (made) this.#title[place](made.node);
    this.#extra[side] = made ?? null;
  }
}
