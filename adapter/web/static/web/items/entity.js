// Something that the host page knows, as a button: pressed, the page does what it likes; looked at, it may show a preview.

import { h } from '../view/dom.js';
import { widgetNode } from '../widgets/widget.js';

export function entityButton(entity, commands) {
  let box = null;
  const hide = () => {
    box?.remove();
    box = null;
  };
  const show = async () => {
    const found = await commands.options().entities.onRequestPreview?.(entity);
    if (!found?.preview || box || !node.matches(':hover, :focus')) return;
    box = h('div', { class: 'preview' }, widgetNode(found.preview, { words: commands.words(), action: async () => {} }));
    node.after(box);
  };
  const node = h('button', { type: 'button', class: 'tag', dir: 'auto', on: {
    click: () => commands.entity(entity), pointerenter: show, focus: show, pointerleave: hide, blur: hide,
    keydown: ({ key }) => { if (key === 'Escape') hide(); },
  } }, entity.title);
  return node;
}
