/** A page without a browser: just as much of one as the facade looks at. */

const define = (name, value) =>
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

class Target extends EventTarget {
  listeners = 0;

  addEventListener(type, listener, options) {
    super.addEventListener(type, listener, options);
    this.listeners += 1;
    options?.signal?.addEventListener('abort', () => { this.listeners -= 1; });
  }
}

class Storage {
  #items = new Map();
  getItem(key) { return this.#items.get(key) ?? null; }
  setItem(key, value) { this.#items.set(key, String(value)); }
  removeItem(key) { this.#items.delete(key); }
  /** All of it, for a test to look at. */
  entries() { return Object.fromEntries(this.#items); }
}

/** The channels of one browser: what one of them posts the others of its name get, cloned, and later. */
const channels = () => {
  const open = new Set();
  class Channel {
    constructor(name) {
      this.name = name;
      open.add(this);
    }

    postMessage(message) {
      if (!open.has(this)) throw new DOMException('The channel is closed.', 'InvalidStateError');
      for (const other of open) {
        if (other === this || other.name !== this.name) continue;
        const data = structuredClone(message);
        queueMicrotask(() => open.has(other) && other.onmessage?.({ data }));
      }
      // It is refused also where nobody hears it.
      structuredClone(message);
    }

    close() { open.delete(this); }
  }
  return { open, Channel };
};

/** `navigator.locks` of one browser: a request is answered later, and a lock is held until its promise settles. */
export const createLocks = () => {
  const held = new Map();
  return {
    held: () => [...held.keys()],
    async request(name, { steal, ifAvailable }, use) {
      await null;
      if (steal) held.get(name)?.(new DOMException('stolen', 'AbortError'));
      else if (held.has(name)) {
        if (!ifAvailable) throw new Error('nobody waits for a lock here');
        return use(null);
      }
      let release;
      const stolen = new Promise((_, reject) => { release = reject; });
      held.set(name, release);
      try {
        return await Promise.race([use({ name, mode: 'exclusive' }), stolen]);
      } finally {
        if (held.get(name) === release) held.delete(name);
      }
    },
  };
};

/** Puts a page at `href` into the global scope. `remove()` takes it away again. */
export const openPage = (href = 'https://app.example/tasks?page=2#open') => {
  const document = new Target();
  const window = new Target();
  const { open, Channel } = channels();
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
