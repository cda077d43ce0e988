// The page on the left: its work while it is signed in, its login form when the hand-written code has redirected.
import { call } from '../api.js';
import { at, write } from '../dom.js';
import { timeOfDay } from '../format.js';
import { words } from './counts.js';
import { keepAliveByHand } from './hand-written.js';

/** How long it stays on its login form, if nobody signs in. */
const SIGNS_IN_AFTER = 5000;

/** Real ones take it from localStorage, where every script finds it. This one opens a file of samples and has no password. */
const connectionString = 'sqlite:sample.db';

/** @param {{interval: number, counts: import('./counts.js').Counts}} given */
export function openLittlePage({ interval, counts }) {
  const text = at('before-words');
  let signingIn = false;
  let timer;

  const fetchCounted = counts.fetch((...request) => fetch(...request), () => true);

  const signIn = async () => {
    if (signingIn) return;
    signingIn = true;
    clearTimeout(timer);
    try {
      // The person does this, not the code that is compared: it is not counted.
      await call('POST', '/demo/before/connect', { connectionString });
      counts.signedIn();
      enter();
    } catch (refusal) {
      say(`It cannot sign in: ${refusal.message}`);
      timer = setTimeout(signIn, SIGNS_IN_AFTER);
    } finally {
      signingIn = false;
    }
  };

  const enter = () => {
    swap({ to: at('before-work'), from: at('before-login'), focus: text });
    say('Signed in.');
    keepAliveByHand({
      interval,
      connectionString,
      fetch: fetchCounted,
      reconnected() {
        counts.add('reconnects');
        say(`Survived at ${timeOfDay()}: the backend had forgotten it, and it connected again.`);
      },
      redirect: leave,
    });
  };

  /** What `window.location.href = '/connect'` does to a page. */
  const leave = (why) => {
    const lost = words(text.value);
    counts.thrownOut(text.value);
    text.value = '';
    swap({ to: at('before-login'), from: at('before-work'), focus: at('before-sign-in') });
    say(`Thrown out at ${timeOfDay()}, because ${why}. ${lost === 1 ? '1 word' : `${lost} words`} lost.`);
    timer = setTimeout(signIn, SIGNS_IN_AFTER);
  };

  at('before-sign-in').addEventListener('click', signIn);
  signIn();
}

/** Shows one in the place of the other. Whoever was in it by keyboard is not thrown out of the whole page. */
function swap({ to, from, focus }) {
  const wasIn = from.contains(document.activeElement);
  to.hidden = false;
  from.hidden = true;
  if (wasIn) focus.focus();
}

const say = (message) => write(at('before-says'), message);
