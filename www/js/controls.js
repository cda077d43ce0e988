// The buttons around the session: ask now, and sign out.
import { onPress } from './press.js';

const at = (id) => document.getElementById(id);

/** @param {import('/dist/index.js').KeepAlive} session */
export function wireControls(session) {
  onPress(at('check'), at('result'), async () => {
    const { status } = await session.check();
    return `Asked the backend: ${status}.`;
  });
  onPress(at('sign-out'), at('result'), () => signOut(session, false));
  onPress(at('sign-out-everywhere'), at('result'), () => signOut(session, true));
}

/** Signs out and leaves the page. If the backend could not be told, the next page with the module tells it. */
async function signOut(session, everywhere) {
  await session.signOut({ everywhere });
  location.assign('/connect');
}
