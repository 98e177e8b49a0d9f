// Questions to the person: a form while they wait for an answer, then the questions with what was answered.

import { textButton } from '../view/buttons.js';
import { h } from '../view/dom.js';
import { icon } from '../view/icons.js';

let forms = 0; // for names: radios of two forms must not be one group

export class QuestionsView {
  node = h('div', { class: 'item', tabindex: '-1' });
  #context;
  #drawn = null;

  constructor(context) { this.#context = context; }

  update(item) {
    const key = JSON.stringify([item.status, item.inputs]);
    if (key === this.#drawn) return; // what was written so far stays
    this.#drawn = key;
    const held = this.node.contains(this.node.getRootNode().activeElement);
    this.node.replaceChildren(item.status === 'pending' ? form(item, this.#context) : answers(item, this.#context.words));
    if (held) this.node.focus(); // whoever has answered goes on from here
  }
}

function form(item, { words, commands }) {
  const prefix = `q${++forms}-`;
  const { inputs = [] } = item;
  const send = async (input) => {
    if (node.hasAttribute('aria-busy')) return;
    node.setAttribute('aria-busy', 'true');
    if (await commands.answer(item, input) === false) commands.fail(new Error('a turn is at work'), words.errors.busy);
    node.removeAttribute('aria-busy');
  };
  const skip = () => send({ status: 'skipped', answers: Object.fromEntries(inputs.map(({ id }) => [id, { values: [], skipped: true }])) });
  const node = h('form', { class: 'questions', on: { submit: (event) => {
    event.preventDefault();
    const given = inputs.map(({ id }, at) => [id, valuesOf(node, prefix + at)]);
    if (given.every(([, values]) => !values.length)) skip();
    else send({ status: 'answered', answers: Object.fromEntries(given.map(([id, values]) => [id, { values, skipped: !values.length }])) });
  } } }, inputs.map((input, at) => question(input, prefix + at, words)),
  h('div', { class: 'row' }, h('button', { type: 'submit', class: 'text-button primary' }, words.sendAnswers), textButton(words.skip, skip)));
  return node;
}

function question(input, name, words) {
  if (input.type !== 'multiple_choice') {
    return [h('label', { class: 'question', for: name, dir: 'auto' }, input.question),
      input.description ? h('p', { class: 'aside', id: `${name}-d`, dir: 'auto' }, input.description) : null,
      h('textarea', { class: 'w-input', id: name, name, rows: '2', dir: 'auto', placeholder: words.yourAnswer,
        'aria-describedby': input.description ? `${name}-d` : null })];
  }
  return h('fieldset', {}, h('legend', { class: 'question', dir: 'auto' }, input.question),
    (input.options ?? []).map(({ value }) => h('label', { class: 'w-check' },
      h('input', { type: input.multiple ? 'checkbox' : 'radio', name, value }), h('span', { dir: 'auto' }, value))));
}

function valuesOf(form, name) {
  return [...form.querySelectorAll(`[name="${name}"]`)]
    .filter((field) => (field.tagName === 'TEXTAREA' ? field.value.trim() : field.checked)).map(({ value }) => value);
}

function answers({ inputs = [], status }, words) {
  return h('div', { class: 'answers' }, h('dl', {}, inputs.map(({ question: asked, answer }) => [
    h('dt', { dir: 'auto' }, asked),
    h('dd', { dir: 'auto' }, answer?.values?.length ? answer.values.join(', ') : words.skipped),
  ])), h('p', { class: 'aside' }, icon(status === 'skipped' ? 'close' : 'check'), status === 'skipped' ? words.skipped : words.answered));
}
