// @ts-check
/** The credential level 'sealed', as a store whose code is loaded only for those who want it. */
import { report } from './events.js';

/**
 * A credential that outlives the page, encrypted. If its code cannot be loaded, every call tries again, where the browser does
 * not remember the failure until the page is loaded anew.
 * @param {string} database its name
 * @returns {import('./index.js').CredentialStore}
 */
export const sealedStore = (database) => {
  /** @type {Promise<import('./index.js').CredentialStore> | null} */
  let loading = null;
  const load = () =>
    (loading ??= import('./sealed.js').then(
      (module) => module.sealed(database, report),
      (error) => {
        loading = null;
        throw error;
      },
    ));
  // At once: when a credential is needed, the server that has the code may be the one that is down.
  if (typeof document !== 'undefined') load().catch(() => {});
  return {
    load: async () => (await load()).load(),
    save: async (credential) => (await load()).save(credential),
    // Signing out waits for no code.
    clear: () => load().then((store) => store.clear(), () => void indexedDB.deleteDatabase(database)),
  };
};
