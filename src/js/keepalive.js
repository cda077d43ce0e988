// @ts-check
/**
 * One session of one page: the public object around the Wasm. It holds the listeners and the snapshot, so that it is
 * there before the Wasm is, and without it.
 */
import { createDebug } from './debug.js';
import { TRAPPED, keepAliveError } from './errors.js';
import { EVENTS, createEvents, report } from './events.js';
import { coversOrigins, createFetch } from './fetch.js';
import { logOutByHand } from './logout.js';
import { normalise } from './options.js';
import { INACTIVE } from './snapshot.js';
import { createTabs } from './tabs/index.js';

/**
 * `Session` of `src/browser/session.rs`.
 * @typedef {object} RunningSession
 * @property {() => void} start
 * @property {() => void} stop
 * @property {() => void} dispose
 * @property {() => void} free
 * @property {(activity: boolean) => Promise<void>} check
 * @property {(everywhere: boolean) => Promise<void>} signOut
 * @property {(credential: unknown) => Promise<void>} remember
 * @property {() => Promise<void>} forget
 * @property {(id: number) => void} fetchStarted
 * @property {(id: number, generation: number, sessionUnknown: boolean) => void} fetchRefused
 * @property {(id: number) => void} fetchEnded
 * @property {(granted: boolean) => void} lockResult
 * @property {(message: Uint8Array, ageMs: number, subject: string | undefined, data: unknown) => void} received
 * @property {(ageMs: number) => void} receivedSignOut
 */
/**
 * An instance of the module. `traps` are called once, when it can be used no longer.
 * @typedef {object} RunningModule
 * @property {new (options: object, listeners: object, tabs: object) => RunningSession} Session
 * @property {Set<(cause: unknown) => void>} traps
 */
/** @typedef {import('./index.js').Snapshot<any>} Snapshot */
/** @typedef {import('./index.js').KeepAlive<any>} KeepAlive */

const STARTING = Object.freeze({ ...INACTIVE, status: 'starting' });

const MISTAKES = ['misconfigured', 'wasm-blocked'];

const inBrowser = () => typeof document !== 'undefined';

