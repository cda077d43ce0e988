// @ts-check
/** What a browser gives to pages: places to listen, storage, channels and locks. */

/** A window or a document. */
export class Target extends EventTarget {
  /** What each signal removes. Together, because Node warns of a signal that many listen to. @type {Map<AbortSignal, (() => void)[]>} */
  #bySignal = new Map();

  /**
   * @override
   * @param {string} type
   * @param {EventListenerOrEventListenerObject | null} listener
   * @param {AddEventListenerOptions} [options]
   */
  addEventListener(type, listener, { signal, ...options } = {}) {
    super.addEventListener(type, listener, options);
    if (!signal) return;
    const removers = this.#bySignal.get(signal) ?? [];
    if (!this.#bySignal.has(signal)) {
      this.#bySignal.set(signal, removers);
      signal.addEventListener('abort', () => {
        for (const remove of removers) remove();
        this.#bySignal.delete(signal);
      }, { once: true });
    }
    removers.push(() => super.removeEventListener(type, listener, options));
  }

  /** How many there are that a signal will remove. */
  get listeners() { return Array.from(this.#bySignal.values(), ({ length }) => length).reduce((sum, length) => sum + length, 0); }
}

export class Storage {
  /** @type {Map<string, string>} */
  #items = new Map();
  /** @param {string} key */
  getItem(key) { return this.#items.get(key) ?? null; }
  /** @param {string} key @param {unknown} value */
  setItem(key, value) { this.#items.set(key, String(value)); }
  /** @param {string} key */
  removeItem(key) { this.#items.delete(key); }
  /** All of it, for a test to look at. */
  entries() { return Object.fromEntries(this.#items); }
}

/** The channels of one browser: what one of them posts the others of its name get, cloned, and later. */
export const createChannels = () => {
  /** @type {Set<Channel>} */
  const open = new Set();
  class Channel {
    /** @type {((event: { data: any }) => void) | undefined} */
    onmessage;

    /** @param {string} name */
    constructor(name) {
      this.name = name;
      open.add(this);
    }

    /** @param {unknown} message */
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
  /** @type {Map<string, (reason: DOMException) => void>} by name: what takes it away */
  const held = new Map();
  return {
    held: () => [...held.keys()],
    /**
     * @template T
     * @param {string} name
     * @param {{ steal?: boolean, ifAvailable?: boolean }} options
     * @param {(lock: { name: string, mode: 'exclusive' } | null) => T | PromiseLike<T>} use
     * @returns {Promise<T>}
     */
    async request(name, { steal, ifAvailable }, use) {
      await null;
      if (steal) held.get(name)?.(new DOMException('stolen', 'AbortError'));
      else if (held.has(name)) {
        if (!ifAvailable) throw new Error('nobody waits for a lock here');
        return use(null);
      }
      /** @type {(reason: DOMException) => void} */
      let release = () => {};
      /** @type {Promise<never>} */
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
