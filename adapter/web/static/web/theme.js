// The theme option as custom properties on the element's root. Values go through CSSOM, so no string becomes a style.

const radii = { pill: [22, 18], round: [16, 12], soft: [10, 8], sharp: [2, 2] };
const densities = { compact: 0.82, normal: 1, spacious: 1.2 };

export function applyTheme(root, theme) {
  root.dataset.theme = theme.colorScheme === 'dark' ? 'dark' : 'light';
  const [bubble, box] = radii[theme.radius] ?? [];
  const { baseSize, fontFamily, fontFamilyMono } = theme.typography ?? {};
  const { accent, surface } = theme.color ?? {};
  set(root, '--bubble-radius', bubble && `${bubble}px`);
  set(root, '--box-radius', box && `${box}px`);
  set(root, '--density', densities[theme.density]);
  set(root, '--base-size', baseSize && `${baseSize}px`);
  set(root, '--font', fontFamily);
  set(root, '--font-mono', fontFamilyMono);
  set(root, '--accent', accent?.primary);
  set(root, '--surface', surface?.background);
  set(root, '--ink', surface?.foreground);
}

function set(root, name, value) {
  if (value === undefined || value === null) root.style.removeProperty(name);
  else root.style.setProperty(name, String(value));
}
