// Addresses that came from somebody else, and which of them may be used.

const linkSchemes = ['http:', 'https:', 'mailto:'];
const imageData = /^data:image\/(?:png|jpe?g|gif|webp|avif);base64,[A-Za-z0-9+/=]+$/;

/** The address if people may be sent there, else null. Relative addresses are nobody's. */
export function safeLink(address) {
  const url = parsed(address);
  return url && linkSchemes.includes(url.protocol) ? url.href : null;
}

/** The address if a picture may be loaded from there, else null. */
export function safeImage(address) {
  if (typeof address === 'string' && imageData.test(address)) return address;
  const url = parsed(address);
  return url && (url.protocol === 'https:' || url.origin === window.location.origin) ? url.href : null;
}

/** The address of a person's own file if it is one: the protocol's server gave it, so plain http is its choice. */
export function filePreview(address) {
  const url = parsed(address);
  return url && /^https?:$/.test(url.protocol) ? url.href : safeImage(address);
}

/** What a chatkit-link:// address asks of the host page, {name, data}, else null. */
export function deeplink(address) {
  const found = /^chatkit-link:\/\/([^/?#]+)\/?(?:\?([^#]*))?/.exec(String(address));
  return found && { name: found[1], data: Object.fromEntries(new URLSearchParams(found[2])) };
}

function parsed(address) {
  try {
    return new URL(String(address).trim());
  } catch {
    return null;
  }
}
