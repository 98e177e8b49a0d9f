// ChatKit's wire from the page's side: one URL, POST, and an answer that is one JSON object or a stream of events.

import { eventData } from './sse.js';

/**
 * What went wrong before or under an answer. `kind`: "network" (nothing came, or the stream broke off), "refused" (the
 * server said no: sending the same again is no use), "unavailable" (it may work later), "garbled" (an answer that is
 * not ChatKit's). `message` is the server's own sentence when it gave one, else empty.
 */
export class ProtocolError extends Error {
  constructor(kind, { message = '', status = 0, cause } = {}) {
    super(message, { cause });
    this.name = 'ProtocolError';
    this.kind = kind;
    this.status = status;
  }
}

const cancelTime = 5000; // ms: whoever stops an answer does not wait for a server that is silent

/** Speaks to the protocol's URL. It never sends anything twice by itself: whether to try again is a person's choice. */
export class Client {
  #url;
  #fetch;
  #headers;
  #log;

  /** `log` is told of each request that was answered. */
  constructor({ url, fetch: fetcher }, locale, log = () => {}) {
    this.#log = log;
    this.#url = url;
    this.#fetch = fetcher ?? ((...request) => window.fetch(...request));
    this.#headers = { 'Content-Type': 'application/json', ...(locale && { 'Accept-Language': locale }) };
  }

  /** A request that is answered by one JSON object. */
  async call(type, params, { signal } = {}) {
    const response = await this.#post(type, params, 'application/json', signal);
    try {
      return await response.json();
    } catch (cause) {
      throw new ProtocolError('garbled', { status: response.status, cause });
    }
  }

  /** A request that is answered by a stream: yields its events. An aborted signal ends it with an AbortError. */
  async* stream(type, params, { signal } = {}) {
    const response = await this.#post(type, params, 'text/event-stream', signal);
    if (!isStream(response)) throw new ProtocolError('garbled', { status: response.status });
    yield* events(response, signal);
  }

  /**
   * The events of the turn at work in a thread, from its beginning; null when none is at work, undefined when the server
   * has no such route: it is not in the protocol, but beside it.
   */
  async follow(threadId, { signal } = {}) {
    const response = await this.#beside(threadId, 'events', { headers: { ...this.#headers, Accept: 'text/event-stream' }, signal });
    if (response.status === 204) return null;
    if (response.ok && isStream(response)) return events(response, signal);
    if (response.status >= 500 || response.status === 429) throw await refusal(response);
    return undefined;
  }

  /** Stops the turn at work in a thread. False: the server has no such route, or did not do it. */
  async cancel(threadId) {
    const request = { method: 'POST', headers: this.#headers, signal: AbortSignal.timeout(cancelTime) };
    const response = await this.#beside(threadId, 'cancel', request).catch(() => null);
    return response?.ok === true;
  }

  /** Uploads go where the server says, with what the page's fetch adds. */
  get fetch() { return this.#fetch; }

  async #beside(threadId, what, request) {
    const address = new URL(this.#url, window.location.href);
    address.pathname = `${address.pathname.replace(/\/$/, '')}/threads/${encodeURIComponent(threadId)}/${what}`;
    try {
      return await this.#fetch(address.href, request);
    } catch (cause) {
      throw broken(cause, request.signal);
    }
  }

  async #post(type, params, accept, signal) {
    let response;
    try {
      response = await this.#fetch(this.#url, {
        method: 'POST',
        headers: { ...this.#headers, Accept: accept },
        body: JSON.stringify({ type, params, metadata: {} }),
        signal,
      });
    } catch (cause) {
      throw broken(cause, signal);
    }
    this.#log(type, { status: response.status });
    if (!response.ok) throw await refusal(response);
    return response;
  }
}

function isStream(response) {
  return (response.headers.get('Content-Type') ?? '').startsWith('text/event-stream');
}

async function* events(response, signal) {
  const frames = eventData(response.body);
  try {
    for (;;) {
      const { done, value } = await frames.next().catch((cause) => { throw broken(cause, signal); });
      if (done) return;
      yield parsed(value);
    }
  } finally {
    frames.return();
  }
}

function broken(cause, signal) {
  if (signal?.aborted || cause?.name === 'AbortError') return cause;
  return cause instanceof ProtocolError ? cause : new ProtocolError('network', { cause });
}

/** A refused request, with the sentence of its problem+json if it has one. */
export async function refusal(response) {
  const problem = await response.json().catch(() => null);
  const words = problem?.detail ?? problem?.title;
  const later = response.status >= 500 || response.status === 429 || response.status === 408;
  return new ProtocolError(later ? 'unavailable' : 'refused', {
    status: response.status,
    message: typeof words === 'string' ? words : '',
  });
}

function parsed(data) {
  try {
    const event = JSON.parse(data);
    if (typeof event?.type === 'string') return event;
  } catch { /* said below */ }
  throw new ProtocolError('garbled');
}
