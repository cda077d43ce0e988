// @ts-check
/** One tab of the world's browser. */
import { Storage } from './browser.js';
import { createPage } from './page.js';

/**
 * Where the tab is, and what is its own.
 * @typedef {object} OwnParts
 * @property {() => string} href
 * @property {() => 'visible' | 'hidden'} visibility
 * @property {string[]} visited
 * @property {Storage} sessionStorage
 * @property {typeof fetch} fetch
 */
/**
 * What all tabs share.
 * @typedef {object} Browser
 * @property {import('./clock.js').Clock} clock
 * @property {import('./network.js').Network} network
 * @property {WebAssembly.Module | undefined} module
 * @property {() => number} random
 * @property {Storage} localStorage
 * @property {ReturnType<typeof import('./browser.js').createChannels>['Channel']} Channel
 * @property {ReturnType<typeof import('./browser.js').createLocks>} locks
 * @property {Map<string, unknown>} vault the sealed credentials
 */

/**
 * The credential level 'sealed' without IndexedDB: by name it outlives a page, and all tabs share it.
 * @param {Map<string, unknown>} vault
 * @returns {import('../index.js').CredentialStore}
 */
const sealedStore = (vault, name = 'session') => ({
  load: async () => vault.get(name) ?? null,
  save: async (credential) => void vault.set(name, credential),
  clear: async () => void vault.delete(name),
});

/**
 * @param {number} id its number in `world.requests`
 * @param {string} href where it is
 * @param {Browser} browser
 */
export const createTab = (id, href, browser) => {
  const { network, vault } = browser;
  /** @type {string[]} */
  const visited = [];
  let visible = true;
  /** @type {ReturnType<typeof createPage> | null} */
  let page = null;

  const fetch = network.fetchIn(id, () => href);
  /** @type {OwnParts} */
  const own = { href: () => href, visibility: () => (visible ? 'visible' : 'hidden'), visited, sessionStorage: new Storage(), fetch };
  const load = () => {
    page = createPage(own, browser);
  };
  const leave = () => {
    page?.fire('window', 'pagehide', { persisted: false });
    page?.vanish();
    page = null;
  };
  const become = (/** @type {boolean} */ next) => {
    visible = next;
    page?.fire('document', 'visibilitychange');
    if (visible) page?.fire('window', 'focus');
  };
  load();

  return {
    id,
    visited,
    fetch,
    /** @type {import('../testing.js').Tab['createKeepAlive']} */
    createKeepAlive(options = {}) {
      if (!page) throw new Error(`session-keepalive: tab ${id} is closed`);
      network.serve(options);
      const store = options.credential === 'sealed' && { credential: sealedStore(vault, options.name) };
      return page.createKeepAlive({ ...options, ...store });
    },
    hide: () => become(false),
    show: () => become(true),
    act: () => page?.fire('window', 'pointerdown'),
    reload() {
      leave();
      load();
    },
    close: leave,
    crash() {
      page?.vanish();
      page = null;
    },
    /** All tabs hear of the network. */
    hear: (/** @type {'online' | 'offline'} */ type) => page?.fire('window', type),
  };
};
