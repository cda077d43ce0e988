/**
 * Requests to the backend, and the application's functions in their place. What an answer means is the engine's to say;
 * this file only brings it back.
 */
import { report } from './events.js';
import { BODY_KINDS, CALLS, CODES, REASONS, VERDICTS } from './names.js';

/** A number, or `NaN` for none. */
const number = (value) => (typeof value === 'number' ? value : NaN);

/** Seconds or an HTTP-date (RFC 9110, 10.2.3) in milliseconds. A date counts from the answer's own, because clocks lie. */
const retryAfter = (headers) => {
  const value = headers.get('retry-after');
  if (/^\d+$/.test(value)) return value * 1000;
  return Date.parse(value) - (headers.has('date') ? Date.parse(headers.get('date')) : Date.now());
};

/** A refusal in plain text is a line; what is longer is a page. */
const SHORT_TEXT = 1024;

/** Reads a body to its end: what it is, and the object in it if it is JSON. */
const read = async (response) => {
  let text;
  try {
    text = await response.text();
  } catch {
    return { kind: 'cut' };
  }
  if (text.trim() === '') return { kind: 'empty' };
  const type = response.headers.get('content-type') ?? '';
  if (/html/i.test(type)) return { kind: 'foreign' };
  try {
    const json = JSON.parse(text) ?? {};
    return { kind: json.valid === true ? 'session' : 'json', json };
  } catch {
    return { kind: /^text\/plain/i.test(type) && new TextEncoder().encode(text).length <= SHORT_TEXT ? 'short-text' : 'foreign' };
  }
};

/** The body of a reconnect: a string is a connection string, anything else is the body itself. */
const reconnectBody = (credential) =>
  typeof credential === 'string' ? { connectionString: credential } : (credential ?? {});

const BODIES = {
  validate: ({ activity }) => ({ activity }),
  reconnect: ({ credential }) => reconnectBody(credential),
  logout: ({ everywhere }) => ({ everywhere }),
};

export const createHttp = (options) => {
  const underWay = new Map();
  /** Subject and data of each verdict, by the request that brought it. */
  const brought = new Map();
  let lastHeard = 2 ** 31;
  let key = {};

  /** The same key for every request of one attempt, unguessable for everybody else. */
  const idempotencyKey = (attempt) => {
    if (key.attempt !== attempt) {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      key = { attempt, text: Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('') };
    }
    return key.text;
  };

  const post = (call, context) =>
    options.fetch(options[call], {
      method: 'POST',
      credentials: 'include',
      cache: 'no-store',
      // The server may have moved on when the page is closed: the answer's cookies must still arrive.
      keepalive: true,
      headers: {
        'content-type': 'application/json',
        'x-session-keepalive': '1',
        ...(call === 'reconnect' && { 'idempotency-key': context.idempotencyKey }),
        // The application's last: what it sets, it means.
        ...options.headers(),
      },
      body: JSON.stringify(BODIES[call](context)),
      signal: context.signal,
    });

  /** Tells the Wasm session what an application's function says. */
  const judge = (feed, id, verdict) => {
    const given = verdict ?? {};
    // Not the verdict itself: other tabs are told of it, and it may hold more than anybody should be.
    if (given.kind === 'valid') brought.set(id, { subject: given.subject, data: given.data });
    feed(
      'judged', id, VERDICTS.indexOf(given.kind), REASONS.indexOf(given.reason), number(given.retryAfterMs), !!given.reconnected,
      number(given.epoch), number(given.idleInMs), number(given.absoluteInMs), number(given.warnInMs),
      number(given.nextCheckInMs),
    );
  };

  /** The application's own reading of an answer. If that fails, the answer is not to blame. */
  const classified = async (response) => {
    try {
      return await options.classify?.(response.clone());
    } catch (error) {
      report(error);
      return null;
    }
  };

  const perform = async (feed, id, call, context) => {
    if (call === 'reconnect' && options.store) {
      context.credential = await options.store.load();
      if (context.credential == null) return feed('noCredential', id);
    }
    if (typeof options[call] === 'function') {
      const verdict = await options[call](context);
      return judge(feed, id, call === 'logout' ? { kind: 'valid' } : verdict);
    }
    const response = await post(call, context);
    const verdict = await classified(response);
    if (verdict !== undefined) return judge(feed, id, verdict);
    const { kind, json: body = {} } = await read(response);
    if (kind === 'session') brought.set(id, { subject: body.subject });
    feed(
      'answered', id, CALLS.indexOf(call), response.status, CODES.indexOf(body.code), retryAfter(response.headers),
      BODY_KINDS.indexOf(kind), !!body.reconnected, body.epoch ?? 1, number(body.idleIn), number(body.absoluteIn), number(body.warnIn),
      number(body.nextCheckIn),
    );
  };

  return {
    /**
     * Sends a request and feeds what came back. `flag` is the person's activity, or for a logout whether it counts everywhere.
     * Rejects if no answer came back.
     */
    async send(feed, id, call, attempt, flag, keyNumber) {
      const controller = new AbortController();
      underWay.set(id, controller);
      try {
        const { signal } = controller;
        await perform(feed, id, call, {
          signal, attempt, idempotencyKey: idempotencyKey(keyNumber), activity: flag, everywhere: flag,
        });
      } finally {
        underWay.delete(id);
      }
    },
    abort: (id) => underWay.get(id)?.abort(),
    /** Takes in what a request of another tab brought, and names that request apart from those of this one. */
    bring(what = {}) {
      brought.set(++lastHeard, what);
      return lastHeard;
    },
    /** Subject and data that this request brought. What came before is forgotten. */
    broughtBy(id) {
      const found = brought.get(id);
      for (const other of found ? brought.keys() : []) {
        if (other === id) break;
        brought.delete(other);
      }
      return found ?? {};
    },
  };
};
