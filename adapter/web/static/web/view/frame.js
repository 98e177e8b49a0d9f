// The whole of one chat on the page: header, conversation or start screen, composer, and the panel of past
// conversations over them.

import { Announcer } from './announcer.js';
import { Composer } from '../composer/composer.js';
import { Conversation } from './conversation.js';
import { h } from './dom.js';
import { Header } from './header.js';
import { HistoryPanel } from './historypanel.js';
import { MarkdownView } from '../markdown/render.js';
import { Start } from './start.js';

export class Frame {
  node;
  composer;
  #header;
  #conversation;
  #start;
  #panel;
  #announcer = new Announcer();
  #disclaimer = new MarkdownView();
  #main;

  constructor(root, commands) {
    this.composer = new Composer(commands);
    this.#header = new Header(commands);
    this.#conversation = new Conversation(commands);
    this.#start = new Start(commands);
    this.#panel = new HistoryPanel(commands);
    this.#disclaimer.node.classList.add('disclaimer');
    this.#main = h('div', { class: 'main' },
      this.#header.node, this.#conversation.node, this.#start.node,
      h('div', { class: 'foot' }, this.composer.node, this.#disclaimer.node));
    this.node = h('div', { class: 'chat', role: 'region', on: {
      // A file that is dropped beside its place must not take the page away.
      dragover: (event) => { if (event.dataTransfer.types.includes('Files')) event.preventDefault(); },
      deeplink: ({ detail }) => commands.deeplink(detail.name, detail.data),
      drop: (event) => {
        if (event.dataTransfer.types.includes('Files')) event.preventDefault();
        this.composer.drop(event, event.dataTransfer);
      },
    } }, this.#main, this.#panel.node, this.#announcer.node);
    root.append(this.node);
  }

  /** The next drawing goes to the newest item, wherever the reader is. */
  followEnd() { this.#conversation.followEnd(); }

  draw(state, options) {
    this.node.lang = options.words.language;
    this.node.dir = options.direction;
    this.node.setAttribute('aria-label', options.title);
    const fresh = !state.conversation.items.length && !state.pending && !state.loading && !state.conversation.thread;
    this.node.classList.toggle('fresh', fresh);
    this.#header.draw(state, options);
    this.#start.draw(fresh, options);
    this.#conversation.draw(state, options, fresh);
    this.composer.draw(state, options);
    this.#disclaimer.node.hidden = !options.disclaimer?.text;
    this.#disclaimer.update(options.disclaimer?.text ?? '');
    this.#panel.draw(state, options);
    this.#main.inert = state.history.open;
    this.#announcer.draw(state, options);
  }
}
