// @ts-check
/** A browser with its tabs, a network and a server, in a time that the test moves. */
import { milliseconds } from '../options.js';
import { Storage, createChannels, createLocks } from './browser.js';
import { createClock } from './clock.js';
import { createNetwork } from './network.js';
import { createServer } from './server.js';
import { createTab } from './tab.js';

/** @param {string} name @param {unknown} value */
const length = (name, value) => {
  const found = milliseconds(value);
  if (!(found >= 0)) throw new TypeError(`session-keepalive: \`${name}\` must be a duration: a number of milliseconds or a string such as '5m'`);
  return found;
};

/**
 * @template {string} Name
 * @param {Name[]} names
 * @param {Partial<Record<Name, unknown>>} given
 * @param {string} prefix
 * @returns {Partial<Record<Name, number>>}
 */
const lengths = (names, given, prefix) =>
  /** @type {Partial<Record<Name, number>>} */ (
    Object.fromEntries(names.filter((name) => given[name] !== undefined).map((name) => [name, length(`${prefix}.${name}`, given[name])]))
  );

/** The same dice for the same seed (mulberry32). @param {number} seed */
const dice = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

/** What every current browser and Node has, and some test environments take away. */
const NEEDED = /** @type {const} */ (['Headers', 'Request', 'Response', 'structuredClone']);

/** By its name, because one that comes from another realm is as good. @param {unknown} module */
const isModule = (module) => Object.prototype.toString.call(module) === '[object WebAssembly.Module]';

/** @param {Request} request @returns {never} */
const noAnswers = ({ url }) => {
  throw new Error(`session-keepalive: nothing answers ${new URL(url).pathname}; give createTestWorld({ respond })`);
};

/** @type {typeof import('../testing.js').createTestWorld} */
export const createTestWorld = ({
  url = 'https://app.example/',
  now = Date.UTC(2030, 0, 1),
  seed = 1,
  subject = 'alice',
  signedIn = true,
  remember = true,
  limits = {},
  accepts = () => true,
  respond = noAnswers,
  module,
} = {}) => {
  const missing = NEEDED.filter((name) => typeof globalThis[name] !== 'function');
  if (missing.length > 0) {
    throw new Error(`session-keepalive: this test environment has no ${missing.join(', ')}; jest's jsdom hides them, jest-fixed-jsdom does not`);
  }
  if (module !== undefined && !isModule(module)) {
    throw new TypeError('session-keepalive: `module` must be a WebAssembly.Module: session-keepalive/wasm, compiled');
  }
  const clock = createClock(Number(now));
  const server = createServer({
    now: clock.now, subject, accepts, limits: lengths(['idle', 'absolute', 'warnBefore', 'nextCheck'], limits, 'limits'),
  });
  const network = createNetwork({ clock, server, respond });
  const browser = {
    clock, network, module, random: dice(seed), localStorage: new Storage(), Channel: createChannels().Channel, locks: createLocks(), vault: new Map(),
  };
  /** @type {((type: 'online' | 'offline') => void)[]} */
  const tabs = [];
  const openTab = () => {
    const { hear, ...tab } = createTab(tabs.length + 1, url, browser);
    tabs.push(hear);
    return tab;
  };
  const tellTabs = (/** @type {'online' | 'offline'} */ type) => tabs.forEach((hear) => hear(type));
  if (signedIn) network.signIn(remember);
  const tab = openTab();

  return {
    tab,
    createKeepAlive: tab.createKeepAlive,
    openTab,
    requests: network.requests,
    now: clock.now,
    settle: clock.settle,
    advance: (duration) => clock.advance(length('duration', duration)),
    signIn: ({ remember = true } = {}) => network.signIn(remember),
    simulate: {
      restart({ downFor } = {}) {
        server.restart();
        if (downFor === undefined) return;
        network.break({ times: Infinity });
        clock.setTimeout(() => network.break(null), length('downFor', downFor));
      },
      revoke: () => server.endAll('SESSION_REVOKED'),
      expire: () => server.endAll('SESSION_EXPIRED'),
      timeout: () => server.endAll('SESSION_TIMEOUT'),
      evict: () => server.endAll('SESSION_EVICTED'),
      offline() {
        network.goOnline(false);
        tellTabs('offline');
      },
      online() {
        network.goOnline(true);
        tellTabs('online');
      },
      fault: ({ status, retryAfter, times = Infinity } = {}) =>
        network.break({ status, times, ...(retryAfter !== undefined && { retryAfter: length('retryAfter', retryAfter) }) }),
      slow: (by = '5s') => network.delay(length('by', by)),
      recover() {
        network.break(null);
        network.delay(0);
      },
      sleep: (duration) => clock.sleep(length('duration', duration)),
    },
  };
};
