// Light or dark: as the system says, until the person says otherwise.

const key = 'taskpilot.scheme';
const system = window.matchMedia('(prefers-color-scheme: dark)');

export function scheme() {
  return window.localStorage.getItem(key) ?? (system.matches ? 'dark' : 'light');
}

/** Puts the person's choice on the page. */
export function remembered() {
  const chosen = window.localStorage.getItem(key);
  if (chosen) document.documentElement.dataset.scheme = chosen;
}

export function toggleScheme() {
  window.localStorage.setItem(key, scheme() === 'dark' ? 'light' : 'dark');
  remembered();
}

export function watchScheme(changed, signal) {
  system.addEventListener('change', changed, { signal });
}
