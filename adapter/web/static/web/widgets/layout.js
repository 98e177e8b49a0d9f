// Boxes, rows, columns, forms, and what stands between things.

import { h } from '../view/dom.js';
import { pressable } from './press.js';
import { block, border, colour, length, sides, space, styled } from './style.js';

export const layout = {
  Box: (component, drawing) => box(component, drawing, component.direction ?? 'col'),
  Row: (component, drawing) => box(component, drawing, 'row'),
  Col: (component, drawing) => box(component, drawing, 'col'),
  Form: form,
  Spacer: ({ minSize }) => styled(h('div', { class: 'w-spacer' }), { 'min-width': length(minSize), 'min-height': length(minSize) }),
  Divider: divider,
  Transition: (component, drawing) => h('div', { class: 'w-transition' }, drawing.children(component)),
  Table: (component, drawing) => h('div', { class: 'w-table' }, h('table', {}, h('tbody', {}, drawing.children(component)))),
  'Table.Row': (component, drawing) => h('tr', { class: component.header ? 'header' : null }, drawing.children(component)),
  'Table.Cell': cell,
};

const justify = { start: 'flex-start', end: 'flex-end', between: 'space-between', around: 'space-around', evenly: 'space-evenly' };
const wraps = ['nowrap', 'wrap', 'wrap-reverse'];

/** The properties of ChatKit's BoxBaseProps. */
export function boxStyle(component, direction) {
  const { gap, align, wrap, flex, padding, background } = component;
  return {
    'flex-direction': direction === 'row' ? 'row' : 'column',
    gap: space(gap), 'align-items': align === 'start' || align === 'end' ? `flex-${align}` : align,
    'justify-content': justify[component.justify] ?? component.justify,
    'flex-wrap': wraps.includes(wrap) ? wrap : undefined, flex,
    'background-color': colour(background), ...sides('padding', padding), ...border(component.border), ...block(component),
  };
}

function box(component, drawing, direction) {
  const node = styled(h('div', { class: `w-box w-${direction}` }, drawing.children(component)), boxStyle(component, direction));
  return pressable(node, component.onClickAction, drawing);
}

function form(component, drawing) {
  const direction = component.direction ?? 'col';
  const node = h('form', { class: `w-box w-${direction}`, on: { submit: (event) => {
    event.preventDefault();
    drawing.run(component.onSubmitAction, node, 'container');
  } } }, drawing.children(component));
  return styled(node, boxStyle(component, direction));
}

function divider({ color, size, spacing, flush }) {
  return styled(h('hr', { class: flush ? 'w-divider flush' : 'w-divider' }), {
    'border-top-color': colour(color), 'border-top-width': length(size), 'margin-block': space(spacing),
  });
}

function cell(component, drawing) {
  const { colSpan, rowSpan, align, vAlign, width, padding } = component;
  return styled(h('td', { colspan: colSpan, rowspan: rowSpan }, drawing.children(component)), {
    'text-align': align, 'vertical-align': { start: 'top', center: 'middle', end: 'bottom' }[vAlign],
    width: length(width), ...sides('padding', padding),
  });
}
