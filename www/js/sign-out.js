/**
 * Signs out and leaves the page. If the backend could not be told, the next page with the module tells it.
 * @param {import('/dist/index.js').KeepAlive} session
 * @param {{everywhere?: boolean}} [options]
 */
export async function signOut(session, options) {
  await session.signOut(options);
  location.assign('/connect');
}
