// Items that are only shown: tools of the page, generated pictures.

import { h } from '../view/dom.js';
import { icon } from '../view/icons.js';
import { safeImage } from '../view/links.js';

/** A tool that ran in a page. */
export class ClientToolView {
  node = h('div', { class: 'item task-item' });

  update({ name, status }) {
    this.node.replaceChildren(h('p', { class: 'task-line' },
      status === 'completed' ? icon('check') : h('span', { class: 'spinner' }), h('span', {}, name)));
  }
}

export class ImageView {
  node = h('div', { class: 'item' });
  #words;

  constructor({ words }) { this.#words = words; }

  update({ image }) {
    const address = safeImage(image?.url);
    this.node.replaceChildren(address
      ? h('img', { class: 'picture', src: address, alt: this.#words.picture, loading: 'lazy' })
      : h('p', { class: 'progress' }, h('span', { class: 'spinner' }), this.#words.picture));
  }
}
