// The panel of past conversations: a dialog over the chat. Escape and a click beside it close it, and the focus goes
// back to where it came from.

import { iconButton, rename, textButton } from './buttons.js';
import { attribute, h } from './dom.js';
import { threadRow } from './threadrow.js';

export class HistoryPanel {
  node;
  #commands;
  #title = h('h2', { id: 'history-title' });
  #close;
  #fresh;
  #list = h('ul', { class: 'threads', role: 'list' });
  #message = h('p', { class: 'aside', role: 'status' });
  #rows = new Map(); // thread id → {key, node}: a row that says the same stays, with what somebody is doing in it
  #back = null;

  constructor(commands) {
    this.#commands = commands;
    this.#close = iconButton('close', '', () => commands.history.hide());
    this.#fresh = textButton('', () => commands.newThread(), 'primary');
    this.node = h('div', { class: 'history', hidden: true, on: {
      click: (event) => { if (event.target === this.node) commands.history.hide(); },
      keydown: (event) => { if (event.key === 'Escape') commands.history.hide(); },
    } }, h('div', { class: 'panel', role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': 'history-title' },
      h('header', { class: 'bar' }, this.#title, this.#close), this.#fresh, this.#message, this.#list));
  }

  draw({ history, conversation }, { words, locale, history: option }) {
    this.#title.textContent = words.history;
    this.#fresh.textContent = words.newChat;
    rename(this.#close, words.close);
    const current = conversation.thread?.id;
    this.#message.textContent = history.message
      || (history.threads === null ? words.loading : history.threads.length ? '' : words.noHistory);
    this.#message.hidden = !this.#message.textContent;
    this.#draw(history.threads ?? [], { words, locale, option, current, panel: this.#commands.history });
    this.#open(history.open);
  }

  #draw(threads, context) {
    const rows = new Map();
    for (const thread of threads) {
      const key = JSON.stringify([thread.title, thread.created_at, thread.id === context.current, context.option, context.locale]);
      const old = this.#rows.get(thread.id);
      rows.set(thread.id, old?.key === key ? old : { key, node: threadRow(thread, context) });
    }
    const nodes = [...rows.values()].map(({ node }) => node);
    const same = nodes.length === this.#list.childNodes.length && nodes.every((node, at) => node === this.#list.childNodes[at]);
    if (!same) this.#list.replaceChildren(...nodes);
    this.#rows = rows;
  }

  #open(open) {
    if (this.node.hidden === !open) return;
    const root = this.node.getRootNode();
    if (open) this.#back = root.activeElement;
    attribute(this.node, 'hidden', !open);
    if (open) this.#close.focus();
    else if (this.#back?.isConnected) queueMicrotask(() => this.#back.focus());
  }
}
