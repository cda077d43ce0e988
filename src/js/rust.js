// @ts-check
/**
 * The JavaScript of a session for frontends in Rust: tabs, `session.fetch`, the sealed store and the words of errors and of `debug`.
 * Their own Wasm holds the session (`src/frontend`), so that there is nothing to load and one instance in the page.
 */
import { createDebug } from './debug.js';
import { keepAliveError } from './errors.js';
import { report } from './events.js';
import { coversOrigins, createFetch } from './fetch.js';
import { sealedStore } from './store.js';
import { createTabs } from './tabs/index.js';

export { report, sealedStore };

/** @typedef {import('./keepalive.js').RunningSession} RunningSession */

/** Whether there is a page that a session could belong to: a worker, or a server, has none. */
export const inBrowser = () => typeof document !== 'undefined';

/** What an error of the snapshot says. @type {(code: import('./index.js').Reason, status?: number) => string} */
export const errorMessage = (code, status) => keepAliveError(code, status, false).message;

/** A mistake of the application or its server is nothing that a user in front of the page could mend. @type {(message: string) => void} */
export const logMistake = (message) => console.error(message);

/**
 * What one session needs of JavaScript. It calls the session that `use` has given it, until `release`.
 * @param {string} name
 * @param {boolean} crossTab
 * @param {string} validate the URL of the check
 * @param {boolean | 'replay'} debug
 */
export const connect = (name, crossTab, validate, debug) => {
  /** @type {RunningSession | null} */
  let session = null;
  const tabs = createTabs({ name, crossTab }, {
    lockResult: (granted) => session?.lockResult(granted),
    received: (...message) => session?.received(...message),
    receivedSignOut: (ageMs) => session?.receivedSignOut(ageMs),
  });
  const fetches = createFetch({
    // Looked up at every call: a page may wrap the global one later.
    send: (input, init) => globalThis.fetch(input, init),
    engine: () => session,
    loaded: async () => {},
    covers: coversOrigins(validate),
  });
  const words = createDebug(debug);
  return {
    tabs,
    fetch: fetches.sessionFetch,
    resume: fetches.resume,
    /** An event for the option `debug`. @type {(name: string, detail: object, subject?: string) => void} */
    event: (event, detail, subject) => words.event(event, { ...detail, subject }),
    redirecting: (/** @type {string} */ url) => words.event('redirect', { url }),
    /** The engine's own bytes, for the log that can be replayed. */
    trace: words.trace,
    /** @param {RunningSession} running */
    use(running) {
      session = running;
    },
    /** The session is over: it is called no more, and its memory is given back. */
    release() {
      const ended = session;
      session = null;
      fetches.releaseAll();
      // The call that led here may still be inside it.
      queueMicrotask(() => ended?.free());
    },
  };
};
