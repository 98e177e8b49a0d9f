// One item after one `thread.item.updated`. Pure, like conversation.js. An update that does not fit its item changes
// nothing: a page must survive a server that is newer than it is.

import { withComponent, withStreamedText } from './widgettree.js';

const updates = {
  'assistant_message.content_part.added': (item, { content_index: at, content }) => part(item, at, () => content),
  'assistant_message.content_part.done': (item, { content_index: at, content }) => part(item, at, () => content),
  'assistant_message.content_part.text_delta': (item, { content_index: at, delta }) => (
    part(item, at, (old) => ({ ...old, text: (old.text ?? '') + delta }))),
  'assistant_message.content_part.annotation_added': (item, update) => (
    part(item, update.content_index, (old) => ({
      ...old, annotations: put(old.annotations ?? [], update.annotation_index, update.annotation),
    }))),
  'widget.root.updated': (item, { widget }) => ({ ...item, widget }),
  'widget.component.updated': (item, { component_id: id, component }) => (
    { ...item, widget: withComponent(item.widget, id, component) }),
  'widget.streaming_text.value_delta': (item, { component_id: id, delta, done }) => (
    { ...item, widget: withStreamedText(item.widget, id, delta, done) }),
  'workflow.task.added': (item, { task_index: at, task }) => tasks(item, at, task),
  'workflow.task.updated': (item, { task_index: at, task }) => tasks(item, at, task),
  'generated_image.updated': (item, { image, progress }) => ({ ...item, image, progress }),
};

/** The item after the update. */
export function updated(item, update) {
  return Object.hasOwn(updates, update?.type) ? updates[update.type](item, update) : item;
}

const emptyPart = { type: 'output_text', text: '', annotations: [] };

function part(item, at, change) {
  const content = item.content ?? [];
  return { ...item, content: put(content, at, change(content[at] ?? emptyPart)) };
}

function tasks(item, at, task) {
  const old = item.workflow ?? { type: 'custom', tasks: [] };
  return { ...item, workflow: { ...old, tasks: put(old.tasks ?? [], at, task) } };
}

/** The list with one place set. An index that would leave a hole is taken as the end. */
function put(list, at, value) {
  return Number.isInteger(at) && at >= 0 && at < list.length ? list.with(at, value) : [...list, value];
}
