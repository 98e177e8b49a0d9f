// What a screen reader is told: that an answer has begun, what is being done, and the answer when it is whole. The
// conversation itself is no live region, for it would be read out a word at a time.

import { h } from './dom.js';

export class Announcer {
  node = h('div', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  #busy = false;
  #said = new Set();
  #thread = null;

  draw({ conversation, busy }, { words }) {
    const threadId = conversation.thread?.id ?? null;
    if (!busy && !this.#busy && threadId !== this.#thread) this.#known(conversation);
    this.#thread = threadId;
    if (busy && !this.#busy) {
      this.#known(conversation);
      this.#say(words.answering);
    } else if (busy && conversation.progress) {
      this.#say(conversation.progress.text);
    } else if (!busy && this.#busy) {
      this.#say(this.#news(conversation).join('\n') || '');
    }
    this.#busy = busy;
  }

  #known({ items }) {
    this.#said = new Set(items.map(({ id }) => id));
  }

  #news({ items }) {
    return items.filter((item) => item.type !== 'user_message' && !this.#said.has(item.id)).map(plainText).filter(Boolean);
  }

  #say(text) {
    if (this.node.textContent !== text) this.node.textContent = text;
  }
}

function plainText(item) {
  if (item.type === 'assistant_message') return item.content.map(({ text }) => text).join('\n');
  if (item.type === 'task') return item.task.title ?? '';
  if (item.type === 'widget') return item.copy_text ?? '';
  return '';
}
