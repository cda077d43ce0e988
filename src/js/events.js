// @ts-check
/** Listeners by event name. A listener that throws is reported and disturbs nobody. */

/** @type {(keyof import('./index.js').KeepAliveEvents)[]} */
export const EVENTS = [
  'change', 'connected', 'checking', 'checked', 'slow', 'degraded', 'reconnecting', 'reconnected', 'expiring', 'disconnected', 'redirect',
  'wake', 'idle', 'active',
];

/** Tells the page about an error that must not disturb anybody else. @param {unknown} error */
export const report = (error) => {
  if (globalThis.reportError) globalThis.reportError(error);
  else setTimeout(() => { throw error; });
};

/**
 * Calls a function of the application.
 * @template Event
 * @param {(event: Event) => void} listener
 * @param {Event} event
 */
export const guarded = (listener, event) => {
  try {
    listener(event);
  } catch (error) {
    report(error);
  }
};

export const createEvents = () => {
  /** @type {Map<string, Map<(event: unknown) => void, () => void>>} by event: the listeners, and what removes each */
  const listeners = new Map();
  return {
    /**
     * Adds a listener; the returned function, or the signal, removes it. `late` gives the event that a late
     * subscriber has missed, or undefined.
     * @param {string} name
     * @param {(event: any) => void} listener
     * @param {{ signal?: AbortSignal, late?: () => unknown }} [options]
     */
    add(name, listener, { signal, late } = {}) {
      if (signal?.aborted) return () => {};
      // An entry of its own, so that one function may listen twice and be removed once.
      const entry = (/** @type {unknown} */ event) => guarded(listener, event);
      /** @type {Map<(event: unknown) => void, () => void>} */
      const entries = listeners.get(name) ?? new Map();
      const remove = () => {
        entries.delete(entry);
        signal?.removeEventListener('abort', remove);
      };
      listeners.set(name, entries.set(entry, remove));
      signal?.addEventListener('abort', remove, { once: true });
      if (late) {
        queueMicrotask(() => {
          const missed = entries.has(entry) && late();
          if (missed) entry(missed);
        });
      }
      return remove;
    },
    /**
     * Calls those that listened when it began, unless one before them has removed them.
     * @param {string} name
     * @param {unknown} event
     */
    emit(name, event) {
      /** @type {Map<(event: unknown) => void, () => void>} */
      const entries = listeners.get(name) ?? new Map();
      for (const entry of [...entries.keys()]) if (entries.has(entry)) entry(event);
    },
    clear() {
      for (const entries of listeners.values()) for (const remove of entries.values()) remove();
    },
  };
};
