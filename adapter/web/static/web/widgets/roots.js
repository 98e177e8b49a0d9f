// The components that a widget begins with: Card, Basic, ListView.

import { h } from '../view/dom.js';
import { icon } from '../view/icons.js';
import { safeImage } from '../view/links.js';
import { textButton } from '../view/buttons.js';
import { boxStyle } from './layout.js';
import { pressable } from './press.js';
import { border, colour, sides, space, styled } from './style.js';

export const roots = { Card: card, Basic: basic, ListView: listView, ListViewItem: listItem };

function card(component, drawing) {
  const { size, padding, background, status, asForm, collapsed, confirm, cancel } = component;
  const node = h(asForm ? 'form' : 'div', { class: `w-card ${size ?? 'md'}` },
    statusNode(status), collapsed ? null : h('div', { class: 'w-card-body' }, drawing.children(component)));
  const confirmed = () => drawing.run(confirm?.action, node, 'container');
  if (asForm) node.addEventListener('submit', (event) => { event.preventDefault(); confirmed(); });
  if (confirm || cancel) {
    node.append(h('div', { class: 'w-card-actions' },
      cancel ? textButton(cancel.label, () => drawing.run(cancel.action, node, 'container')) : null,
      confirm && asForm ? h('button', { type: 'submit', class: 'text-button primary' }, confirm.label) : null,
      confirm && !asForm ? textButton(confirm.label, confirmed, 'primary') : null));
  }
  return styled(node, { ...sides('padding', padding), 'background-color': colour(background), ...border(component.border) });
}

function basic(component, drawing) {
  const node = h('div', { class: 'w-basic' }, drawing.children(component));
  return styled(node, boxStyle(component, component.direction ?? 'col'));
}

function listView(component, drawing) {
  const rows = drawing.children(component).filter(Boolean);
  const limit = component.limit === 'auto' ? 5 : component.limit ?? rows.length;
  const list = h('ul', { class: 'w-list', role: 'list' }, rows);
  const rest = rows.slice(limit);
  for (const row of rest) row.hidden = true;
  const more = rest.length ? textButton(drawing.words.showMore(rest.length), () => {
    for (const row of rest) row.hidden = false;
    more.remove();
    (rest[0].querySelector('[tabindex]') ?? list).focus();
  }) : null;
  return h('div', { class: 'w-card w-listview' }, statusNode(component.status), list, more);
}

function listItem(component, drawing) {
  const row = h('div', { class: 'w-line' }, drawing.children(component));
  styled(row, { gap: space(component.gap), 'align-items': component.align });
  return h('li', {}, pressable(row, component.onClickAction, drawing));
}

function statusNode(status) {
  if (!status?.text) return null;
  const favicon = safeImage(status.favicon);
  return h('p', { class: 'w-status' },
    favicon ? h('img', { src: favicon, alt: '', width: '16', height: '16' }) : status.icon ? icon(status.icon) : null,
    h('span', { dir: 'auto' }, status.text));
}
