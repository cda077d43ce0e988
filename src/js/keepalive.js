/**
 * One session of one page: the public object around the Wasm. It holds the listeners and the snapshot, so that it is
 * there before the Wasm is, and without it.
 */
import { keepAliveError } from './errors.js';
import { createTell } from './debug.js';
import { createEvents, guarded, report } from './events.js';
import { createFetch } from './fetch.js';
import { createHttp } from './http.js';
import { CALLS, EFFECTS, EVENTS, INPUTS, PAYLOADS, REASONS, STATUSES } from './names.js';
import { normalise } from './options.js';
import { listen, pageState } from './page.js';
import { redirect } from './redirect.js';
import { INACTIVE } from './snapshot.js';
import { createTabs } from './tabs.js';

const STARTING = Object.freeze({ ...INACTIVE, status: 'starting' });

const MISTAKES = ['misconfigured', 'wasm-blocked'];

/** What is not there is NaN in the Wasm. */
const orNull = (number) => (isNaN(number) ? null : number);

const inBrowser = () => typeof document !== 'undefined';

/** @param load a promise of the Wasm's `Session` class; rejects with a `KeepAliveError` */
export const createKeepAliveWith = (load) => (given) => {
  const options = normalise(given);
  const events = createEvents();
  const tell = createTell(options.debug);
  const http = createHttp(options);
  let snapshot = INACTIVE;
  /** The Wasm session once it is there, and the promise of it. */
  let session = null;
  let loading = null;
  let started = false;
  let disposed = false;
  /** Ends the hearing of the page. */
  let deaf = () => {};
  const promised = { check: [], signOut: [] };
  const ready = {};
  const renewReady = () => {
    ready.promise = new Promise((resolve, reject) => Object.assign(ready, { resolve, reject }));
    ready.promise.catch(() => {});
  };
  renewReady();

  /** What a late subscriber has missed. */
  const missed = {
    change: () => snapshot,
    connected: () => (snapshot.status === 'connected' ? snapshot : undefined),
  };

  const emit = (name, event) => {
    tell(name, event);
    events.emit(name, event);
  };

  const change = (next) => {
    // A mistake of the application or its server is nothing that a person in front of the page could mend.
    if (MISTAKES.includes(next.reason) && next.reason !== snapshot.reason) console.error(next.error);
    snapshot = Object.freeze(next);
    if (snapshot.status === 'connected' || snapshot.status === 'disconnected') ready.resolve();
    emit('change', snapshot);
  };

  const settle = (name) => {
    for (const resolve of promised[name].splice(0)) resolve();
  };

  /** Tells the Wasm session something, if there is one. */
  const feed = (name, ...numbers) => session?.feed(INPUTS.indexOf(name), ...numbers);

  const tabs = createTabs(options, {
    feed,
    holdsCredential: async () => (await options.store?.load()) != null,
    broughtBy: http.broughtBy,
    bring: http.bring,
  });

  /** Async, so that a store of the application that throws cannot throw through the module. */
  const forget = async () => {
    await options.store?.clear();
  };

  /** What the other effects ask for. */
  const carryOut = {
    change(status, reason, epoch, answeredBy, lastOkAt, nextCheckAt, expiresInMs, code, httpStatus, retryable) {
      const { subject, data } = http.broughtBy(answeredBy);
      change({
        status: STATUSES[status], reason: REASONS[reason] ?? null, subject: subject ?? null, epoch, data,
        lastOkAt: orNull(lastOkAt), nextCheckAt: orNull(nextCheckAt), expiresInMs: orNull(expiresInMs),
        error: isNaN(code) ? null : keepAliveError(REASONS[code], httpStatus, retryable > 0),
      });
    },
    connected: () => emit('connected', snapshot),
    send(id, call, attempt, flag, key) {
      if (CALLS[call] === 'logout' && tabs.isDelivered()) feed('judged', id, 0);
      // A task later: a page that is being left hears of its cut requests before it hears that it is being left.
      else http.send(feed, id, CALLS[call], attempt, flag > 0, key).catch(() => setTimeout(() => feed('failed', id)));
    },
    abort: http.abort,
    clearCredential: () => void forget().catch(report),
    redirect: (reason) => guarded(() => redirect(options, REASONS[reason], emit)),
    settle: (signOut) => settle(signOut ? 'signOut' : 'check'),
    resume: (id, generation) => fetches.resume(id, generation),
    takeTurn: tabs.takeTurn,
    yieldTurn: tabs.yieldTurn,
    tell: tabs.tell,
    keepSignOut: tabs.keepSignOut,
    keepFloor: tabs.keepFloor,
  };

  const host = {
    effect(kind, ...numbers) {
      const name = EFFECTS[kind];
      tell('effect', [name, ...numbers]);
      if (PAYLOADS[kind]) emit(name, PAYLOADS[kind](...numbers));
      else carryOut[name](...numbers);
    },
    wake: () => feed('deadlineReached'),
    input: (instant, wall, chance, kind, ...numbers) => tell('input', [instant, wall, chance, INPUTS[kind], ...numbers]),
  };

  /** Something happened to the page. While it is away, it keeps nothing that other pages could wait for. */
  const hear = (happened) => {
    if (happened === 'restored') {
      tabs.open();
      return feed(happened, ...tabs.kept());
    }
    feed(happened);
    if (happened === 'left') tabs.close();
  };

  const begin = () => {
    deaf = listen(hear);
    tabs.open();
    feed('start', ...pageState(), ...tabs.kept());
  };

  /** Resolves with the Wasm session, or with null if it cannot be had. A failed load may be tried again. */
  const loaded = () => {
    if (disposed || !inBrowser()) return Promise.resolve(null);
    if (!loading) {
      // The promise of an earlier load that failed is rejected; this one may succeed.
      renewReady();
      loading = load().then(
        (Session) => {
          if (disposed) return null;
          tell('options', options.forEngine);
          session = new Session(host, ...options.forEngine);
          if (started) begin();
          return session;
        },
        (error) => {
          loading = null;
          if (!disposed) {
            change({ ...snapshot, status: 'degraded', reason: error.code, error });
            emit('degraded', { reason: error.code, retryInMs: Infinity });
            ready.reject(error);
          }
          return null;
        },
      );
    }
    return loading;
  };

  const origin = (url) => new URL(url, document.baseURI).origin;
  const covers = (url) => {
    if (!inBrowser()) return false;
    const { validate } = options;
    return [location.origin, ...(typeof validate === 'string' ? [origin(validate)] : [])].includes(origin(url));
  };
  const fetches = createFetch({ send: options.fetch, covers, engine: () => session, feed, loaded });

  /** Feeds a question and waits until its promise is kept. */
  const ask = async (name, flag) => {
    if ((await loaded()) && !disposed) {
      await new Promise((resolve) => {
        promised[name].push(resolve);
        feed(name, flag);
      });
    }
    return snapshot;
  };

  /** Without the Wasm nothing is kept alive, but a person can still leave. Rejects if the server could not be told. */
  const signOutByHand = async (everywhere) => {
    await forget();
    change({ ...snapshot, status: 'disconnected', reason: 'signed-out', error: null });
    emit('disconnected', { reason: 'signed-out' });
    if (options.logout) await http.send(() => {}, 0, 'logout', 1, everywhere, 0);
  };

  const keepAlive = {
    start() {
      if (disposed || !inBrowser()) {
        // No verdict will come that could be waited for.
        ready.resolve();
        return keepAlive;
      }
      if (!started) {
        started = true;
        if (session) begin();
        else change(STARTING);
      }
      void loaded();
      return keepAlive;
    },
    stop() {
      if (!started) return;
      started = false;
      deaf();
      if (session) feed('stop');
      else change(INACTIVE);
      tabs.close();
    },
    dispose() {
      if (disposed) return;
      keepAlive.stop();
      disposed = true;
      options.signal?.removeEventListener('abort', keepAlive.dispose);
      const ended = session;
      session = null;
      if (ended) {
        ended.feed(INPUTS.indexOf('dispose'));
        // The call that led here may still be inside the module.
        queueMicrotask(() => ended.free());
      }
      settle('check');
      settle('signOut');
      ready.resolve();
      events.clear();
    },
    get ready() {
      return ready.promise;
    },
    getSnapshot: () => snapshot,
    getServerSnapshot: () => INACTIVE,
    subscribe: (listener) => events.add('change', () => listener()),
    on(name, listener, { signal } = {}) {
      if (!EVENTS.includes(name)) throw new TypeError(`session-keepalive: unknown event \`${name}\`; known are ${EVENTS.join(', ')}`);
      if (typeof listener !== 'function') throw new TypeError(`session-keepalive: the listener of \`${name}\` must be a function`);
      return events.add(name, listener, { signal, late: missed[name] });
    },
    async remember(credential) {
      // A sign-out that an earlier page could not deliver must not end the session of this new sign-in.
      if (!session) tabs.keepSignOut(NaN);
      await options.store?.save(credential);
      if (await loaded()) feed('remembered');
      await ask('check', true);
    },
    forget,
    check: () => ask('check', false),
    extend: () => ask('check', true),
    async signOut({ everywhere = false } = {}) {
      await ask('signOut', everywhere);
      if (!session && !disposed && inBrowser()) await signOutByHand(everywhere);
    },
    fetch: fetches.sessionFetch,
    [Symbol.dispose ?? Symbol.for('Symbol.dispose')]: () => keepAlive.dispose(),
  };

  if (options.signal?.aborted) keepAlive.dispose();
  else {
    options.signal?.addEventListener('abort', keepAlive.dispose, { once: true });
    keepAlive.start();
  }
  return Object.freeze(keepAlive);
};
