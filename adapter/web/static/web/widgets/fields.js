// What was put into a form, as the payload of its action.

/** The fields of a form under their names; a dotted name nests. A checkbox is true or false. */
export function fieldsOf(form) {
  const payload = {};
  for (const field of form.querySelectorAll('[name]')) {
    if (field.disabled || (field.type === 'radio' && !field.checked)) continue;
    put(payload, field.name.split('.'), field.type === 'checkbox' ? field.checked : field.value);
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
