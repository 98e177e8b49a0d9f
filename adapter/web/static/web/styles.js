// The element's style sheets: read once a page, adopted by every shadow root.

const names = ['base', 'conversation', 'panels', 'widgets'];
let sheets; // a promise, so that two elements on a page share one reading

export async function adoptStyles(root) {
  sheets ??= Promise.all(names.map(sheet));
  root.adoptedStyleSheets = await sheets;
}

async function sheet(name) {
  const response = await fetch(new URL(`./styles/${name}.css`, import.meta.url));
  if (!response.ok) throw new Error(`style sheet ${name}: ${response.status}`);
  const made = new CSSStyleSheet();
  made.replaceSync(await response.text());
  return made;
}
