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
}

/** Puts a page at `href` into the global scope. `remove()` takes it away again. */
export const openPage = (href = 'https://app.example/tasks?page=2#open') => {
  const document = new Target();
  const window = new Target();
  const page = {
    document,
    window,
    /** Every address that was navigated to. */
    visited: [],
    /** Every error that was reported. */
    reported: [],
    listeners: () => document.listeners + window.listeners,
    /** Fires an event, with these properties. */
    fire(target, type, properties) {
      target.dispatchEvent(Object.assign(new Event(type), properties));
    },
    remove() {
      for (const name of NAMES) delete globalThis[name];
    },
  };
  document.visibilityState = 'visible';
  Object.defineProperty(document, 'baseURI', { get: () => location.href, configurable: true });
  const NAMES = ['document', 'window', 'location', 'navigator', 'sessionStorage', 'reportError'];
  define('document', document);
  define('window', window);
  define('navigator', { onLine: true });
  define('location', {
    href,
    get origin() { return new URL(this.href).origin; },
    assign: (url) => page.visited.push(url),
  });
  define('sessionStorage', new Storage());
  define('reportError', (error) => page.reported.push(error));
  return page;
};

/** Lets everything go on that is not waiting for a timer. */
export const settled = () => new Promise((resolve) => { setImmediate(resolve); });

/** A promise and the way to settle it. */
export const deferred = () => {
  const result = {};
  result.promise = new Promise((resolve, reject) => Object.assign(result, { resolve, reject }));
  return result;
};
