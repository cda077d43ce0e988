/** One tab of the world's browser. */
import { Storage } from './browser.js';
import { createPage } from './page.js';

/** The credential level 'sealed' without IndexedDB: by name it outlives a page, and all tabs share it. */
const sealedStore = (vault, name = 'session') => ({
  load: async () => vault.get(name) ?? null,
  save: async (credential) => void vault.set(name, credential),
  clear: async () => void vault.delete(name),
});

/**
 * @param id its number in `world.requests`
 * @param href where it is
 * @param browser what all tabs share, and `vault` with their sealed credentials
 */
export const createTab = (id, href, browser) => {
  const { network, vault } = browser;
  const visited = [];
  let visible = true;
  let page = null;

  const fetch = network.fetchIn(id, () => href);
  const own = { href: () => href, visibility: () => (visible ? 'visible' : 'hidden'), visited, sessionStorage: new Storage(), fetch };
  const load = () => {
    page = createPage(own, browser);
  };
  const leave = () => {
    page?.fire('window', 'pagehide', { persisted: false });
    page?.vanish();
    page = null;
  };
  const become = (next) => {
    visible = next;
    page?.fire('document', 'visibilitychange');
    if (visible) page?.fire('window', 'focus');
  };
  load();

  return {
    id,
    visited,
    fetch,
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
    hear: (type) => page?.fire('window', type),
  };
};
