// The start screen of a new conversation: a greeting, and things to say.

import { h } from './dom.js';
import { icon } from './icons.js';

export class Start {
  node = h('div', { class: 'start' });
  #commands;
  #drawn = null;

  constructor(commands) { this.#commands = commands; }

  draw(shown, { startScreen }) {
    this.node.hidden = !shown;
    if (!shown || this.#drawn === startScreen) return;
    this.#drawn = startScreen;
    this.node.replaceChildren(
      h('p', { class: 'greeting', dir: 'auto' }, startScreen.greeting),
      h('ul', { class: 'prompts', role: 'list' }, startScreen.prompts.map((prompt) => (
        h('li', {}, h('button', { type: 'button', class: 'prompt', on: { click: () => this.#commands.prompt(prompt.prompt) } },
          prompt.icon ? icon(prompt.icon) : null, h('span', { dir: 'auto' }, prompt.label)))))));
  }
}
