// The hosted form of the api option: no address and no fetch, but a function that gets a client secret. Here it means the
// server that this script came from, at its usual path, and the secret of a session that it gave out.

/** The api option as one with `url` and `fetch`. `kept` holds the secret from one reading of the options to the next. */
export function withAddress(api, kept) {
  if (!api.getClientSecret) return api;
  const secret = async (old) => { kept.secret = await api.getClientSecret(old); };
  const send = (url, request) => {
    const headers = new Headers(request?.headers);
    headers.set('Authorization', `Bearer ${kept.secret}`);
    return window.fetch(url, { ...request, headers });
  };
  return {
    ...api,
    url: new URL('../../../api/v1/chatkit', import.meta.url).href,
    async fetch(url, request) {
      if (!kept.secret) await secret(null);
      const first = await send(url, request);
      if (first.status !== 401) return first;
      await secret(kept.secret);
      return send(url, request);
    },
  };
}
