// Which view draws which type of item. A view is {node, update(item, live)}; `live` says that the item is not final.

import { AssistantView, UserView } from './messages.js';
import { ClientToolView, ImageView } from './others.js';
import { QuestionsView } from './questions.js';
import { TaskView } from './task.js';
import { WidgetView } from './widget.js';
import { WorkflowView } from './workflow.js';

const views = {
  user_message: UserView,
  assistant_message: AssistantView,
  widget: WidgetView,
  task: TaskView,
  workflow: WorkflowView,
  client_tool_call: ClientToolView,
  structured_input: QuestionsView,
  generated_image: ImageView,
};

/** A new view for a type. What is not known, and what has nothing to show (end_of_turn), is an empty hidden node. */
export function itemView(type, context) {
  return Object.hasOwn(views, type) ? new views[type](context) : new NothingView();
}

class NothingView {
  node = document.createElement('div');

  update() { this.node.hidden = true; }
}
