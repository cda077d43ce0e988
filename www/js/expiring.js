// The warning before a session ends by a limit. The module counts; this asks the person.
import { at, write } from './dom.js';
import { duration } from './format.js';
import { onPress } from './press.js';
import { signOut } from './sign-out.js';

/** Seconds left at which a screen reader says so; every second would be noise. */
const SAID_AT = [60, 30, 10];

/**
 * What is to be said as the countdown goes from one number to the next, however many it skips.
 * @param {number} before @param {number} seconds
 * @returns {string | null}
 */
export function toSay(before, seconds) {
  return SAID_AT.some((mark) => before > mark && seconds <= mark && seconds > 0) ? `${seconds} seconds left` : null;
}

/** @param {import('/dist/index.js').KeepAlive} session */
export function warnOfExpiry(session) {
  const dialog = at('expiring');
  /** Seconds as last counted; null while there is nothing to warn of. */
  let left = null;
  /** The person has asked for more time in vain, and goes on until the end. */
  let atTheEnd = false;
  let dismissed = false;

  const show = () => {
    at('expiring-title').textContent = atTheEnd ? 'This session cannot be extended' : 'Are you still there?';
    at('expiring-text').textContent = atTheEnd
      ? 'It has reached the longest time that the backend gives one. Save your work, then sign in again.'
      : 'Your session ends by itself when it is not used for a while, or has lasted its longest time.';
    at('expiring-stay').textContent = atTheEnd ? 'Back to your work' : 'Stay signed in';
    const count = left > 0 ? `Ends in ${left < 60 ? `${left} s` : duration(left * 1000)}` : 'Time is up: asking the backend';
    write(at('expiring-left'), count);
  };

  const over = () => {
    left = null;
    atTheEnd = dismissed = false;
    at('expiring-said').textContent = at('expiring-result').textContent = '';
    dialog.close();
  };

  session.on('expiring', ({ secondsLeft }) => {
    const said = left === null ? null : toSay(left, secondsLeft);
    left = secondsLeft;
    show();
    if (said) at('expiring-said').textContent = said;
    if (!dialog.open && !dismissed) dialog.showModal();
  });

  session.on('change', ({ status, expiresInMs }) => {
    if (left === null) return;
    // Ended; or no limit any more; or it has moved away, here or in another tab, by more than what rounding may make of it.
    const ended = status === 'disconnected' || status === 'inactive';
    if (ended || expiresInMs === null || expiresInMs > (left + 1) * 1000) over();
  });

  const stay = async () => {
    if (atTheEnd) {
      dismissed = true;
      dialog.close();
      return '';
    }
    const { status } = await session.extend();
    if (left === null) return '';
    if (status !== 'connected') return 'The backend gives no answer. The module goes on asking; try again in a moment.';
    atTheEnd = true;
    show();
    return '';
  };

  onPress(at('expiring-stay'), at('expiring-result'), stay);
  onPress(at('expiring-leave'), at('expiring-result'), () => signOut(session));
  dialog.addEventListener('close', () => {
    // The browser has given the focus back, but after a click in the dialog Chromium leaves the caret out of the field: whoever was
    // writing could not go on.
    const field = document.activeElement;
    field.blur();
    field.focus();
  });
  // Escape is a sign of life too: the same as the first button.
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    at('expiring-stay').click();
  });
}