/** @param {() => Promise<RunningModule>} load rejects with a `KeepAliveError` */
export const createKeepAliveWith = (load) => (/** @type {import('./index.js').KeepAliveOptions | undefined} */ given) => {
  const options = normalise(given);
  const events = createEvents();
  const debug = createDebug(options.debug);
  /** A store of the application's, or the sealed one: it works without the module, too. */
  const store = typeof options.credential === 'object' ? options.credential : undefined;
  /** @type {Snapshot} */
  let snapshot = INACTIVE;
  /** @type {RunningSession | null} the Wasm session once it is there */
  let session = null;
  /** @type {Promise<RunningSession | null> | null} */
  let loading = null;
  let started = false;
  let disposed = false;
  /** The module has trapped, and nobody has called `start()` since. */
  let trapped = false;
  /** Takes the session off the module's list of those that hear of a trap. */
  let forgetModule = () => {};
  /** @type {Set<(asAnswered: boolean) => void>} the ends of questions that a trap or `dispose()` leaves unanswered */
  const unanswered = new Set();
  const ready = /** @type {{ promise: Promise<void>, resolve: () => void, reject: (error: Error) => void }} */ ({});
  const renewReady = () => {
    ready.promise = new Promise((resolve, reject) => Object.assign(ready, { resolve, reject }));
    ready.promise.catch(() => {});
  };
  renewReady();

  /** @type {Record<string, () => unknown>} what a late subscriber has missed */
  const missed = {
    change: () => snapshot,
    connected: () => (snapshot.status === 'connected' ? snapshot : undefined),
  };

  const emit = (/** @type {string} */ name, /** @type {unknown} */ event) => {
    debug.event(name, event);
    events.emit(name, event);
  };

  const change = (/** @type {Snapshot} */ next) => {
    // A mistake of the application or its server is nothing that a user in front of the page could mend.
    if (next.reason && MISTAKES.includes(next.reason) && next.reason !== snapshot.reason) console.error(next.error);
    snapshot = Object.freeze(next);
    if (snapshot.status === 'connected' || snapshot.status === 'disconnected') ready.resolve();
    emit('change', snapshot);
  };

  /** Nothing is kept alive before `start()` is called again. */
  const fail = (/** @type {import('./index.js').KeepAliveError} */ error) => {
    // First, because a listener may call start(), which makes another promise.
    ready.reject(error);
    change({ ...snapshot, status: 'degraded', reason: error.code, nextCheckAt: null, error });
    emit('degraded', { reason: error.code, retryInMs: Infinity });
  };

  const tabs = createTabs(options, {
    lockResult: (granted) => session?.lockResult(granted),
    received: (...message) => session?.received(...message),
    receivedSignOut: (ageMs) => session?.receivedSignOut(ageMs),
  });

  const fetches = createFetch({
    send: options.fetch,
    engine: () => session,
    loaded: () => loaded(),
    covers: coversOrigins(options.validate),
  });

  /** What the Wasm session tells; see `src/browser/host.rs`. */
  const listeners = {
    changed: (/** @type {any} */ { error, ...record }, /** @type {string} */ subject, /** @type {unknown} */ data) =>
      change({ ...record, subject: subject ?? null, data, error: error && keepAliveError(error.code, error.status, error.retryable) }),
    emit: (/** @type {string} */ name, /** @type {unknown} */ detail) => emit(name, name === 'connected' ? snapshot : detail),
    redirect(/** @type {string} */ url) {
      let prevented = false;
      emit('redirect', { url, preventDefault: () => void (prevented = true) });
      return prevented;
    },
    resume: fetches.resume,
    report,
    trace: debug.trace,
  };

  /** Makes the session of a module that has just been loaded; null if it traps. */
  const use = (/** @type {RunningModule} */ { Session, traps }) => {
    let dead = false;
    const trap = (/** @type {unknown} */ cause) => {
      dead = true;
      forgetModule();
      session = loading = null;
      tabs.close();
      fetches.releaseAll();
      for (const end of [...unanswered]) end(false);
      trapped = true;
      if (!disposed) fail(keepAliveError('wasm-blocked', undefined, false, TRAPPED, cause));
    };
    traps.add(trap);
    forgetModule = () => void traps.delete(trap);
    // A trap inside a listener ends the inner call alone: what the outer one still says counts no more.
    const whileAlive = Object.entries(listeners).map(([name, listener]) => [
      name, (/** @type {any[]} */ ...given) => (dead ? undefined : /** @type {Function} */ (listener)(...given)),
    ]);
    const made = new Session({ ...options, trace: debug.traces }, Object.fromEntries(whileAlive), tabs);
    return dead ? null : made;
  };

  /** Resolves with the Wasm session, or with null if it cannot be had. A failed load may be tried again. */
  const loaded = () => {
    if (disposed || trapped || !inBrowser()) return Promise.resolve(null);
    if (!loading) {
      // The promise of an earlier load that failed is rejected; this one may succeed.
      renewReady();
      loading = load().then(
        (module) => {
          if (disposed) return null;
          session = use(module);
          if (started) session?.start();
          return session;
        },
        (error) => {
          loading = null;
          if (!disposed) fail(error);
          return null;
        },
      );
    }
    return loading;
  };

  /**
   * Asks the running session, at once where there is one. Resolves with whether it has answered.
   * @param {(running: RunningSession) => Promise<void>} question
   * @returns {Promise<boolean>}
   */
  const ask = async (question) => {
    const running = session ?? (await loaded());
    // It may have trapped, or been disposed of, since it was loaded.
    if (!running || running !== session) return false;
    return new Promise((resolve, reject) => {
      const end = (/** @type {boolean} */ asAnswered) => {
        unanswered.delete(end);
        resolve(asAnswered);
      };
      unanswered.add(end);
      // No promise, if the question itself has trapped, which has ended it.
      Promise.resolve(question(running)).then(() => resolve(true), reject).finally(() => unanswered.delete(end));
    });
  };

  /** Without the Wasm nothing is kept alive, but a user can still leave. Rejects if the server could not be told. */
  const signOutByHand = async (/** @type {boolean} */ everywhere) => {
    const told = logOutByHand(options, tabs, everywhere);
    change({ ...snapshot, status: 'disconnected', reason: 'signed-out', nextCheckAt: null, error: null });
    emit('disconnected', { reason: 'signed-out' });
    await Promise.all([told, store?.clear()]);
  };

  /** @type {any} */
  const keepAlive = {
    start() {
      if (disposed || !inBrowser()) {
        // No verdict will come that could be waited for.
        ready.resolve();
        return keepAlive;
      }
      trapped = false;
      if (!started) {
        started = true;
        if (session) session.start();
        else change(/** @type {Snapshot} */ (STARTING));
      }
      void loaded();
      return keepAlive;
    },
    stop() {
      if (!started) return;
      started = false;
      if (session) session.stop();
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
        ended.dispose();
        forgetModule();
        // The call that led here may still be inside the module.
        queueMicrotask(() => ended.free());
      }
      fetches.releaseAll();
      // A store of the application's may never settle.
      for (const end of [...unanswered]) end(true);
      ready.resolve();
      events.clear();
    },
    get ready() {
      return ready.promise;
    },
    getSnapshot: () => snapshot,
    getServerSnapshot: () => INACTIVE,
    subscribe: (/** @type {() => void} */ listener) => events.add('change', () => listener()),
    on(/** @type {any} */ name, /** @type {(event: any) => void} */ listener, /** @type {{ signal?: AbortSignal }} */ { signal } = {}) {
      if (!EVENTS.includes(name)) throw new TypeError(`session-keepalive: unknown event \`${name}\`; known are ${EVENTS.join(', ')}`);
      if (typeof listener !== 'function') throw new TypeError(`session-keepalive: the listener of \`${name}\` must be a function`);
      return events.add(name, listener, { signal, late: missed[name] });
    },
    async remember(/** @type {unknown} */ credential) {
      // A sign-out that an earlier page could not deliver must not end the session of this new sign-in.
      if (!session) tabs.persistSignOut();
      if (!(await ask((running) => running.remember(credential)))) await store?.save(credential);
    },
    async forget() {
      if (session) await ask((running) => running.forget());
      else await store?.clear();
    },
    async check() {
      await ask((running) => running.check(false));
      return snapshot;
    },
    async extend() {
      await ask((running) => running.check(true));
      return snapshot;
    },
    async signOut({ everywhere = false } = {}) {
      const asked = await ask((running) => running.signOut(everywhere));
      if (!asked && !disposed && inBrowser()) await signOutByHand(everywhere);
    },
    fetch: fetches.sessionFetch,
    [Symbol.dispose ?? Symbol.for('Symbol.dispose')]: () => keepAlive.dispose(),
  };

  if (options.signal?.aborted) keepAlive.dispose();
  else {
    options.signal?.addEventListener('abort', keepAlive.dispose, { once: true });
    keepAlive.start();
  }
  return /** @type {KeepAlive} */ (Object.freeze(keepAlive));
};
