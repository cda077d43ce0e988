/** A page without a browser: just as much of one as the facade looks at. */
import { Storage, Target, createChannels } from '../../../src/js/testing/browser.js';

export { createLocks } from '../../../src/js/testing/browser.js';

const define = (name, value) =>
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

/** Puts a page at `href` into the global scope. `remove()` takes it away again. */
export const openPage = (href = 'https://app.example/tasks?page=2#open') => {
  const document = new Target();
  const window = new Target();
  const { open, Channel } = createChannels();
  const page = {
    document,
    window,
    /** Every address that was navigated to. */
    visited: [],
    /** Every error that was reported. */
    reported: [],
    listeners: () => document.listeners + window.listeners,
    /** The names of the channels that are open. */
    channels: () => [...open].map(({ name }) => name),
    /** Fires an event, with these properties. */
    fire(target, type, properties) {
      target.dispatchEvent(Object.assign(new Event(type), properties));
    },
    remove() {
      for (const [name, before] of were) {
        if (before) Object.defineProperty(globalThis, name, before);
        else delete globalThis[name];
      }
    },
  };
  document.visibilityState = 'visible';
  Object.defineProperty(document, 'baseURI', { get: () => location.href, configurable: true });
  const NAMES = ['document', 'window', 'location', 'navigator', 'sessionStorage', 'localStorage', 'BroadcastChannel', 'reportError'];
  const were = NAMES.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  define('document', document);
  define('window', window);
  define('navigator', { onLine: true });
  define('location', {
    href,
    get origin() { return new URL(this.href).origin; },
    assign: (url) => page.visited.push(url),
  });
  define('sessionStorage', new Storage());
  define('localStorage', new Storage());
  define('BroadcastChannel', Channel);
  define('reportError', (error) => page.reported.push(error));
  return page;
};

/** Lets everything go on that is not waiting for a timer. */
export const settled = () => new Promise((resolve) => { setImmediate(resolve); });

/** The same, and then a task later, behind every timer of no length that was set by then. */
export const aTaskLater = async () => {
  await settled();
  await new Promise((resolve) => { setTimeout(resolve); });
};

/** A promise and the way to settle it. */
export const deferred = () => {
  const result = {};
  result.promise = new Promise((resolve, reject) => Object.assign(result, { resolve, reject }));
  return result;
};

let entries = 0;
/** The main entry as a page that has just been loaded has it: with a module that has seen no other page. */
export const freshEntry = () => import(`${import.meta.resolve('session-keepalive')}?page=${(entries += 1)}`);

/** An answer of a server for which the session is good. */
export const good = (more) => Response.json({ valid: true, subject: 'alice', ...more });

/** A refusal as the protocol words it. */
export const problem = (status, code, headers) =>
  new Response(JSON.stringify({ code }), { status, headers: { 'content-type': 'application/problem+json', ...headers } });
