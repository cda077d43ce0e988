// The buttons around the session: ask now, and sign out.
import { onPress } from './press.js';
import { signOut } from './sign-out.js';

const at = (id) => document.getElementById(id);
const on = (button, action) => onPress(button, at('result'), action);

/** @param {import('/dist/index.js').KeepAlive} session */
export function wireControls(session) {
  on(at('check'), async () => {
    const { status } = await session.check();
    return `Asked the backend: ${status}.`;
  });
  on(at('sign-out'), () => signOut(session));
}
