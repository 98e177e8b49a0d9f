// Badges, icons, pictures and buttons.

import { h } from '../view/dom.js';
import { icon } from '../view/icons.js';
import { safeImage } from '../view/links.js';
import { block, colour, styled } from './style.js';

export const content = { Badge: badge, Icon: iconNode, Image: picture, Button: button };

function badge({ label, color = 'secondary', variant = 'soft', size = 'sm', pill }) {
  return h('span', { class: `w-badge c-${color} v-${variant} s-${size}${pill ? ' pill' : ''}`, dir: 'auto' }, String(label ?? ''));
}

function iconNode({ name, color, size = 'md' }) {
  return styled(h('span', { class: `w-icon s-${size}` }, icon(name)), { color: colour(color) });
}

function picture(component) {
  const { src, alt, fit, position, frame, flush } = component;
  const address = safeImage(src);
  if (!address) return alt ? h('span', { class: 'w-caption', dir: 'auto' }, alt) : null;
  const node = h('img', { class: `w-image${frame ? ' frame' : ''}${flush ? ' flush' : ''}`, src: address, alt: alt ?? '', loading: 'lazy' });
  return styled(node, { 'object-fit': fit, 'object-position': position, ...block(component) });
}

function button(component, drawing) {
  const { label, submit, onClickAction: action, iconStart, iconEnd, style, color, variant, size = 'md', pill, uniform, block: wide, disabled } = component;
  const kind = color ?? style ?? 'secondary';
  const node = h('button', {
    type: submit ? 'submit' : 'button', disabled: disabled === true,
    class: `w-button c-${kind} v-${variant ?? (kind === 'primary' ? 'solid' : 'soft')} s-${size}${pill ? ' pill' : ''}${uniform ? ' uniform' : ''}${wide ? ' wide' : ''}`,
    'aria-label': label ? null : iconStart ?? iconEnd,
    on: submit ? {} : { click: () => drawing.run(action, node, 'self') },
  }, iconStart ? icon(iconStart) : null, label ? h('span', { dir: 'auto' }, label) : null, iconEnd ? icon(iconEnd) : null);
  return node;
}
