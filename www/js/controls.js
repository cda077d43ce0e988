// The buttons around the session: ask now, and sign out.
import { at } from './dom.js';
import { onPress } from './press.js';
import { signOut } from './sign-out.js';

const on = (button, action) => onPress(button, at('result'), action);

/** @param {import('/dist/index.js').KeepAlive} session */
export function wireControls(session) {
  on(at('check'), async () => {
    const { status } = await session.check();
    return `Asked the backend: ${status}.`;
  });
  on(at('sign-out'), () => signOut(session));
}
