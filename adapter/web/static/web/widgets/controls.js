// The controls of forms, as the browser's own: they work with keyboards, screen readers and phones as they are.

import { h } from '../view/dom.js';

export const controls = { Input: input, Textarea: textarea, Select: select, DatePicker: date, Checkbox: checkbox, RadioGroup: radios };

function input({ name, inputType = 'text', defaultValue, placeholder, required, pattern, disabled }, drawing) {
  return h('input', { class: 'w-input', id: drawing.fieldId(name), name, type: inputType, value: defaultValue, placeholder,
    'aria-label': placeholder, required, pattern, disabled: disabled === true, dir: 'auto' });
}

function textarea({ name, defaultValue, placeholder, required, rows = 3, disabled }, drawing) {
  return h('textarea', { class: 'w-input', id: drawing.fieldId(name), name, placeholder, 'aria-label': placeholder, required, rows,
    disabled: disabled === true, dir: 'auto' }, defaultValue ?? '');
}

function select({ name, options = [], placeholder, defaultValue, clearable, disabled, onChangeAction: action, block }, drawing) {
  const empty = placeholder !== undefined || clearable
    ? h('option', { value: '', disabled: !clearable, selected: defaultValue === undefined }, placeholder ?? '') : null;
  const node = h('select', { class: `w-input${block ? ' wide' : ''}`, id: drawing.fieldId(name), name, 'aria-label': placeholder, disabled: disabled === true,
    on: changed(() => node, name, (field) => field.value, action, drawing) },
  empty, options.map(({ value, label }) => h('option', { value, selected: value === defaultValue }, label)));
  return node;
}

function date({ name, placeholder, defaultValue, min, max, disabled, onChangeAction: action }, drawing) {
  const day = (time) => (typeof time === 'string' ? time.slice(0, 10) : null);
  const node = h('input', { class: 'w-input', id: drawing.fieldId(name), name, type: 'date', value: day(defaultValue), min: day(min), max: day(max),
    'aria-label': placeholder, disabled: disabled === true, on: changed(() => node, name, (field) => field.value, action, drawing) });
  return node;
}

function checkbox({ name, label, defaultChecked, disabled, required, onChangeAction: action }, drawing) {
  const node = h('input', { type: 'checkbox', id: drawing.fieldId(name), name, checked: defaultChecked === true, disabled: disabled === true, required,
    on: changed(() => node, name, (field) => field.checked, action, drawing) });
  return h('label', { class: 'w-check' }, node, label ? h('span', { dir: 'auto' }, label) : null);
}

function radios({ name, options = [], ariaLabel, defaultValue, direction, disabled, required, onChangeAction: action }, drawing) {
  const node = h('fieldset', { class: `w-box w-${direction ?? 'row'}`, 'aria-label': ariaLabel }, options.map((option) => {
    const field = h('input', { type: 'radio', name, value: option.value, checked: option.value === defaultValue, required,
      disabled: disabled === true || option.disabled === true, on: changed(() => node, name, () => option.value, action, drawing) });
    return h('label', { class: 'w-check' }, field, h('span', { dir: 'auto' }, option.label));
  }));
  return node;
}

function changed(node, name, value, action, drawing) {
  return action ? { change: ({ target }) => drawing.run(action, node(), { [name]: value(target) }) } : {};
}
