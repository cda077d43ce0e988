// Before and after: the hand-written keep-alive and the module, counted alike.
import { at } from '../dom.js';
import { setting, timeOfDay } from '../format.js';
import { Counts } from './counts.js';
import { openLittlePage } from './little-page.js';

/** The counts of the right side, while the person is at the login page. */
const KEPT = 'demo:comparison';

/** What the module asks by itself. What the page asks for is not the price of keeping a session. */
const CALLS = ['/api/validate-session', '/api/reconnect'];

/** To be made before the session: `fetch` is the option that counts what the module sends. */
export function prepareComparison() {
  const after = new Counts((numbers) => write(2, numbers));
  return {
    fetch: after.fetch((...request) => fetch(...request), (path) => CALLS.includes(path)),
    /** @param {import('/dist/index.js').KeepAlive} session @param {number} interval in milliseconds */
    show(session, interval) {
      at('comparison-interval').textContent = setting(interval);
      openLittlePage({ interval, counts: new Counts((numbers) => write(1, numbers)) });
      showModule(session, after);
    },
  };
}

/** @param {import('/dist/index.js').KeepAlive} session @param {Counts} counts */
function showModule(session, counts) {
  const says = (message) => { at('after-says').textContent = message; };
  const kept = readKept();
  if (kept) counts.goOnFrom(kept.counts);

  const { on } = session;
  const signedIn = () => {
    // Another tab may have asked: then no request of this one has said so.
    counts.signedIn();
    forgetKept();
  };
  let since = null;
  let before = kept?.says;
  on('connected', () => {
    signedIn();
    if (since) says(`Survived at ${timeOfDay()}: the backend answers again, nothing happened to the session.`);
    else says(before ? `${before} Signed in again.` : 'Signed in.');
    since = before = null;
  });
  on('reconnected', () => {
    signedIn();
    counts.add('reconnects');
    says(`Survived at ${timeOfDay()}: the backend had forgotten it, and the session was re-established.`);
  });
  session.subscribe(() => {
    const { status, reason } = session.getSnapshot();
    if (reason === 'wasm-blocked') return says('This page allows no Wasm: nothing keeps its session.');
    if (status !== 'degraded' && status !== 'offline') return;
    since ??= timeOfDay();
    says(`${status === 'offline' ? 'Offline' : 'No verdict'} since ${since} (${reason ?? 'no network'}). The session is kept.`);
  });
  // Signing out is leaving on purpose: it causes no redirect.
  on('redirect', () => {
    // Without a sign-in nobody is thrown out; the counts of an earlier page are kept for the next one.
    if (!counts.counting) return;
    const { reason } = session.getSnapshot();
    counts.thrownOut(at('after-words').value);
    keep({ counts, says: `Thrown out at ${timeOfDay()}, because the backend said so: ${reason}.` });
  });
}

function keep(what) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(what));
  } catch {
    // Storage is denied: counting starts anew.
  }
}

function readKept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

/** From the sign-in on: a tab that is opened from this one counts for itself. */
function forgetKept() {
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // Storage is denied: there is nothing in it.
  }
}

/** @param {1 | 2} column @param {Readonly<Record<import('./counts.js').Count, number>>} numbers */
function write(column, numbers) {
  for (const [name, number] of Object.entries(numbers)) {
    const cell = document.querySelector(`[data-count="${name}"]`).cells[column];
    cell.textContent = String(number);
    cell.classList.toggle('lost', number > 0 && ['thrownOut', 'wordsLost'].includes(name));
  }
}
