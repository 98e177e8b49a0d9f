// One past conversation in the panel: open it, rename it, delete it after a question.

import { iconButton, textButton } from './buttons.js';
import { h } from './dom.js';

/** `panel` does what is asked for: select, rename, remove. */
export function threadRow(thread, { words, locale, option, current, panel }) {
  const title = thread.title || words.untitled;
  const node = h('li', { class: 'thread' });
  const rest = (focus) => {
    node.replaceChildren(
      h('button', { type: 'button', class: 'open', 'aria-current': thread.id === current ? 'true' : null,
        on: { click: () => panel.select(thread.id) } },
      h('span', { class: 'name', dir: 'auto' }, title), when(thread.created_at, locale)),
      ...(option.showRename ? [iconButton('write', words.rowFor(words.rename, title), edit)] : []),
      ...(option.showDelete ? [iconButton('trash', words.rowFor(words.delete, title), sure)] : []));
    if (focus) node.firstChild.focus();
  };
  const back = () => rest(true);
  const edit = () => {
    const field = h('input', { type: 'text', value: title, maxlength: '200', 'aria-label': words.rename, dir: 'auto' });
    const form = h('form', { class: 'edit', on: {
      submit: (event) => {
        event.preventDefault();
        const wanted = field.value.trim();
        if (wanted && wanted !== thread.title) panel.rename(thread.id, wanted);
        back();
      },
      keydown: (event) => { if (event.key === 'Escape') { event.stopPropagation(); back(); } },
    } }, field, h('button', { type: 'submit', class: 'text-button primary' }, words.save));
    node.replaceChildren(form);
    field.focus();
    field.select();
  };
  const sure = () => {
    const no = textButton(words.cancel, back);
    node.replaceChildren(h('div', { class: 'sure', role: 'group' }, h('p', { dir: 'auto' }, words.deleteSure(title)),
      textButton(words.delete, () => panel.remove(thread.id), 'danger'), no));
    no.focus();
  };
  rest();
  return node;
}

function when(time, locale) {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return null;
  const today = date.toDateString() === new Date().toDateString();
  const form = today ? { hour: 'numeric', minute: '2-digit' } : { day: 'numeric', month: 'short', year: 'numeric' };
  return h('time', { datetime: time }, new Intl.DateTimeFormat(locale, form).format(date));
}
