// Which tool and which model a message asks for, where the page lets people choose.

import { h } from '../view/dom.js';
import { icon } from '../view/icons.js';

export class Choices {
  node = h('div', { class: 'choices', hidden: true });
  #commands;
  #drawn = null;
  #tools = [];
  #models = [];
  #tool = null;  // id
  #model = null; // id, once somebody chose

  constructor(commands) { this.#commands = commands; }

  draw({ composer: { tools = [], models = [] }, words }) {
    const key = JSON.stringify([tools, models, words.language, this.#tool, this.#model]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.#tools = tools;
    this.#models = models;
    this.node.hidden = !tools.length && !models.length;
    const held = this.node.getRootNode().activeElement?.dataset.choice;
    this.node.replaceChildren(...[...tools.filter(({ pinned }) => pinned).map((tool) => this.#pinned(tool)), this.#others(words), this.#modelChoice(words)]
      .filter(Boolean));
    if (held) this.node.querySelector(`[data-choice="${CSS.escape(held)}"]`)?.focus();
  }

  /** The placeholder that the chosen tool wants. */
  get placeholder() { return this.#chosen?.placeholderOverride; }

  /** What the next message asks for. */
  get asked() {
    const model = this.#model ?? this.#models.find((one) => one.default)?.id ?? this.#models.find((one) => !one.disabled)?.id;
    return { ...(model && { model }), ...(this.#chosen && { toolChoice: { id: this.#tool } }) };
  }

  /** After a message a tool is chosen no more, unless it stays. */
  sent() { if (!this.#chosen?.persistent) this.choose(null); }

  choose(tool) {
    if (tool === this.#tool) return;
    this.#tool = tool;
    this.#commands.emit('tool.change', { toolId: tool });
    this.#commands.store.redraw();
  }

  chooseModel(model) {
    this.#model = model;
    this.#commands.store.redraw();
  }

  get #chosen() { return this.#tools.find(({ id }) => id === this.#tool); }

  #pinned({ id, label, shortLabel, icon: name }) {
    const on = id === this.#tool;
    return h('button', { type: 'button', class: 'choice', 'aria-pressed': String(on), 'data-choice': id,
      on: { click: () => this.choose(on ? null : id) } }, icon(name), on ? shortLabel ?? label : label);
  }

  #others(words) {
    const others = this.#tools.filter(({ pinned }) => !pinned);
    if (!others.length) return null;
    return select('tools', words.tools, [h('option', { value: '' }, words.tools),
      ...others.map(({ id, label }) => h('option', { value: id, selected: id === this.#tool }, label))], (id) => this.choose(id || null));
  }

  #modelChoice(words) {
    if (!this.#models.length) return null;
    const { model } = this.asked;
    return select('models', words.model, this.#models.map(({ id, label, description, disabled }) => (
      h('option', { value: id, disabled: disabled === true, selected: id === model, title: description }, label))), (id) => this.chooseModel(id));
  }
}

function select(name, label, options, chosen) {
  return h('select', { class: 'choice', 'aria-label': label, 'data-choice': name, on: { change: ({ target }) => chosen(target.value) } }, options);
}
