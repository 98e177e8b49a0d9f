// What can be done with an answer, under its last words: copy it, say what one thinks of it, have it written again.

import { iconButton } from './buttons.js';
import { copyButton } from './copy.js';
import { h } from './dom.js';

export class AnswerBars {
  #commands;
  #bars = new Map(); // id of the answer's last words → {key, node}

  constructor(commands) { this.#commands = commands; }

  /** `nodeOf` gives the node of an item, in which its bar stands. */
  draw({ conversation, busy, feedback }, options, nodeOf) {
    const answers = answersOf(conversation.items, busy);
    const bars = new Map();
    for (const [at, words] of answers.entries()) {
      const { id } = words.at(-1);
      const again = options.itemActions.retry && at === answers.length - 1 && !busy;
      const key = [again, options.itemActions.feedback, feedback.get(id), words.length].join();
      const old = this.#bars.get(id);
      this.#bars.delete(id);
      bars.set(id, old?.key === key ? old : { key, node: this.#bar(words, again, feedback.get(id), options) });
      const { node } = bars.get(id);
      if (node.parentNode === nodeOf(id)) continue;
      const held = old?.node.contains(old.node.getRootNode().activeElement) && old.node.getRootNode().activeElement.dataset.does;
      old?.node.remove();
      nodeOf(id).append(node);
      if (held) node.querySelector(`[data-does=${held}]`)?.focus();
    }
    for (const { node } of this.#bars.values()) node.remove();
    this.#bars = bars;
  }

  clear() { this.#bars.clear(); }

  #bar(words, again, given, { words: said, itemActions }) {
    const opinion = (kind, name, label) => iconButton(name, label, () => this.#commands.feedback(words.map(({ id }) => id), kind),
      { 'aria-pressed': String(given === kind), 'data-does': kind });
    return h('div', { class: 'answer-bar', role: 'group', 'aria-label': said.aboutAnswer },
      copyButton(() => words.map(textOf).join('\n\n'), said),
      itemActions.feedback ? [opinion('positive', 'thumb-up', said.goodAnswer), opinion('negative', 'thumb-down', said.badAnswer)] : null,
      again ? iconButton('reload', said.answerAgain, () => this.#commands.retry('answer'), { 'data-does': 'again' }) : null);
  }
}

/** The assistant's messages of each turn that has an end: lists of items. */
function answersOf(items, busy) {
  const turns = [];
  for (const item of items) {
    if (item.type === 'user_message') turns.push([]);
    else if (item.type === 'assistant_message') (turns.at(-1) ?? turns[turns.push([]) - 1]).push(item);
  }
  if (busy) turns.pop();
  return turns.filter((words) => words.length);
}

function textOf({ content }) {
  return content.map(({ text }) => text).join('');
}
