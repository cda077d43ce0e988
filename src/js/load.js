// @ts-check
/** What both entries share: the lazy, idempotent load of the Wasm. */
import { createGlue } from '#glue';
import { loadError } from './errors.js';
import { createKeepAliveWith } from './keepalive.js';

/** @typedef {import('./keepalive.js').RunningModule} RunningModule */
/** @typedef {string | URL | Response | BufferSource | WebAssembly.Module} Source */

/**
 * By what it can do: it may be of another realm.
 * @param {any} value
 * @returns {value is Response}
 */
const isResponse = (value) => typeof value?.arrayBuffer === 'function' && typeof value.ok === 'boolean';

/**
 * Bytes, or a compiled module, from wherever they are to be had.
 * @param {Source | Promise<Source>} source
 */
const resolve = async (source) => {
  const given = await source;
  const fetched = typeof given === 'string' || given instanceof URL ? await fetch(given) : given;
  if (!isResponse(fetched)) return fetched;
  if (!fetched.ok) throw new Error(`${fetched.url} answered with HTTP ${fetched.status}`);
  return fetched.arrayBuffer();
};

/** What the glue takes for the success of any function: an empty result, the number 0. */
const NOTHING = /** @type {unknown[]} */ ([]);

/**
 * The exports of an instance, each behind a guard: every call into the module goes through here, those of timers, listeners and
 * promises too. What comes out of one as an exception is a trap, after which nothing in the module can be relied on: it is not
 * called again.
 * @param {WebAssembly.Exports} exports
 * @param {(cause: unknown) => void} onTrap
 */
const guarded = (exports, onTrap) => {
  let trapped = false;
  /** @param {Function} call */
  const guard = (call) => (/** @type {unknown[]} */ ...given) => {
    if (trapped) return NOTHING;
    try {
      return call(...given);
    } catch (cause) {
      // A call may trap inside another one, which then may trap as well.
      const first = !trapped;
      trapped = true;
      if (first) onTrap(cause);
      return NOTHING;
    }
  };
  return Object.fromEntries(Object.entries(exports).map(([name, value]) => [name, typeof value === 'function' ? guard(value) : value]));
};

/**
 * Bytes to a running module, with a glue of its own: that of an instance which has trapped must not call into this one.
 * @param {BufferSource | WebAssembly.Module} bytes
 */
const instantiate = async (bytes) => {
  const { Session, finish, imports } = createGlue();
  const result = /** @type {WebAssembly.WebAssemblyInstantiatedSource | WebAssembly.Instance} */ (
    /** @type {unknown} */ (await WebAssembly.instantiate(/** @type {BufferSource} */ (bytes), imports()))
  );
  // A compiled module gives the instance itself.
  const { instance, module } = 'instance' in result ? result : { instance: result, module: bytes };
  /** @type {Set<(cause: unknown) => void>} */
  const traps = new Set();
  const onTrap = (/** @type {unknown} */ cause) => { for (const trap of [...traps]) trap(cause); };
  finish({ exports: guarded(instance.exports, onTrap) });
  return { Session, traps, module };
};

/** @param {() => Source | Promise<Source>} source where the Wasm comes from */
export const createEntry = (source) => {
  /** @type {Promise<RunningModule> | null} */
  let loading = null;
  /** @type {Source | null} what was compiled once need not be fetched again */
  let compiled = null;
  /** @param {Source} [module] */
  const load = (module) => {
    loading ??= (async () => {
      try {
        const { module: usable, ...running } = await instantiate(await resolve(module ?? compiled ?? source()));
        compiled = usable;
        running.traps.add(() => { loading = null; });
        return running;
      } catch (cause) {
        // A failed load can be tried again.
        loading = null;
        throw loadError(cause);
      }
    })();
    return loading;
  };
  return {
    createKeepAlive: createKeepAliveWith(load),
    init: async (/** @type {{ module?: Source }} */ { module } = {}) => void (await load(module)),
  };
};
