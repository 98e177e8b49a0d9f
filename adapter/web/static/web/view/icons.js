// The icons, drawn for this element on a grid of 24 by 24, as strokes. The names are ChatKit's; a name that is not here
// is drawn as a dot, so that nothing is ever blank.

import { svg } from './dom.js';

const circle = (x, y, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
const ring = circle(12, 12, 9);
const page = 'M6 3h8l4 4v14H6zM14 3v4h4';
const square = 'M6 4h12a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z';
const star = 'M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z';
const spark = 'M12 4c.6 4.5 3.5 7.4 8 8c-4.5.6-7.4 3.5-8 8c-.6-4.5-3.5-7.4-8-8c4.5-.6 7.4-3.5 8-8z';
const pencil = 'M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19z';
const person = `${circle(12, 8, 4)}M4.5 20c1-4 4-6 7.5-6s6.5 2 7.5 6`;
const book = 'M12 6c-2-1.5-5-2-8-2v14c3 0 6 .5 8 2c2-1.5 5-2 8-2V4c-3 0-6 .5-8 2zM12 6v14';
const notebook = 'M6 3h12v18H6zM6 8H4M6 12H4M6 16H4M10 8h5M10 12h5';
const flask = 'M10 3h4M11 3v6l-6 10a1.5 1.5 0 0 0 1.3 2h11.4a1.5 1.5 0 0 0 1.3-2l-6-10V3M8 15h8';

const panel = (line) => `M4 5h16v14H4z${line}`;
const left = 'M9 5v14';
const right = 'M15 5v14';

const strokes = {
  agent: `${square}M9 10v2M15 10v2M9 16h6`,
  analytics: 'M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6',
  at: `${circle(12, 12, 3.5)}M15.5 8.5V13a2.5 2.5 0 0 0 5 0v-1a8.5 8.5 0 1 0-3.5 6.9`,
  atom: `${circle(12, 12, 1.5)}M3 12c0-2 4-3.5 9-3.5s9 1.5 9 3.5s-4 3.5-9 3.5s-9-1.5-9-3.5M12 3c2 0 3.5 4 3.5 9s-1.5 9-3.5 9s-3.5-4-3.5-9s1.5-9 3.5-9`,
  batch: 'M12 3l9 5l-9 5l-9-5zM3 13l9 5l9-5',
  bolt: 'M13 3L5 14h6l-1 7l8-11h-6z',
  'book-open': book,
  'book-closed': 'M6 3h13v15H7a2 2 0 0 0-2 2V5a2 2 0 0 1 2-2M5 20a1 1 0 0 0 1 1h13v-3',
  'book-clock': `${book}${circle(17, 16, 4)}M17 14v2l1.5 1`,
  bug: `${circle(12, 14, 5)}M12 9v10M9 9.5L7.5 6M15 9.5L16.5 6M7 13H3.5M20.5 13H17M7.5 17L4.5 19M16.5 17l3 2`,
  calendar: 'M4 6h16v14H4zM4 10h16M8 3v4M16 3v4',
  chart: 'M4 20h16M7 20v-7M12 20V5M17 20v-10',
  check: 'M5 12.5l4.5 4.5L19 7',
  'check-circle': `${ring}M8 12.5l3 3l5-6`,
  'chevron-left': 'M15 5l-7 7l7 7',
  'chevron-right': 'M9 5l7 7l-7 7',
  'chevron-down': 'M5 9l7 7l7-7',
  'circle-question': `${ring}M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.8v.2`,
  clock: `${ring}M12 7v5l3.5 2`,
  close: 'M6 6l12 12M18 6L6 18',
  compass: `${ring}M15.5 8.5l-2 5l-5 2l2-5z`,
  compose: `${pencil}M13 20h7`,
  confetti: 'M4 20l4.5-11l6.5 6.5zM13 4c1 2 0 3-1 4M20 11c-2-1-3 0-4 1M17 5l.5.5M20 7.5v.2M15.5 8l4-4',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  cube: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12L4 7.5',
  'back-large': 'M20 12H4M11 5l-7 7l7 7',
  'chat-temporary': 'M4 12c0-9 16-9 16 0s-9 8-11 7l-5 1l1.5-4M9 12h.1M15 12h.1',
  collapse: 'M20 4l-6 6M14 5v5h5M4 20l6-6M5 14h5v5',
  'dark-mode': 'M20 14A8.5 8.5 0 1 1 10 4a7 7 0 0 0 10 10z',
  desktop: 'M3 5h18v11H3zM9 20h6M12 16v4',
  document: `${page}M9 12h6M9 16h6`,
  dot: circle(12, 12, 2.5),
  'dots-horizontal': 'M5.5 12h.1M12 12h.1M18.5 12h.1',
  'dots-vertical': 'M12 5.5v.1M12 12v.1M12 18.5v.1',
  'empty-circle': ring,
  'double-chevron-left': 'M18 5l-7 7l7 7M11 5l-7 7l7 7',
  'double-chevron-right': 'M6 5l7 7l-7 7M13 5l7 7l-7 7',
  expand: 'M14 10l6-6M15 4h5v5M10 14l-6 6M4 15v5h5',
  'external-link': 'M13 5h6v6M19 5l-9 9M17 14v5H5V7h5',
  globe: `${ring}M3 12h18M12 3c2.5 2.5 3.5 5.5 3.5 9s-1 6.5-3.5 9c-2.5-2.5-3.5-5.5-3.5-9s1-6.5 3.5-9`,
  grid: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z',
  history: 'M4 12a8 8 0 1 0 2.5-5.8L4 8.5M4 4v4.5h4.5M12 8v4.5l3 1.5',
  home: 'M4 11l8-7l8 7v9h-5v-6H9v6H4z',
  images: 'M7 7h13v13H7zM4 16V4h12M7 17l4-4l3 3l2.5-2.5L20 17',
  info: `${ring}M12 11v5.5M12 7.5v.2`,
  keys: `${circle(8, 15, 4)}M11 12l8-8M16 7l3 3M13.5 9.5l2 2`,
  lab: flask,
  lifesaver: `${ring}${circle(12, 12, 4)}M5.6 5.6l3.6 3.6M14.8 14.8l3.6 3.6M18.4 5.6l-3.6 3.6M9.2 14.8l-3.6 3.6`,
  lightbulb: 'M9 17c0-2-3-4-3-7.5a6 6 0 0 1 12 0c0 3.5-3 5.5-3 7.5zM10 20.5h4',
  mail: 'M3 6h18v12H3zM3 7l9 7l9-7',
  'light-mode': `${circle(12, 12, 4)}M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M5.6 18.4L7 17M17 7l1.4-1.4`,
  'map-pin': `M12 21c-4-4.5-7-8-7-11.5a7 7 0 0 1 14 0C19 13 16 16.5 12 21z${circle(12, 9.5, 2.5)}`,
  maps: 'M3 6l6-2l6 2l6-2v14l-6 2l-6-2l-6 2zM9 4v14M15 6v14',
  menu: 'M4 7h16M4 12h16M4 17h16',
  mic: 'M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4',
  mobile: 'M7 3h10v18H7zM11 18h2',
  name: 'M4 6h16v12H4zM8 15c.5-2 4-2 4.5 0M15 10h2.5M15 13.5h2.5M10.2 10.2v.1',
  notebook,
  'notebook-pencil': `${notebook}M14 19l6-6l1.5 1.5l-6 6H14z`,
  'page-blank': page,
  paperclip: 'M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7L10 17a1.7 1.7 0 0 1-2.4-2.4l7.5-7.5',
  phone: 'M6 3.5h3l1.5 4.5L8.5 10a12 12 0 0 0 5.5 5.5l2-2l4.5 1.5v3c0 1.5-1 2.5-2.5 2.5C10.5 20.5 3.5 13.5 3.5 6c0-1.5 1-2.5 2.5-2.5z',
  play: 'M7 4.5l12 7.5l-12 7.5z',
  plus: 'M12 5v14M5 12h14',
  profile: person,
  'profile-card': 'M3 5h18v14H3zM6.5 16c.5-3 5-3 5.5 0M15 10h3M15 14h3M9.2 9.7v.1',
  reload: 'M20 12a8 8 0 1 1-2.5-5.8L20 8.5M20 4v4.5h-4.5',
  search: `${circle(10.5, 10.5, 6.5)}M15.5 15.5L20.5 20.5`,
  send: 'M12 20V5M5.5 11.5L12 5l6.5 6.5',
  'settings-slider': 'M4 8h8M18 8h2M4 16h2M12 16h8M15 5.5v5M9 13.5v5',
  share: 'M12 15V4M8 8l4-4l4 4M5 12v8h14v-8',
  'sidebar-left': panel(left),
  'sidebar-right': panel(right),
  sparkle: spark,
  'sparkle-double': `${spark}M19 3v4M17 5h4`,
  'square-code': `${square}M10 9l-3 3l3 3M14 9l3 3l-3 3`,
  'square-image': `${square}M4 16l5-5l4 4l2.5-2.5L20 17M15.5 8.5v.2`,
  'square-text': `${square}M8 9h8M8 12.5h8M8 16h5`,
  star,
  suitcase: 'M4 8h16v12H4zM9 8V4.5h6V8M4 13h16',
  'thumb-down': 'M7 13V4H3.5v9zM7 12l4 8a2.3 2.3 0 0 0 2.3-2.6L13 15h5a2 2 0 0 0 2-2.4l-1.3-7A2 2 0 0 0 16.7 4H7',
  'thumb-up': 'M7 11v9H3.5v-9zM7 12l4-8a2.3 2.3 0 0 1 2.3 2.6L13 9h5a2 2 0 0 1 2 2.4l-1.3 7a2 2 0 0 1-2 1.6H7',
  trash: 'M4.5 7h15M9 7V4h6v3M6.5 7l1 13h9l1-13M10 11v5.5M14 11v5.5',
  user: person,
  warning: 'M12 4l9.5 16h-19zM12 10v5M12 17.5v.1',
  wreath: 'M12 20c-5 0-8-3-8-8c0-3 1-5.5 3-7.5M12 20c5 0 8-3 8-8c0-3-1-5.5-3-7.5M4 10l3 1.5M5 15l3.5-.5M20 10l-3 1.5M19 15l-3.5-.5',
  write: pencil,
  'write-alt': `${pencil}M13 20h7`,
  'write-alt2': `${pencil}M4 20h16`,
};

const filled = {
  'check-circle-filled': [ring, 'M8 12.5l3 3l5-6'],
  'star-filled': [star, ''],
  stop: ['M7 7h10v10H7z', ''],
};

/** Names for the same drawing: the forms of one sign that a header may ask for. */
const alike = [
  [/^(sidebar|open|collapse)\b.*-left(-alt)?$/, 'sidebar-left'], [/^(sidebar|open|collapse)\b.*-right(-alt)?$/, 'sidebar-right'],
  [/^(expand|collapse)-(large|small)$/, '$1'], [/^back-small$/, 'chevron-left'], [/^(menu-inverted|hamburger)$/, 'menu'], [/^home-alt$/, 'home'],
  [/^settings-cog$/, 'settings-slider'], [/^(dots-\w+)-circle$/, '$1'],
];

/** An icon that only decorates: what it means must stand beside it in words. */
export function icon(name) {
  const asked = String(name).replace(/^lucide:/, '');
  const key = alike.reduce((found, [form, base]) => found.replace(form, base), asked);
  const solid = Object.hasOwn(filled, key) ? filled[key] : null;
  return svg('svg', { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true', focusable: 'false' }, solid
    ? [svg('path', { d: solid[0], class: 'solid' }), svg('path', { d: solid[1], class: 'cut' })]
    : svg('path', { d: Object.hasOwn(strokes, key) ? strokes[key] : strokes.dot }));
}
