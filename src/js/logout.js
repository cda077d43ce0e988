// @ts-check
/** The one call that must work without the Wasm: a user can leave, even where a policy forbids it or it has trapped. */
import { keepAliveError } from './errors.js';

/** Besides a success: the session is gone already. */
const GONE = [401, 419, 440];

/**
 * Tells the server of a sign-out. Rejects if it could not be told; then a mark is left, and a later page delivers it.
 * @param {import('./options.js').NormalisedOptions} options
 * @param {{ persistSignOut(everywhere?: boolean): void }} tabs
 * @param {boolean} everywhere
 */
export const logOutByHand = async ({ logout, credentials, fetch, headers }, tabs, everywhere) => {
  if (!logout) return;
  tabs.persistSignOut(everywhere);
  if (typeof logout === 'function') await logout({ signal: new AbortController().signal, everywhere });
  else {
    const given = headers();
    const response = await fetch(logout, {
      method: 'POST',
      credentials,
      cache: 'no-store',
      keepalive: true,
      headers: given instanceof Promise ? await given : given,
      body: JSON.stringify({ everywhere }),
    });
    if (!response.ok && !GONE.includes(response.status)) throw keepAliveError('server', response.status, true);
  }
  tabs.persistSignOut();
};
