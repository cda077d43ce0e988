// What the page knows of the backend: what is in force there, or that it is down.
import { call } from './api.js';
import { endOf } from './in-force.js';

/** How often a backend that is down is asked whether it is up again: a restart is a matter of a moment. */
const ASK_EVERY = { restarting: 100, stopped: 1000, unreachable: 1000 };

/**
 * Either what is in force, or why the backend is down and until when if that is known, or its refusal to say.
 * @typedef {{state?: import('./in-force.js').State, endsAt?: number, down?: {why: 'restarting' | 'stopped' | 'unreachable', until?: number},
 *   refusal?: string}} View
 */

/**
 * Asks from the start, when the person comes back to this tab, and when the session notices something.
 * @param {import('/dist/index.js').KeepAlive} session
 */
export function watchBackend(session) {
  /** @type {((view: View) => void)[]} */
  const watchers = [];
  /** @type {View | undefined} */
  let view;
  /** @type {number | undefined} Tells one process from the next. */
  let startedAt;
  /** @type {View['down'] & {process?: number} | null} */
  let down = null;
  let latest = 0;
  /** @type {number | undefined} of the fault in force */
  let endsAt;
  let timer;
  /** Who waits until it is up. @type {(() => void)[]} */
  const waiting = [];

  const show = (next) => {
    view = next;
    for (const watcher of watchers) watcher(view);
  };

  const again = (ms) => {
    clearTimeout(timer);
    // In a hidden tab nobody looks; it asks when it is looked at.
    timer = setTimeout(() => document.visibilityState === 'visible' && refresh(), ms);
  };

  async function refresh() {
    latest += 1;
    const mine = latest;
    let state;
    let refusal;
    try {
      state = await (await call('GET', '/demo/state')).json();
    } catch (error) {
      refusal = error;
    }
    if (mine !== latest) return;
    clearTimeout(timer);
    if (refusal?.status) return show({ refusal: refusal.message });
    // The process that was told to end still answers for a moment.
    if (state && (!down || state.startedAt !== down.process)) {
      startedAt = state.startedAt;
      down = null;
      for (const go of waiting.splice(0)) go();
      // What has an end is looked at again then.
      endsAt = endOf(state.fault, Date.now(), endsAt);
      if (endsAt) again(endsAt - Date.now());
      return show({ state, endsAt });
    }
    down ??= { why: 'unreachable' };
    again(ASK_EVERY[down.why]);
    show({ down });
  }

  let status;
  session.subscribe(() => {
    if (session.getSnapshot().status === status) return;
    status = session.getSnapshot().status;
    refresh();
  });
  session.on('reconnected', refresh);
  window.addEventListener('focus', refresh);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && refresh());
  refresh();

  return {
    refresh,
    /** Informed from now on. While it is down, `down` stays the same object. @param {(view: View) => void} watcher */
    watch(watcher) {
      watchers.push(watcher);
      if (view) watcher(view);
    },
    /** It was told to end; it is down until another process answers. @param {'restarting' | 'stopped'} why @param {number} [seconds] */
    ends(why, seconds) {
      down = { why, process: startedAt, until: seconds && Date.now() + seconds * 1000 };
      show({ down });
      return refresh();
    },
    /** Resolves when it is up. */
    async untilUp() {
      if (down) await new Promise((resolve) => { waiting.push(resolve); });
    },
    get isDown() {
      return down !== null;
    },
  };
}
