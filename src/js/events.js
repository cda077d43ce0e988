// @ts-check
/** Listeners by event name. A listener that throws is reported and disturbs nobody. */

/** @type {(keyof import('./index.js').KeepAliveEvents)[]} */
export const EVENTS = [
  'change', 'connected', 'checking', 'checked', 'slow', 'degraded', 'reconnecting', 'reconnected', 'expiring', 'disconnected', 'redirect',
  'wake', 'idle', 'active',
];

/** Tells the page about an error that must not disturb anybody else. */
export const report = (error) => {
  if (globalThis.reportError) reportError(error);
  else setTimeout(() => { throw error; });
};

/** Calls a function of the application. */
export const guarded = (listener, event) => {
  try {
    listener(event);
  } catch (error) {
    report(error);
  }
};

export const createEvents = () => {
  const listeners = new Map();
  return {
    /**
     * Adds a listener; the returned function, or the signal, removes it. `late` gives the event that a late
     * subscriber has missed, or undefined.
     */
    add(name, listener, { signal, late } = {}) {
      if (signal?.aborted) return () => {};
      // An entry of its own, so that one function may listen twice and be removed once.
      const entry = (event) => guarded(listener, event);
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
    /** Calls those that listened when it began, unless one before them has removed them. */
    emit(name, event) {
      const entries = listeners.get(name) ?? new Map();
      for (const entry of [...entries.keys()]) if (entries.has(entry)) entry(event);
    },
    clear() {
      for (const entries of listeners.values()) for (const remove of entries.values()) remove();
    },
  };
};
