// What files a page takes: how many, how large, of which types.

const largest = 100 * 1024 * 1024; // bytes, where the options say nothing

/** Why a file is not taken: "tooMany", "tooLarge" or "wrongType" with what the words need; null when it is. */
export function refused(file, count, { maxCount = 10, maxSize = largest, accept }) {
  if (count >= maxCount) return ['tooMany', maxCount];
  if (accept && !accepted(file, accept)) return ['wrongType', file.name];
  const limit = typeof maxSize === 'number' ? maxSize : limitOf(file.type, maxSize);
  return file.size > limit ? ['tooLarge', file.name, Math.round(limit / 1024 / 102.4) / 10] : null;
}

/** The same for a file dialog. */
export function dialogAccept(accept) {
  return accept ? Object.entries(accept).flatMap(([type, endings]) => [type, ...endings]).join(',') : null;
}

function accepted({ name, type }, accept) {
  return Object.entries(accept).some(([pattern, endings]) => (
    fits(type, pattern) || endings.some((ending) => name.toLowerCase().endsWith(ending.toLowerCase()))));
}

function limitOf(type, limits) {
  const pattern = Object.keys(limits).find((one) => one !== '*' && one !== '' && fits(type, one));
  return limits[pattern] ?? limits['*'] ?? limits[''] ?? largest;
}

function fits(type, pattern) {
  return pattern === type || pattern === '*/*' || (pattern.endsWith('/*') && type.startsWith(pattern.slice(0, -1)));
}
