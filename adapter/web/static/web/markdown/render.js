// Markdown on the page: blocks and inline nodes as DOM nodes. Text only ever becomes text nodes.

import { copyButton } from '../view/copy.js';
import { h } from '../view/dom.js';
import { deeplink, safeLink } from '../view/links.js';
import { blocks } from './blocks.js';
import { inline } from './inline.js';

/**
 * A box of Markdown whose text can grow. Only blocks that changed are drawn again, so a long answer costs no more per
 * delta than its last paragraph, a selection in it holds, and nothing flickers.
 */
export class MarkdownView {
  node = h('div', { class: 'markdown', dir: 'auto' });
  #words;
  #drawn = [];
  #text = null;

  /** With words, code gets a button that copies it. */
  constructor({ words } = {}) { this.#words = words; }

  update(text) {
    if (text === this.#text) return;
    this.#text = text;
    const next = blocks(text).map((block) => ({ block, key: JSON.stringify(block) }));
    let same = 0;
    while (same < next.length && next[same].key === this.#drawn[same]?.key) {
      next[same].node = this.#drawn[same].node;
      same++;
    }
    for (const { node } of this.#drawn.slice(same)) node.remove();
    for (const entry of next.slice(same)) {
      entry.node = blockNode(entry.block, this.#words);
      this.node.append(entry.node);
    }
    this.#drawn = next;
  }
}

const makers = {
  paragraph: ({ text }) => h('p', {}, spans(text)),
  // A chat is a part of a page: its headings begin below the page's own.
  heading: ({ level, text }) => h(`h${Math.min(level + 2, 6)}`, {}, spans(text)),
  rule: () => h('hr'),
  code: ({ text, language }, words) => {
    const code = h('pre', { tabindex: '0', 'data-language': language || null }, h('code', {}, text));
    return words ? h('div', { class: 'code' }, copyButton(() => text, words), code) : code;
  },
  quote: ({ blocks: inner }) => h('blockquote', {}, inner.map((block) => blockNode(block))),
  list: ({ ordered, start, items }) => h(ordered ? 'ol' : 'ul', { start: ordered && start !== 1 ? start : null },
    items.map((item) => h('li', {}, item.map((block) => (
      // A tight item reads as a line, not as a paragraph.
      block.type === 'paragraph' && item.length <= 2 && block === item[0] ? spans(block.text) : blockNode(block)))))),
  table: ({ align, head, rows }) => h('div', { class: 'table', tabindex: '0' }, h('table', {},
    h('thead', {}, row(head, 'th', align, head.length)),
    h('tbody', {}, rows.map((cells) => row(cells, 'td', align, head.length))))),
};

function blockNode(block, words) {
  return makers[block.type](block, words);
}

function row(cells, tag, align, width) {
  return h('tr', {}, Array.from({ length: width }, (_, at) => (
    h(tag, { class: align[at] === 'start' ? null : align[at], scope: tag === 'th' ? 'col' : null }, spans(cells[at] ?? '')))));
}

function spans(text) {
  return inline(text).map(spanNode);
}

function spanNode(node) {
  if (node.type === 'text') return node.text;
  if (node.type === 'break') return h('br');
  if (node.type === 'code') return h('code', {}, node.text);
  if (node.type === 'link') return link(node);
  return h(node.type, {}, node.children.map(spanNode));
}

/** A link, or its words where the address isn't one that people should click. A picture becomes a link to it. */
function link({ href, children }) {
  const words = children.map(spanNode);
  const asked = deeplink(href);
  if (asked) {
    return h('button', { type: 'button', class: 'link', on: { click: ({ currentTarget }) => (
      currentTarget.dispatchEvent(new CustomEvent('deeplink', { bubbles: true, detail: asked }))) } }, words);
  }
  const address = safeLink(href);
  if (!address) return h('span', {}, words);
  return h('a', { href: address, target: '_blank', rel: 'noopener noreferrer nofollow' }, words.length ? words : address);
}
