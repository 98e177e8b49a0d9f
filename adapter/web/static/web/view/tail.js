// What stands under the newest item: the message on its way, what is being done, notices, and what went wrong.

import { iconButton, textButton } from './buttons.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { messageBody } from '../items/messages.js';
import { MarkdownView } from '../markdown/render.js';

export class Tail {
  node = h('div', { class: 'tail' });
  #commands;
  #parts = new Map(); // name → {value, node}

  constructor(commands) { this.#commands = commands; }

  draw(state, { words }) {
    const { conversation, pending, busy, stopped, loading, failure, tool } = state;
    const streaming = conversation.live.size > 0;
    this.#part('pending', pending, () => pendingMessage(pending, words));
    this.#part('loading', loading && !conversation.items.length, () => progress(words.loading));
    this.#part('progress', conversation.progress ?? (busy && !streaming), (value) => (
      value === true ? dots(words.answering) : progress(value.text, value.icon)));
    this.#part('tool', tool, () => this.#tool(tool, words));
    this.#part('notices', conversation.notices.length ? conversation.notices : null, (list) => list.map(notice));
    this.#part('stopped', stopped, () => h('p', { class: 'aside' }, icon('stop'), words.stopped));
    this.#part('failure', failure, () => this.#failure(failure, words));
  }

  /** Draws one part when its value changed. Parts stand in the order in which they are first named. */
  #part(name, value, make) {
    const old = this.#parts.get(name);
    if (old && old.value === value) return;
    const box = old?.node ?? h('div', { class: `tail-${name}` });
    if (!old) this.node.append(box);
    box.replaceChildren(...(value ? [make(value)].flat() : []));
    box.hidden = !value;
    this.#parts.set(name, { value, node: box });
  }

  #tool(call, words) {
    if (!call.offered) return progress(call.name);
    return h('div', { class: 'notice' }, icon('desktop'), h('p', {}, words.toolOffered(call.name)),
      textButton(words.toolGoOn, () => this.#commands.tool(call)));
  }

  #failure({ message, retry }, words) {
    return h('div', { class: 'failure', role: 'alert' }, icon('warning'),
      h('p', { dir: 'auto' }, message),
      retry ? textButton(retry === 'refresh' ? words.refresh : words.retry, () => this.#commands.retry(retry)) : null,
      iconButton('close', words.dismiss, () => this.#commands.dismiss()));
  }
}

function pendingMessage({ input, attachments, state }, words) {
  return h('div', { class: `item user ${state}` },
    messageBody({ content: input.content, attachments, quoted_text: input.quoted_text }),
    h('p', { class: 'state' }, state === 'failed' ? words.notSent : words.sending));
}

function progress(text, name) {
  return h('p', { class: 'progress' }, name ? icon(name) : h('span', { class: 'spinner' }), h('span', { dir: 'auto' }, text));
}

function dots(label) {
  return h('p', { class: 'dots' }, h('span', { class: 'unseen' }, label), h('i'), h('i'), h('i'));
}

function notice({ level, message, title }) {
  const body = new MarkdownView();
  body.update(message ?? '');
  return h('div', { class: `notice ${level}`, role: level === 'danger' ? 'alert' : null },
    icon(level === 'info' ? 'info' : 'warning'), h('div', {}, title ? h('strong', {}, title) : null, body.node));
}
