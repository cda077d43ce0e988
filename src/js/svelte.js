// @ts-check
// Svelte's store contract, which needs nothing of Svelte.
// Stays as it is in what is shipped, see react.js.
import { createKeepAlive } from './index.js';
import { expiring as countdown } from './expiring.js';

/** @typedef {import('./svelte.js').Session<any>} Session */

/**
 * Calls `run` now and after every change.
 * @template Value
 * @param {{ subscribe(listener: () => void): () => void, getSnapshot(): Value }} store
 * @returns {import('./svelte.js').Readable<Value>}
 */
const readable = ({ subscribe, getSnapshot }) => ({
  subscribe(run) {
    const end = subscribe(() => run(getSnapshot()));
    run(getSnapshot());
    return end;
  },
});

/** @type {typeof import('./svelte.js').sessionStore} */
export const sessionStore = (session) => {
  // Inherits, because `ready` is another promise after a load that failed.
  /** @type {Session} */
  const store = Object.create(session, {
    start: { value: () => (session.start(), store) },
    subscribe: { value: readable(session).subscribe, enumerable: true },
  });
  return Object.freeze(store);
};

/** @type {typeof import('./svelte.js').sessionKeepAlive} */
export const sessionKeepAlive = (options) => sessionStore(createKeepAlive(options));

/** @type {typeof import('./svelte.js').expiring} */
export const expiring = (session) => readable(countdown(session));
