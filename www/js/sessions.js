// Where the person is signed in: their sessions, on whatever device, and the ways to end them.
import { call, read } from './api.js';
import { confirm } from './confirm.js';
import { at } from './dom.js';
import { ago } from './format.js';
import { onPress } from './press.js';
import { signOut } from './sign-out.js';
import { browserName } from './user-agent.js';

/** As in the answer of `GET /api/sessions`. @typedef {{handle: string, current: boolean, age: number, lastActivityAgo: number, userAgent: string | null}} Entry */

/** @param {import('/dist/index.js').KeepAlive} session */
export function showSessions(session) {
  const list = at('session-rows');
  const result = at('sessions-result');
  /** Only the answer to the newest question is shown. */
  let asked = 0;

  const refresh = async () => {
    const question = (asked += 1);
    const { sessions } = await read(session, '/api/sessions');
    if (question !== asked || session.getSnapshot().status === 'disconnected') return;
    // This one first; the others stay as they came, the most recently used one first.
    const ordered = [...sessions].sort((one, other) => Number(other.current) - Number(one.current));
    const focused = [...list.children].findIndex((item) => item.contains(document.activeElement));
    const handle = list.children[focused]?.dataset.handle;
    list.replaceChildren(...ordered.map((entry) => row(entry, entry.current ? leave : () => revoke(entry))));
    if (focused >= 0) focusRow(handle, focused);
  };

  /** The row that had the focus, or if it is gone, the one in its place; with none left, what comes before the list. */
  const focusRow = (handle, index) => {
    const rows = [...list.children];
    const wanted = rows.find((item) => item.dataset.handle === handle) ?? rows[Math.min(index, rows.length - 1)];
    (wanted?.querySelector('button') ?? at('sessions-refresh')).focus();
  };

  const revoke = async (entry) => {
    let over = 'was signed out already';
    try {
      await call('DELETE', `/api/sessions/${encodeURIComponent(entry.handle)}`, {}, session.fetch);
      over = 'is signed out';
    } catch (refusal) {
      if (refusal.status !== 404) throw refusal;
    }
    await refresh();
    return `${browserName(entry.userAgent)} ${over}.`;
  };

  const leave = async () => {
    const sure = await confirm({
      title: 'Sign out of this browser?',
      text: 'This session ends in all tabs of this browser, and what you typed on this page is lost.',
      yes: 'Yes, sign out here',
    });
    if (sure) await signOut(session);
  };

  /** Tells what went wrong where the list is; what it shows stays, because it was true. */
  const quietly = () => refresh().catch((error) => { result.textContent = error.message; });

  const row = (entry, action) => {
    const item = createRow(entry);
    onPress(item.querySelector('button'), result, action);
    return item;
  };

  onPress(at('sessions-refresh'), result, async () => {
    await refresh();
    return 'The list is up to date.';
  });
  onPress(at('sign-out-others'), result, async () => {
    await call('DELETE', '/api/sessions', {}, session.fetch);
    await refresh();
    return 'You are signed out everywhere else.';
  });
  onPress(at('sign-out-everywhere'), result, async () => {
    const sure = await confirm({
      title: 'Sign out everywhere?',
      text: 'All your sessions end, also this one, and what you typed on this page is lost.',
      yes: 'Yes, end all sessions',
    });
    if (sure) await signOut(session, { everywhere: true });
  });

  session.on('reconnected', quietly);
  session.on('disconnected', () => list.replaceChildren());
  // Asking counts as using the session, so it is not asked again and again: the list alone grows older.
  setInterval(() => document.visibilityState === 'visible' && list.querySelectorAll('time').forEach(tell), 10_000);
  at('sessions').hidden = false;
  quietly();
}

/** @param {Entry} entry */
function createRow({ handle, current, age, lastActivityAgo, userAgent }) {
  const browser = browserName(userAgent);
  const item = document.createElement('li');
  item.dataset.handle = handle;
  const name = document.createElement('strong');
  name.textContent = browser;
  if (userAgent) name.title = userAgent;
  const words = document.createElement('div');
  words.append(name);
  if (current) words.append(' ', Object.assign(document.createElement('span'), { className: 'badge strong', textContent: 'this device' }));
  const details = document.createElement('small');
  details.id = `session-${handle}`;
  details.append('Signed in ', time(age), ', last used ', time(lastActivityAgo));
  words.append(details);
  const button = Object.assign(document.createElement('button'), {
    type: 'button', className: 'small', textContent: current ? 'Sign out here' : 'Revoke',
  });
  if (!current) button.setAttribute('aria-label', `Revoke ${browser}`);
  button.setAttribute('aria-describedby', details.id);
  item.append(words, button);
  return item;
}

/** The backend tells lengths of time, not times of day: its clock may be another. @param {number} seconds ago */
function time(seconds) {
  const element = document.createElement('time');
  element.dateTime = new Date(Date.now() - seconds * 1000).toISOString();
  tell(element);
  return element;
}

function tell(element) {
  element.textContent = ago(Date.now() - Date.parse(element.dateTime));
}
