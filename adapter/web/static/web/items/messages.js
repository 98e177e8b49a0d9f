// What the person said, and what was answered.

import { h } from '../view/dom.js';
import { icon } from '../view/icons.js';
import { filePreview, safeLink } from '../view/links.js';
import { entityButton } from './entity.js';
import { MarkdownView } from '../markdown/render.js';

/** The person's message: plain text with tags in it, a quote above, files below. */
export class UserView {
  node = h('article', { class: 'item user' });
  #context;

  constructor(context) { this.#context = context; }

  update(item) {
    this.node.replaceChildren(h('span', { class: 'unseen' }, this.#context.words.youSaid), ...messageBody(item, this.#context.commands));
  }
}

/** The nodes of a message. Without commands nothing in it can be pressed. */
export function messageBody({ content = [], attachments = [], quoted_text: quoted }, commands) {
  const empty = content.every(({ text }) => !text);
  return [
    quoted ? h('blockquote', { class: 'quoted', dir: 'auto' }, quoted) : null,
    attachments.length ? h('ul', { class: 'files', role: 'list' }, attachments.map(file)) : null,
    empty ? null : h('div', { class: 'bubble', dir: 'auto' }, content.map((part) => (part.type === 'input_tag' ? tag(part, commands) : part.text))),
  ].filter(Boolean);
}

function tag({ id, text, group, data, interactive }, commands) {
  if (!interactive || !commands) return h('span', { class: 'tag' }, text);
  return entityButton({ id, title: text, group, data, interactive }, commands);
}

function file({ name, type, preview_url: preview }) {
  const address = type === 'image' ? filePreview(preview) : null;
  const named = [icon('document'), h('span', { dir: 'auto' }, name)];
  if (!address) return h('li', {}, named);
  // A picture that can't be loaded is named at least.
  const node = h('li', {}, h('img', { src: address, alt: name, loading: 'lazy', on: { error: () => node.replaceChildren(...named) } }));
  return node;
}

/** An answer: Markdown that may be growing, and the sources of what it says. */
export class AssistantView {
  node;
  #context;
  #parts = [];
  #body = h('div', { class: 'answer' });
  #sources = h('div', { class: 'sources', hidden: true });
  #annotations = '';

  constructor(context) {
    this.#context = context;
    this.node = h('article', { class: 'item assistant' }, h('span', { class: 'unseen' }, context.words.answer), this.#body, this.#sources);
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
    const view = new MarkdownView(this.#context);
    this.#body.append(view.node);
    return view;
  }

  #drawSources(annotations) {
    const key = JSON.stringify(annotations);
    if (key === this.#annotations) return;
    this.#annotations = key;
    this.#sources.hidden = !annotations.length;
    this.#sources.replaceChildren(h('p', {}, this.#context.words.sources),
      h('ol', {}, annotations.map(({ source = {} }) => h('li', {}, sourceNode(source, this.#context.commands)))));
  }
}

/** A source as people see it: its title, as a link where it has a safe one, as a button where the page knows it. */
export function sourceNode(source, commands) {
  const title = source.title || source.filename || source.label || source.url || '';
  if (source.type === 'entity' && source.interactive && commands) {
    const { id, icon: name, group, data, interactive } = source;
    return entityButton({ id, title, icon: name, group, data, interactive }, commands);
  }
  const address = safeLink(source.url);
  return address ? h('a', { href: address, target: '_blank', rel: 'noopener noreferrer nofollow', dir: 'auto' }, title)
    : h('span', { dir: 'auto' }, title);
}
