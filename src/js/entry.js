/** What both entries share: the lazy, idempotent load of the Wasm. */
import { loadError } from './errors.js';
import { instantiate } from './instantiate.js';
import { createKeepAliveWith } from './keepalive.js';

/** @param source where the Wasm comes from: a function that gives bytes, a URL, a Response or a compiled module */
export const createEntry = (source) => {
  let loading = null;
  const load = (module) =>
    (loading ??= instantiate(module ?? source()).catch((cause) => {
      // A failed load can be tried again.
      loading = null;
      throw loadError(cause);
    }));
  return {
    createKeepAlive: createKeepAliveWith(load),
    init: async ({ module } = {}) => void (await load(module)),
  };
};
