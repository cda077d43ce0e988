// @ts-check
/** One page in a tab: a browser's globals around the module's own code. */
import runPage from '#page';
import wasm from '#wasm';
import { Target } from './browser.js';

/** The compiled module, which is the same for all pages of worlds that were given none; each page has its own instance. */
/** @type {Promise<WebAssembly.Module> | null} */
let compiling = null;
const compiled = () => (compiling ??= wasm().then((bytes) => new WebAssembly.Module(bytes)));

/**
 * @param {import('./tab.js').OwnParts} tab
 * @param {import('./tab.js').Browser} browser
 */
export const createPage = (tab, { clock, network, module, random, localStorage, Channel, locks }) => {
  const window = new Target();
  const document = new Target();
  Object.defineProperties(document, { visibilityState: { get: tab.visibility }, baseURI: { get: tab.href } });
  let gone = false;

  // What ends with the page: its timers, its channels and its turn.
  /** @type {Set<number>} */
  const timers = new Set();
  /** @type {Set<PageChannel>} */
  const channels = new Set();
  /** @type {(value?: unknown) => void} */
  let release = () => {};
  const released = new Promise((resolve) => { release = resolve; });

  const clearTimeout = (/** @type {number} */ id) => {
    timers.delete(id);
    clock.clearTimeout(id);
  };
  const setTimeout = (/** @type {() => void} */ run, /** @type {number | undefined} */ delay) => {
    const id = clock.setTimeout(() => {
      timers.delete(id);
      run();
    }, delay);
    timers.add(id);
    return id;
  };
  class PageChannel extends Channel {
    /** @param {string} name */
    constructor(name) {
      super(name);
      channels.add(this);
    }
  }
  const fetch = async (/** @type {Parameters<typeof globalThis.fetch>} */ ...request) => {
    try {
      return await tab.fetch(...request);
    } finally {
      // A page that is gone gets no answer. The browser has taken its cookies in all the same.
      if (gone) await new Promise(() => {});
    }
  };

  const { createEntry } = runPage({
    window, document, fetch, setTimeout, clearTimeout, localStorage,
    sessionStorage: tab.sessionStorage,
    BroadcastChannel: PageChannel,
    location: {
      get href() { return tab.href(); },
      get origin() { return new URL(tab.href()).origin; },
      assign: (/** @type {string} */ url) => void tab.visited.push(url),
    },
    navigator: {
      get onLine() { return network.isOnline(); },
      locks: {
        /** @type {typeof locks.request} */
        request: (name, options, use) => locks.request(name, options, (lock) => /** @type {Promise<any>} */ (Promise.race([use(lock), released]))),
      },
    },
    performance: { now: clock.monotonic },
    Date: { now: clock.now, parse: Date.parse },
    Math: Object.create(Math, { random: { value: random } }),
    // At once: what the background takes no clock here would know of.
    WebAssembly: { instantiate: async (/** @type {WebAssembly.Module} */ module, /** @type {WebAssembly.Imports} */ imports) => new WebAssembly.Instance(module, imports) },
    globalThis: { fetch },
  });

  return {
    // Where one is given, nothing is compiled: some workers forbid it.
    createKeepAlive: createEntry(() => module ?? compiled()).createKeepAlive,
    /**
     * Fires an event, with these properties.
     * @param {'window' | 'document'} target
     * @param {string} type
     * @param {object} [properties]
     */
    fire(target, type, properties) {
      const event = Object.assign(new Event(type), properties);
      Object.defineProperty(event, 'timeStamp', { value: clock.monotonic() });
      (target === 'window' ? window : document).dispatchEvent(event);
      clock.stir();
    },
    /** As when a process is killed: without a word. */
    vanish() {
      gone = true;
      for (const id of timers) clearTimeout(id);
      for (const channel of channels) channel.close();
      release();
    },
  };
};
