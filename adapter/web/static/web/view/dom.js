// How everything here is drawn: nodes and text nodes. There is no way in for markup, for a style in a string or for a
// handler in a string, so text from a model or a person can only ever be text.

const svgSpace = 'http://www.w3.org/2000/svg';

/**
 * An element. Attributes that are null, undefined or false are left out; `on` is {event: listener}. Children are
 * nodes, strings, or lists of them; null and false are left out.
 */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(svgSpace, tag), attributes, children);
}

function filled(node, { on, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'style' || name.startsWith('on')) throw new TypeError(`${name} must not be set from a string`);
    if (value === null || value === undefined || value === false) continue;
    node.setAttribute(name, value === true ? '' : value);
  }
  for (const [event, listener] of Object.entries(on ?? {})) node.addEventListener(event, listener);
  node.append(...children.flat(4).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Sets or takes away an attribute. */
export function attribute(node, name, value) {
  if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? '' : value);
}
