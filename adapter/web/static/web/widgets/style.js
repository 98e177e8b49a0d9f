// A widget's sizes, spaces and colours, set through CSSOM: a value that is no CSS value is ignored by the browser, and no
// value can set a property that isn't named here.

const unit = 4; // px: a number for a space counts in these

/** The colours that have a name in ChatKit, as this element's own. */
const named = {
  prose: '--ink', primary: '--ink', emphasis: '--ink-strong', secondary: '--ink-2', tertiary: '--ink-3',
  success: '--good', warning: '--warn', caution: '--warn', danger: '--bad', info: '--info', discovery: '--discovery',
  surface: '--surface', 'surface-secondary': '--surface-2', 'surface-tertiary': '--surface-3',
  'surface-elevated': '--surface', 'surface-elevated-secondary': '--surface-2',
  default: '--line', subtle: '--line', strong: '--line-strong',
};
const hues = { red: 25, orange: 55, yellow: 90, green: 150, blue: 255, purple: 300, pink: 350 };

export const radii = {
  none: '0', '2xs': '2px', xs: '4px', sm: '6px', md: '8px', lg: '10px', xl: '12px', '2xl': '16px', '3xl': '20px', '4xl': '24px',
  full: '999px', '100%': '100%',
};

/** A space: a number in units of 4 px, or a CSS length. */
export function space(value) {
  return typeof value === 'number' ? `${value * unit}px` : value;
}

/** A size: a number in px, or a CSS length. */
export function length(value) {
  return typeof value === 'number' ? `${value}px` : value;
}

/** A colour as CSS: a name of ChatKit's, a step of a hue (blue-500), a pair for both themes, or any CSS colour. */
export function colour(value) {
  if (value && typeof value === 'object') return pair(colour(value.light), colour(value.dark));
  if (typeof value !== 'string') return undefined;
  if (Object.hasOwn(named, value)) return `var(${named[value]})`;
  const step = /^(?:color-)?([a-z]+)-(\d{2,4})$/.exec(value);
  if (step) return shade(step[1], Number(step[2]));
  return CSS.supports('color', value) ? value : undefined;
}

function pair(light, dark) {
  return `light-dark(${light ?? 'inherit'}, ${dark ?? light ?? 'inherit'})`;
}

function shade(hue, step) {
  const light = Math.max(0.15, 0.98 - step * 0.00085);
  if (hue === 'gray') return `oklch(${light} 0.005 250)`;
  return Object.hasOwn(hues, hue) ? `oklch(${light} ${step < 150 ? 0.04 : 0.15} ${hues[hue]})` : undefined;
}

/** Sets properties on a node; what is undefined or null is left as it is. Answers the node. */
export function styled(node, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined && value !== null) node.style.setProperty(name, String(value));
  }
  return node;
}

/** The properties of ChatKit's BlockProps. */
export function block({ height, width, size, minHeight, minWidth, minSize, maxHeight, maxWidth, maxSize, aspectRatio, radius, margin }) {
  return {
    height: length(height ?? size), width: length(width ?? size),
    'min-height': length(minHeight ?? minSize), 'min-width': length(minWidth ?? minSize),
    'max-height': length(maxHeight ?? maxSize), 'max-width': length(maxWidth ?? maxSize),
    'aspect-ratio': aspectRatio, 'border-radius': radii[radius], ...sides('margin', margin),
  };
}

/** A space on all sides, or one for each: {x, y, top, right, bottom, left}. */
export function sides(name, value) {
  if (!value || typeof value !== 'object') return { [name]: space(value) };
  const { top, right, bottom, left, x, y } = value;
  return {
    [`${name}-top`]: space(top ?? y), [`${name}-bottom`]: space(bottom ?? y),
    [`${name}-left`]: space(left ?? x), [`${name}-right`]: space(right ?? x),
  };
}

/** A border: a width, a {size, color, style}, or one for each side. */
export function border(value) {
  if (value === undefined || value === null) return {};
  if (typeof value === 'number' || value.size !== undefined) return { border: line(value) };
  const { top, right, bottom, left, x, y } = value;
  return {
    'border-top': line(top ?? y), 'border-bottom': line(bottom ?? y),
    'border-left': line(left ?? x), 'border-right': line(right ?? x),
  };
}

function line(value) {
  if (value === undefined) return undefined;
  const { size, style = 'solid', color } = typeof value === 'number' ? { size: value } : value;
  return `${length(size)} ${style} ${colour(color) ?? 'var(--line)'}`;
}
