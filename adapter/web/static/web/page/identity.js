// Who is signed in on this page: a bearer token, kept for the life of the tab. With a development issuer a name is
// enough, and the token is renewed before it runs out; without one, the person brings a token.

const key = 'taskpilot.identity';
const early = 30_000; // ms before its end at which a token is renewed

export class Identity {
  #issuer;
  #storage;
  #kept;
  #renewing = null;

  /** `issuer` is the development issuer's address, or null. */
  constructor(issuer, storage) {
    this.#issuer = issuer;
    this.#storage = storage;
    this.#kept = read(storage);
  }

  get signedIn() { return this.#kept !== null; }
  get demo() { return this.#issuer !== null; }
  get name() { return this.#kept?.user ?? ''; }

  /** Signs in as a demo user of that name. */
  async signInAs(user) {
    this.#keep({ user, ...await this.#token(user) });
  }

  /** Signs in with a token that somebody else gave. */
  signInWith(token) {
    this.#keep({ user: null, token, expires: Infinity });
  }

  signOut() {
    this.#kept = null;
    this.#storage.removeItem(key);
  }

  /** A fetch that carries the token: fresh if it would soon run out, and once more with a new one after a 401. */
  get fetch() {
    return async (url, options = {}) => {
      const token = await this.#current(false);
      const first = await send(url, options, token);
      if (first.status !== 401 || !this.#kept?.user) return first;
      return send(url, options, await this.#current(true));
    };
  }

  async #current(force) {
    if (!this.#kept) return null;
    const { user, expires } = this.#kept;
    if (user && (force || Date.now() > expires - early)) await this.#renew(user);
    return this.#kept?.token ?? null;
  }

  /** Many requests may find the token old at once: one asks for a new one, and all wait for it. */
  #renew(user) {
    this.#renewing ??= this.#token(user)
      .then((token) => { if (this.#kept?.user === user) this.#keep({ user, ...token }); })
      .finally(() => { this.#renewing = null; });
    return this.#renewing;
  }

  async #token(user) {
    const response = await fetch(`${this.#issuer}/token`, { method: 'POST', body: new URLSearchParams({ user }) });
    if (!response.ok) throw new Error(`The sign-in service answered ${response.status}.`);
    const { access_token: token, expires_in: seconds } = await response.json();
    return { token, expires: Date.now() + seconds * 1000 };
  }

  #keep(identity) {
    this.#kept = identity;
    this.#storage.setItem(key, JSON.stringify(identity));
  }
}

function send(url, options, token) {
  const headers = new Headers(options.headers);
  if (token) headers.set('Authorization', `Bearer ${token}`);
  return fetch(url, { ...options, headers });
}

function read(storage) {
  try {
    const kept = JSON.parse(storage.getItem(key));
    return typeof kept?.token === 'string' ? { ...kept, expires: kept.expires ?? Infinity } : null;
  } catch {
    return null;
  }
}
