/**
 * The other tabs of the name: whose turn it is to send, what they tell each other, and what outlives a page. Whatever of it
 * the browser does not have, or refuses, is done without: then this tab works alone.
 */
import { NEWS } from './names.js';

/** Tabs with another version of the module, as after an update, must not misread what is told. */
const VERSION = 1;

const attempt = (use) => {
  try {
    return use();
  } catch {
    // Not there, or denied.
  }
};

/**
 * @param feed tells the Wasm session something
 * @param holdsCredential whether this tab could re-establish the session
 * @param broughtBy subject and data that a request brought, which are told along
 * @param bring takes in those that were told, and names the request
 */
export const createTabs = ({ name, crossTab }, { feed, holdsCredential, broughtBy, bring }) => {
  const key = `session-keepalive:${name}`;
  const kept = (what) => attempt(() => localStorage.getItem(`${key}:${what}`));
  /** Whether it could be kept, or forgotten. */
  const keep = (what, value) =>
    attempt(() => {
      if (value === null) localStorage.removeItem(`${key}:${what}`);
      else localStorage.setItem(`${key}:${what}`, value);
      return true;
    });

  let channel;
  let giveBack = () => {};
  /** Settles when the turn that was last taken has been given back. */
  let over = Promise.resolve();
  /** The last sign-out that this tab knows of, and whether it left a mark of its own. */
  let known = kept('signed-out');
  let marked = false;

  const signOutIsKnown = () => {
    known = `${Date.now()} ${Math.random()}`;
    keep('signed-out', known);
  };

  const hear = async ({ data: { version, at, news, brought } }) => {
    if (version !== VERSION) return;
    const [kind] = news;
    // A store that fails holds nothing.
    if (kind === NEWS.indexOf('looking') && !(await holdsCredential().catch(() => false))) return;
    if (kind === NEWS.indexOf('answered')) news[1] = bring(brought);
    if (kind === NEWS.indexOf('signedOut')) known = kept('signed-out');
    feed('heard', Math.max(0, Date.now() - at), ...news);
  };

  /** Whether it could be told. */
  const post = (message) => attempt(() => (channel?.postMessage({ version: VERSION, at: Date.now(), ...message }), true));

  return {
    open() {
      if (crossTab) channel ??= attempt(() => Object.assign(new BroadcastChannel(key), { onmessage: hear }));
      // Node's, in an application's own tests, must not keep the process alive.
      channel?.unref?.();
    },
    /** Nothing is held that could keep the page out of the back/forward cache. */
    close() {
      giveBack();
      channel?.close();
      channel = undefined;
    },
    /** What a page that starts or comes back has to know, as numbers. */
    kept() {
      const signOut = kept('sign-out');
      marked ||= !!signOut;
      const [at, length] = (kept('retry-after') ?? '').split(' ').map(Number);
      const signedOut = known !== kept('signed-out');
      known = kept('signed-out');
      // Never longer than it was, whatever the clock says now.
      return [signOut ? signOut === 'everywhere' : NaN, length ? Math.max(0, Math.min(length, at + length - Date.now())) : NaN, signedOut];
    },
    /** Another tab has delivered the sign-out, or somebody has signed in again: the mark that was left is gone. */
    isDelivered: () => marked && kept('sign-out') === null,

    takeTurn(steal) {
      let answered = false;
      let given = false;
      const answer = (granted) => {
        answered = true;
        if (!given) feed('turn', granted);
      };
      const held = new Promise((resolve) => {
        giveBack = () => {
          given = true;
          resolve();
        };
      });
      const take = (lock) => {
        answer(!!lock);
        return lock && held;
      };
      const locks = attempt(() => navigator.locks);
      // Tabs that cannot hear each other need not wait for each other either.
      if (!locks || !channel) return answer(true);
      // Rejects where locks are forbidden; and when another tab steals this one, which changes nothing. A browser takes its time
      // to give one back, and until then it would be in our own way.
      over = over.then(() => locks.request(key, steal > 0 ? { steal: true } : { ifAvailable: true }, take)).catch(() => answered || answer(true));
    },
    yieldTurn: () => giveBack(),
    tell(...news) {
      const [kind, request] = news;
      if (kind === NEWS.indexOf('signedOut')) signOutIsKnown();
      if (kind !== NEWS.indexOf('answered')) return post({ news });
      const brought = broughtBy(request);
      // What cannot be cloned stays in this tab.
      post({ news, brought }) ?? post({ news, brought: { subject: brought.subject } });
    },
    keepSignOut(everywhere) {
      const pending = !isNaN(everywhere);
      marked = keep('sign-out', pending ? (everywhere > 0 ? 'everywhere' : 'here') : null) && pending;
      if (pending) signOutIsKnown();
    },
    keepFloor: (length) => keep('retry-after', isNaN(length) ? null : `${Date.now()} ${length}`),
  };
};
