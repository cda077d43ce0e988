// The buttons: what a person can do to the session, and what they can do to the backend.
import { call } from './api.js';

const at = (id) => document.getElementById(id);

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
  on(at('sign-out'), () => signOut(session, false));
  on(at('sign-out-everywhere'), () => signOut(session, true));
  for (const button of faults) on(button, () => fault(button, press));
}

/** Signs out and leaves the page. If the backend could not be told, the next page with the module tells it. */
async function signOut(session, everywhere) {
  await session.signOut({ everywhere });
  location.assign('/connect');
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

/** Runs `action` on a click, one at a time, and tells its outcome where a screen reader hears it. */
function on(button, action) {
  button.addEventListener('click', async () => {
    // Not `disabled`: that would throw the keyboard focus out of the button.
    if (button.getAttribute('aria-busy') === 'true') return;
    button.setAttribute('aria-busy', 'true');
    try {
      at('result').textContent = (await action()) ?? '';
    } catch (error) {
      at('result').textContent = error.message;
    } finally {
      button.removeAttribute('aria-busy');
    }
  });
}
