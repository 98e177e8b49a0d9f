// A task of ChatKit's: one thing that was done on the way to an answer. It stands alone as an item or in a workflow.

import { h } from '../view/dom.js';
import { icon } from '../view/icons.js';
import { MarkdownView } from '../markdown/render.js';
import { sourceNode } from './messages.js';

export class TaskView {
  node = h('div', { class: 'item task-item' });
  #words;

  constructor({ words }) { this.#words = words; }

  update({ task }) { this.node.replaceChildren(taskNode(task, this.#words)); }
}

const icons = { web_search: 'search', thought: 'lightbulb', file: 'document', image: 'square-image' };

/** The line of a task, and what belongs to it below. */
export function taskNode(task, words) {
  const title = task.title || task.title_query || (task.type === 'thought' ? words.thinking : '');
  const details = [
    task.content ? markdown(task.content) : null,
    task.queries?.length ? h('p', { class: 'queries', dir: 'auto' }, task.queries.join(' · ')) : null,
    task.sources?.length ? h('ul', { class: 'task-sources' }, task.sources.map((source) => h('li', {}, sourceNode(source)))) : null,
  ].filter(Boolean);
  return h('div', { class: `task ${task.status_indicator ?? 'none'}` },
    h('p', { class: 'task-line' }, indicator(task, title), h('span', { dir: 'auto' }, title)), details);
}

/** The mark before the line. A title that begins with a mark of its own (✓) gets no second one. */
function indicator({ type, icon: name, status_indicator: status }, title) {
  if (status === 'loading') return h('span', { class: 'spinner' });
  if (/^\p{S}/u.test(title)) return null;
  if (name) return icon(name);
  if (status === 'complete') return icon('check');
  return Object.hasOwn(icons, type) ? icon(icons[type]) : icon('dot');
}

function markdown(text) {
  const view = new MarkdownView();
  view.update(text);
  return view.node;
}
