// Changes inside a widget's tree, by a component's id. Only the way down to the component is made anew.

/** The tree with the component of that id exchanged. */
export function withComponent(node, id, component) {
  return changed(node, id, () => component);
}

/** The tree with text added to the Text or Markdown of that id. */
export function withStreamedText(node, id, delta, done) {
  return changed(node, id, (old) => ({ ...old, value: (old.value ?? '') + delta, streaming: !done }));
}

function changed(node, id, change) {
  if (!node || typeof node !== 'object') return node;
  if (node.id === id) return change(node);
  if (Array.isArray(node.children)) {
    let touched = false;
    const children = node.children.map((child) => {
      const next = changed(child, id, change);
      touched ||= next !== child;
      return next;
    });
    return touched ? { ...node, children } : node;
  }
  const next = changed(node.children, id, change);
  return next === node.children ? node : { ...node, children: next };
}
