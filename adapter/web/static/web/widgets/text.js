// Words in a widget.

import { h } from '../view/dom.js';
import { MarkdownView } from '../markdown/render.js';
import { colour, length, styled } from './style.js';

export const text = {
  Text: textNode,
  Title: (component) => words('p', 'w-title', component, { role: 'heading', 'aria-level': '3' }),
  Caption: (component) => words('p', 'w-caption', component),
  Label: (component, drawing) => words('label', 'w-label', component, { for: drawing.fieldId(component.fieldName) }),
  Markdown: ({ value }) => {
    const view = new MarkdownView();
    view.update(String(value ?? ''));
    return view.node;
  },
};

const weights = { normal: 400, medium: 500, semibold: 600, bold: 700 };

function textNode(component) {
  const { editable, italic, lineThrough, width, minLines } = component;
  if (editable) return input(component);
  const node = words('p', 'w-text', component);
  node.classList.toggle('struck', lineThrough === true);
  return styled(node, {
    'font-style': italic ? 'italic' : undefined, width: length(width), 'min-height': minLines && `${minLines}lh`,
  });
}

function input({ value, editable }) {
  const { name, placeholder, required, pattern, autoComplete } = editable;
  return h('input', { class: 'w-input', name, value, placeholder, required, pattern, autocomplete: autoComplete,
    'aria-label': placeholder ?? name, dir: 'auto' });
}

function words(tag, name, component, attributes = {}) {
  const { value, size, color, weight, textAlign, truncate, maxLines } = component;
  const lines = truncate ? 1 : maxLines;
  const node = h(tag, { class: `${name}${size ? ` s-${size}` : ''}${lines ? ' clamped' : ''}`, dir: 'auto', ...attributes },
    String(value ?? ''));
  return styled(node, {
    color: colour(color), 'font-weight': weights[weight], 'text-align': textAlign, '-webkit-line-clamp': lines,
  });
}
