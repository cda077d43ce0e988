// Svelte's store contract, which needs nothing of Svelte.
// Stays as it is in what is shipped, see react.js.
import { createKeepAlive } from './index.js';
import { expiring as countdown } from './expiring.js';

/** Calls `run` now and after every change. */
const readable = ({ subscribe, getSnapshot }) => ({
  subscribe(run) {
    const end = subscribe(() => run(getSnapshot()));
    run(getSnapshot());
    return end;
  },
});

export const sessionStore = (session) => {
  // Inherits, because `ready` is another promise after a load that failed.
  const store = Object.create(session, {
    start: { value: () => (session.start(), store) },
    subscribe: { value: readable(session).subscribe, enumerable: true },
  });
  return Object.freeze(store);
};

export const sessionKeepAlive = (options) => sessionStore(createKeepAlive(options));

export const expiring = (session) => readable(countdown(session));
