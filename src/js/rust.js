/**
 * The facade for frontends in Rust. Their own Wasm holds the engine (`src/web/frontend`), so that there is nothing to load and one
 * instance in the page.
 */
import { expiring } from './expiring.js';
import { createKeepAliveWith } from './keepalive.js';
import { EVENTS } from './names.js';

/** @param make makes a session of the application's Wasm from a host and the numbers of its options */
export const create = (options, make) => {
  // A class to the facade: what a constructor returns is what `new` gives.
  const Session = function (host, ...numbers) {
    return make(host, numbers);
  };
  return createKeepAliveWith(async () => Session)(options);
};

/** Those that have a listener of their own in Rust. */
const APART = ['change', 'redirect'];

/** Hears every other event, by name; the returned function ends it. */
export const listen = (session, listener) => {
  const names = EVENTS.filter((name) => !APART.includes(name));
  const removers = names.map((name) => session.on(name, (event) => listener(name, event)));
  return () => removers.forEach((remove) => remove());
};

/** Hears the seconds left while the person should be warned, then null; the returned function ends it. */
export const listenExpiring = (session, listener) => {
  const store = expiring(session);
  return store.subscribe(() => listener(store.getSnapshot()));
};
