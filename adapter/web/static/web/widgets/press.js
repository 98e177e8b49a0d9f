// A box that acts as a whole when it is pressed, by mouse or key.

const inner = 'button, input, select, textarea, a, label, [tabindex]';

/** Makes a node pressable where it has an action. A press on a control inside it is that control's. Answers the node. */
export function pressable(node, action, drawing) {
  if (!action) return node;
  node.classList.add('w-press');
  node.tabIndex = 0;
  // A button must not hold other controls: screen readers would not find them.
  if (!node.querySelector(inner)) node.setAttribute('role', 'button');
  const press = () => drawing.run(action, node, 'container');
  node.addEventListener('click', ({ target }) => { if (target.closest(inner) === node) press(); });
  node.addEventListener('keydown', (event) => {
    if (event.target !== node || (event.key !== 'Enter' && event.key !== ' ')) return;
    event.preventDefault();
    press();
  });
  return node;
}
