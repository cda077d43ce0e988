/**
 * Requests to the backend, and the application's functions in their place. What an answer means is the engine's to say;
 * this file only brings it back.
 */

/** Seconds or an HTTP-date (RFC 9110, 10.2.3). A date counts from the answer's own `Date`, because clocks lie. */
const retryAfter = (headers) => {
  const value = headers.get('retry-after')?.trim();
  if (!value) return undefined;
  if (/^\d+$/.test(value)) return value * 1000;
  const answered = headers.has('date') ? Date.parse(headers.get('date')) : Date.now();
  const length = Date.parse(value) - answered;
  return length > 0 ? length : 0;
};

/** The body of a reconnect: a string is a connection string, anything else is the body itself. */
const reconnectBody = (credential) =>
  typeof credential === 'string' ? { connectionString: credential } : (credential ?? {});

export const createHttp = (options) => {
  const underWay = new Map();
  const data = new Map();
  let key = {};

  const headersFor = (call, idempotencyKey) => ({
    'content-type': 'application/json',
    'x-session-keepalive': '1',
    ...(call === 'reconnect' && { 'idempotency-key': idempotencyKey }),
    // The application's last: what it sets, it means.
    ...options.headers(),
  });

  const post = (call, url, body, { signal, idempotencyKey }) =>
    options.fetch(url, {
      method: 'POST',
      credentials: 'include',
      cache: 'no-store',
      // The server may have moved on when the page is closed: the answer's cookies must still arrive.
      keepalive: true,
      headers: headersFor(call, idempotencyKey),
      body: JSON.stringify(body),
      signal,
    });

  /** An HTTP answer, or the verdict that the application reads in it. */
  const read = async (response) => {
    const verdict = await options.classify?.(response.clone());
    if (verdict !== undefined) return { verdict };
    const body = await response.json().catch(() => null);
    return { status: response.status, retryAfterMs: retryAfter(response.headers), body };
  };

  const bodyOf = {
    validate: ({ activity }) => ({ activity }),
    reconnect: ({ credential }) => reconnectBody(credential),
    logout: ({ everywhere }) => ({ everywhere }),
  };

  const perform = async (call, context) => {
    if (call === 'reconnect' && options.store) {
      context.credential = await options.store.load();
      if (context.credential == null) return { noCredential: true };
    }
    const target = options[call];
    if (typeof target !== 'function') return read(await post(call, target, bodyOf[call](context), context));
    const verdict = await target(context);
    return { verdict: call === 'logout' ? { kind: 'valid' } : verdict };
  };

  /** The same key for every request of one attempt, unguessable for everybody else. */
  const idempotencyKey = (number) => {
    if (key.number !== number) {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      key = { number, text: Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('') };
    }
    return key.text;
  };

  return {
    /**
     * A promise of `{ status, retryAfterMs, body }`, `{ verdict }` or `{ noCredential }`; rejects without an answer.
     * `flag` is the person's activity, or for a logout whether it counts everywhere.
     */
    async send(id, call, attempt, flag, keyNumber) {
      const controller = new AbortController();
      underWay.set(id, controller);
      try {
        const { signal } = controller;
        const reply = await perform(call, { signal, attempt, idempotencyKey: idempotencyKey(keyNumber), activity: flag, everywhere: flag });
        if (reply.verdict?.data !== undefined) data.set(id, reply.verdict.data);
        return reply;
      } finally {
        underWay.delete(id);
      }
    },
    abort: (id) => underWay.get(id)?.abort(),
    /** The data that the application put into the verdict on this request. Those before it are forgotten. */
    dataOf(id) {
      for (const other of data.keys()) if (other < id) data.delete(other);
      return data.get(id);
    },
  };
};
