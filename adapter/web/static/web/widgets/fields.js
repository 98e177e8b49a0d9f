// What was put into a form, as the payload of its action.

/** The fields of a form, or the one field that a node is, under their names; a dotted name nests. A checkbox is true or false. */
export function fieldsOf(node) {
  const payload = {};
  // Attributes, not properties: a form has a property for each of its fields, and one may be called "name".
  const fields = node.matches('[name]') ? [node] : node.querySelectorAll('[name]');
  for (const field of fields) {
    if (field.disabled || (field.type === 'radio' && !field.checked)) continue;
    const name = field.dataset.name ?? field.getAttribute('name');
    put(payload, name.split('.'), field.type === 'checkbox' ? field.checked : field.value);
  }
  return payload;
}

function put(into, [name, ...rest], value) {
  if (name === '__proto__') return;
  if (!rest.length) {
    into[name] = value;
    return;
  }
  if (!Object.hasOwn(into, name) || typeof into[name] !== 'object') into[name] = {};
  put(into[name], rest, value);
}

const words = 'input:not([type=checkbox], [type=radio])[name], textarea[name]';

/** What somebody has written below a node, by the fields' names and keys. Choices are left out: the server has those, or will. */
export function draftsIn(node) {
  return new Map([...node.querySelectorAll(words)].filter((field) => field.value !== field.defaultValue).map((field) => [whose(field), field.value]));
}

/** Writes it into the same fields. A server that gives a field another key wants it empty. */
export function putDrafts(node, drafts) {
  for (const field of node.querySelectorAll(words)) if (drafts.has(whose(field))) field.value = drafts.get(whose(field));
}

function whose(field) {
  return JSON.stringify([field.name, field.dataset.key]);
}
