// The theme option as custom properties on the element's root. Values go through CSSOM, so no string becomes a style.

const radii = { pill: [22, 18], round: [16, 12], soft: [10, 8], sharp: [2, 2] };
const shades = { '--surface-2': [.97, .25], '--surface-3': [.93, .3], '--line': [.9, .33], '--line-strong': [.78, .43], '--ink-2': [.45, .74], '--ink-3': [.52, .66] };
const densities = { compact: 0.82, normal: 1, spacious: 1.2 };

export function applyTheme(root, theme) {
  root.dataset.theme = theme.colorScheme === 'dark' ? 'dark' : 'light';
  const [bubble, box] = radii[theme.radius] ?? [];
  const { baseSize, fontFamily, fontFamilyMono } = theme.typography ?? {};
  const { accent, surface, grayscale } = theme.color ?? {};
  set(root, '--bubble-radius', bubble && `${bubble}px`);
  set(root, '--box-radius', box && `${box}px`);
  set(root, '--density', densities[theme.density]);
  set(root, '--base-size', baseSize && `${baseSize}px`);
  set(root, '--font', fontFamily);
  set(root, '--font-mono', fontFamilyMono);
  set(root, '--accent', accent?.primary);
  // Words on the accent are black or white, whichever can be read.
  set(root, '--on-accent', accent?.primary && `oklch(from ${accent.primary} clamp(0, (.68 - l) * 1000, 1) 0 0)`);
  set(root, '--accent-share', accent?.level && `${accent.level * 6}%`);
  for (const [name, tones] of Object.entries(shades)) set(root, name, grayscale && gray(tones, grayscale));
  set(root, '--surface', surface?.background);
  set(root, '--ink', surface?.foreground);
}

/** A gray for light and dark: `hue` in degrees, `tint` 0 to 9 of it, `shade` -4 to 4, lighter to darker. */
function gray([light, dark], { hue = 0, tint = 0, shade = 0 }) {
  const tone = (l) => `oklch(${(l - shade * 0.008).toFixed(3)} ${tint * 0.004} ${Number(hue) || 0})`;
  return `light-dark(${tone(light)}, ${tone(dark)})`;
}

const loaded = new Set(); // fonts of the page are the document's: one is loaded once

/** Loads the fonts that the theme names. */
export function loadFonts({ typography }) {
  for (const { family, src, weight, style, display, unicodeRange } of typography?.fontSources ?? []) {
    const key = [family, src, weight, style].join();
    if (loaded.has(key)) continue;
    loaded.add(key);
    load(family, src, Object.fromEntries(Object.entries({ weight: weight && String(weight), style, display, unicodeRange }).filter(([, value]) => value)))
      .catch(() => loaded.delete(key)); // the next font of the family's list stands in
  }
}

async function load(family, src, how) {
  const response = await fetch(src);
  if (!response.ok) throw new Error(`font ${family}: ${response.status}`);
  document.fonts.add(await new FontFace(family, await response.arrayBuffer(), how).load());
}

function set(root, name, value) {
  if (value === undefined || value === null) root.style.removeProperty(name);
  else root.style.setProperty(name, String(value));
}
