// Where a message is written. Enter sends, Shift and Enter begins a line; while an answer comes, the button stops it.

import { iconButton, rename } from './buttons.js';
import { attribute, h } from './dom.js';

const tallest = 200; // px

export class Composer {
  node;
  #commands;
  #field;
  #send;
  #stop;
  #busy = false;

  constructor(commands) {
    this.#commands = commands;
    this.#field = h('textarea', { rows: '1', dir: 'auto', enterkeyhint: 'send', on: {
      input: () => this.#changed(),
      keydown: (event) => this.#key(event),
    } });
    this.#send = h('button', { type: 'submit', class: 'icon-button send' }, iconButton('send', '').firstChild);
    this.#stop = iconButton('stop', '', () => commands.stop(), { class: 'icon-button stop', hidden: true });
    this.node = h('form', { class: 'composer', novalidate: true, on: { submit: (event) => this.#submit(event) } },
      this.#field, this.#send, this.#stop);
  }

  draw({ busy, conversation }, { composer, words }) {
    this.#busy = busy;
    this.#field.placeholder = composer.placeholder;
    this.#field.setAttribute('aria-label', words.message);
    rename(this.#send, words.send);
    rename(this.#stop, words.stop);
    const status = conversation.thread?.status;
    const closed = status?.type === 'locked' || status?.type === 'closed';
    attribute(this.#field, 'disabled', closed);
    if (closed && status.reason) this.#field.placeholder = status.reason;
    // Until the server says whether it can be stopped, it can: the person must not be held by a server that says nothing.
    const stoppable = busy && conversation.allowCancel !== false;
    const held = this.node.getRootNode().activeElement === this.#stop;
    this.#stop.hidden = !stoppable;
    this.#send.hidden = stoppable;
    if (held && !stoppable) this.focus();
    this.#changed();
  }

  focus() { this.#field.focus(); }

  /** Puts text in place of what is there. */
  fill(text) {
    this.#field.value = text;
    this.#changed();
  }

  /** Brings back text that could not be sent, unless something else was begun since. */
  giveBack(text) {
    if (!this.#field.value.trim()) this.fill(text);
  }

  #submit(event) {
    event.preventDefault();
    const text = this.#field.value;
    if (!text.trim() || this.#busy) return;
    this.fill('');
    this.#commands.send(text.trim());
  }

  #key(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.node.requestSubmit();
  }

  #changed() {
    attribute(this.#send, 'disabled', this.#busy || !this.#field.value.trim());
    this.#field.style.height = 'auto';
    this.#field.style.height = `${Math.min(this.#field.scrollHeight, tallest)}px`;
  }
}
