// What the person said, and what was answered.

import { h } from '../view/dom.js';
import { icon } from '../view/icons.js';
import { safeImage, safeLink } from '../view/links.js';
import { MarkdownView } from '../markdown/render.js';

/** The person's message: plain text with tags in it, a quote above, files below. */
export class UserView {
  node;
  #words;

  constructor({ words }) {
    this.#words = words;
    this.node = h('article', { class: 'item user' });
  }

  update({ content, attachments = [], quoted_text: quoted }) {
    this.node.replaceChildren(
      h('span', { class: 'unseen' }, this.#words.youSaid),
      ...(quoted ? [h('blockquote', { class: 'quoted', dir: 'auto' }, quoted)] : []),
      h('div', { class: 'bubble', dir: 'auto' }, content.map((part) => (
        part.type === 'input_tag' ? h('span', { class: 'tag' }, part.text) : part.text))),
      ...(attachments.length ? [h('ul', { class: 'files', role: 'list' }, attachments.map(file))] : []));
  }
}

function file({ name, type, preview_url: preview }) {
  const address = type === 'image' ? safeImage(preview) : null;
  return h('li', {}, address ? h('img', { src: address, alt: name, loading: 'lazy' }) : [icon('document'), h('span', {}, name)]);
}

/** An answer: Markdown that may be growing, and the sources of what it says. */
export class AssistantView {
  node;
  #words;
  #parts = [];
  #body = h('div', { class: 'answer' });
  #sources = h('div', { class: 'sources', hidden: true });
  #annotations = '';

  constructor({ words }) {
    this.#words = words;
    this.node = h('article', { class: 'item assistant' }, h('span', { class: 'unseen' }, words.answer), this.#body, this.#sources);
  }

  update({ content = [] }, live) {
    this.node.classList.toggle('live', live);
    content.forEach(({ text }, at) => {
      this.#parts[at] ??= this.#part();
      this.#parts[at].update(text ?? '');
    });
    for (const extra of this.#parts.splice(content.length)) extra.node.remove();
    this.#drawSources(content.flatMap(({ annotations }) => annotations ?? []));
  }

  #part() {
    const view = new MarkdownView();
    this.#body.append(view.node);
    return view;
  }

  #drawSources(annotations) {
    const key = JSON.stringify(annotations);
    if (key === this.#annotations) return;
    this.#annotations = key;
    this.#sources.hidden = !annotations.length;
    this.#sources.replaceChildren(h('p', {}, this.#words.sources),
      h('ol', {}, annotations.map(({ source = {} }) => h('li', {}, sourceNode(source)))));
  }
}

/** A source as people see it: its title, as a link where it has a safe one. */
export function sourceNode(source) {
  const title = source.title || source.filename || source.url || '';
  const address = safeLink(source.url);
  return address ? h('a', { href: address, target: '_blank', rel: 'noopener noreferrer nofollow', dir: 'auto' }, title)
    : h('span', { dir: 'auto' }, title);
}
