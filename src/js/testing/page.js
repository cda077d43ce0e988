/** One page in a tab: a browser's globals around the module's own code. */
import runPage from '#page';
import wasm from '#wasm';
import { Target } from './browser.js';

/** The compiled module, which is the same for all pages; each has its own instance. */
let compiling = null;
const compiled = () => (compiling ??= wasm().then((bytes) => new WebAssembly.Module(bytes)));

/**
 * @param tab `{ href, visibility, visited, sessionStorage, fetch }`
 * @param browser what all tabs share: `{ clock, network, random, localStorage, Channel, locks }`
 */
export const createPage = (tab, { clock, network, random, localStorage, Channel, locks }) => {
  const window = new Target();
  const document = new Target();
  Object.defineProperties(document, { visibilityState: { get: tab.visibility }, baseURI: { get: tab.href } });
  let gone = false;

  // What ends with the page: its timers, its channels and its turn.
  const timers = new Set();
  const channels = new Set();
  let release;
  const released = new Promise((resolve) => { release = resolve; });

  const clearTimeout = (id) => {
    timers.delete(id);
    clock.clearTimeout(id);
  };
  const setTimeout = (run, delay) => {
    const id = clock.setTimeout(() => {
      timers.delete(id);
      run();
    }, delay);
    timers.add(id);
    return id;
  };
  class PageChannel extends Channel {
    constructor(name) {
      super(name);
      channels.add(this);
    }
  }
  const fetch = async (...request) => {
    try {
      return await tab.fetch(...request);
    } finally {
      // Whoever is gone hears no answer. The browser has taken its cookies in all the same.
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
      assign: (url) => void tab.visited.push(url),
    },
    navigator: {
      get onLine() { return network.isOnline(); },
      locks: { request: (name, options, use) => locks.request(name, options, (lock) => Promise.race([use(lock), released])) },
    },
    performance: { now: clock.monotonic },
    Date: { now: clock.now, parse: Date.parse },
    Math: Object.create(Math, { random: { value: random } }),
    // At once: what the background takes no clock here would know of.
    WebAssembly: { instantiate: async (module, imports) => new WebAssembly.Instance(module, imports) },
    globalThis: { fetch },
  });

  return {
    createKeepAlive: createEntry(compiled).createKeepAlive,
    /** Fires an event, with these properties. */
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
