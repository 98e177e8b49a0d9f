// The controls of forms, as the browser's own: they work with keyboards, screen readers and phones as they are.

import { h } from '../view/dom.js';
import { styled } from './style.js';

export const controls = { Input: input, Textarea: textarea, Select: select, DatePicker: date, Checkbox: checkbox, RadioGroup: radios };

function input(component, drawing) {
  const { inputType = 'text', defaultValue, pattern } = component;
  return h('input', { ...field(component, drawing), type: inputType, value: defaultValue, pattern, dir: 'auto' });
}

function textarea(component, drawing) {
  const { defaultValue, rows = 3, autoResize, maxRows } = component;
  return styled(h('textarea', { ...field(component, drawing), rows, dir: 'auto' }, defaultValue ?? ''),
    { 'field-sizing': autoResize ? 'content' : null, 'max-height': maxRows && `${maxRows + 1}lh` });
}

function select(component, drawing) {
  const { options = [], placeholder, defaultValue, clearable } = component;
  const empty = placeholder !== undefined || clearable
    ? h('option', { value: '', disabled: !clearable, selected: defaultValue === undefined }, placeholder ?? '') : null;
  return h('select', { ...field(component, drawing), on: changes(component, drawing) },
    empty, options.map(({ value, label }) => h('option', { value, selected: value === defaultValue }, label)));
}

function date(component, drawing) {
  const { defaultValue, min, max } = component;
  const day = (time) => (typeof time === 'string' ? time.slice(0, 10) : null);
  return h('input', { ...field(component, drawing), type: 'date', value: day(defaultValue), min: day(min), max: day(max),
    on: changes(component, drawing) });
}

function checkbox(component, drawing) {
  const { name, label, defaultChecked, disabled, required } = component;
  return h('label', { class: 'w-check' },
    h('input', { type: 'checkbox', id: drawing.fieldId(name), name, checked: defaultChecked === true, disabled: disabled === true, required,
      'aria-label': label ? null : name, on: changes(component, drawing) }),
    label ? h('span', { dir: 'auto' }, label) : null);
}

function radios(component, drawing) {
  const { name, options = [], ariaLabel, defaultValue, direction, disabled, required } = component;
  const node = h('fieldset', { class: `w-box w-${direction ?? 'row'}`, 'aria-label': ariaLabel, on: changes(component, drawing, () => node) },
    options.map(({ value, label, disabled: off }) => h('label', { class: 'w-check' },
      h('input', { type: 'radio', name: drawing.fieldId(name), 'data-name': name, value, checked: value === defaultValue, required,
        disabled: disabled === true || off === true }),
      h('span', { dir: 'auto' }, label))));
  return node;
}

/** What fields to write or choose in have in common. */
function field({ name, key, placeholder, required, disabled, block, pill }, drawing) {
  return { class: `w-input${block ? ' wide' : ''}${pill ? ' pill' : ''}`, id: drawing.fieldId(name), name, placeholder, required,
    'data-key': key, 'aria-label': placeholder ?? name, disabled: disabled === true };
}

/** A control's action runs when it is changed. It shows the change itself, so by default it shows no waiting. */
function changes({ onChangeAction: action }, drawing, node) {
  if (!action) return {};
  return { change: ({ target }) => {
    const control = node?.() ?? target;
    drawing.run(action, control, 'none', target.closest('form') ?? control);
  } };
}
