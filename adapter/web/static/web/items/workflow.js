// A workflow: several tasks under one line that opens and closes.

import { h } from '../view/dom.js';
import { icon } from '../view/icons.js';
import { taskNode } from './task.js';

export class WorkflowView {
  node;
  #words;
  #summary = h('summary');
  #tasks = h('div', { class: 'tasks' });
  #details;
  #touched = false; // the person opened or closed it: after that the server's wish no longer counts

  constructor({ words }) {
    this.#words = words;
    this.#summary.addEventListener('click', () => { this.#touched = true; });
    this.#details = h('details', { class: 'workflow' }, this.#summary, this.#tasks);
    this.node = h('div', { class: 'item' }, this.#details);
  }

  update({ workflow }, live) {
    const { tasks = [], summary, type, expanded } = workflow;
    const newest = tasks.at(-1);
    const title = summary?.title
      ?? (summary?.duration !== undefined ? this.#words.thoughtFor(summary.duration) : null)
      ?? (live && newest?.title) ?? (type === 'reasoning' ? this.#words.thinking : this.#words.steps);
    this.#summary.replaceChildren(
      live ? h('span', { class: 'spinner' }) : icon(summary?.icon ?? (type === 'reasoning' ? 'lightbulb' : 'check')),
      h('span', { dir: 'auto' }, title || this.#words.working), icon('chevron-down'));
    this.#tasks.replaceChildren(...tasks.map((task) => taskNode(task, this.#words)));
    if (!this.#touched) this.#details.open = Boolean(expanded);
  }
}
