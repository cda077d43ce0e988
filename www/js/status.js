// The live status: what the module's snapshot says, counted down once a second while somebody can see it.
import { at, write } from './dom.js';
import { duration } from './format.js';

/** Says in a few words what a status means for the person. */
export const MEANING = {
  starting: 'starting',
  connected: 'connected',
  degraded: 'no answer, session kept',
  offline: 'offline, session kept',
  reconnecting: 'reconnecting',
  disconnected: 'disconnected',
  inactive: 'inactive',
};

/** @param {import('/dist/index.js').KeepAlive} session */
export function showStatus(session) {
  let snapshot;
  let since = 0;

  const count = () => {
    const now = Date.now();
    write(at('last-ok'), snapshot.lastOkAt === null ? '–' : `${duration(now - snapshot.lastOkAt)} ago`);
    write(at('next-check'), snapshot.nextCheckAt === null ? '–' : `in ${duration(snapshot.nextCheckAt - now)}`);
    const left = snapshot.expiresInMs === null ? null : snapshot.expiresInMs - (performance.now() - since);
    write(at('expires'), left === null ? '–' : duration(left));
  };

  const update = () => {
    const next = session.getSnapshot();
    if (next === snapshot) return;
    snapshot = next;
    since = performance.now();
    const { status, reason, subject, epoch, error } = snapshot;
    at('pill').dataset.status = status;
    // Written only when it differs: the pill is a live region, and repeating itself would be noise.
    write(at('pill-text'), reason === 'wasm-blocked' ? 'not kept alive' : MEANING[status]);
    write(at('status'), status);
    write(at('reason'), error?.status ? `${reason} (HTTP ${error.status})` : reason ?? '–');
    write(at('subject'), subject ?? '–');
    write(at('epoch'), epoch > 0 ? String(epoch) : '–');
    // What heals by itself must not push the page about under somebody who is typing.
    showBanner(error?.retryable === false ? error : null);
    count();
  };

  session.subscribe(update);
  update();
  setInterval(() => document.visibilityState === 'visible' && count(), 500);
}

/** @param {Error | null} error */
export function showBanner(error) {
  write(at('banner'), error?.message ?? '');
  at('banner').hidden = !error;
}
