// The buttons: what a person can do to the session, and what they can do to the backend.
import { call } from './api.js';
import { onPress } from './press.js';
import { signOut } from './sign-out.js';

const at = (id) => document.getElementById(id);
const on = (button, action) => onPress(button, at('result'), action);

/** @param {import('/dist/index.js').KeepAlive} session */
export function wireControls(session) {
  const faults = [...document.querySelectorAll('[data-fault]')];
  const press = (pressed) => faults.forEach((button) => {
    if (button.dataset.fault !== 'none') button.setAttribute('aria-pressed', String(button === pressed));
  });
  press(null);

  on(at('check'), async () => {
    const { status } = await session.check();
    return `Asked the backend: ${status}.`;
  });
  on(at('restart'), async () => {
    await call('POST', '/demo/restart');
    press(null);
    return 'The backend restarts and has forgotten every session. Go on typing, or press Check now.';
  });
  on(at('drop'), async () => {
    await call('DELETE', '/demo/ticket');
    return 'The credential is gone. The session lives until the next restart.';
  });
  on(at('sign-out'), () => signOut(session));
  for (const button of faults) on(button, () => fault(button, press));
}

async function fault(button, press) {
  const kind = button.dataset.fault;
  if (kind === 'none') {
    await call('DELETE', '/demo/fault');
    press(null);
    return 'The backend answers normally again.';
  }
  await call('POST', '/demo/fault', { kind });
  press(button);
  return `The backend answers every API call with ${button.textContent.replace('Answer ', '')} now.`;
}
