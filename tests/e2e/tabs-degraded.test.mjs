// Privacy modes, frames and old browsers lack what tabs share their checks by: then each tab looks after itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './support/until.mjs';
import { profileWorld } from './support/world.mjs';

const INTERVAL = 500;

/** What is taken away, before any script of the page runs. */
const MISSING = {
  'BroadcastChannel is missing': () => { delete window.BroadcastChannel; },
  'BroadcastChannel throws': () => {
    window.BroadcastChannel = class {
      constructor() {
        throw new DOMException('denied', 'SecurityError');
      }
    };
  },
  'navigator.locks is missing': () => { Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined }); },
  'navigator.locks refuses': () => {
    LockManager.prototype.request = () => Promise.reject(new DOMException('denied', 'SecurityError'));
  },
  'localStorage is missing': () => { Object.defineProperty(window, 'localStorage', { get: () => undefined }); },
  'localStorage is denied': () => {
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  },
  'localStorage is full': () => {
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  },
  'all of it is missing': () => {
    delete window.BroadcastChannel;
    Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined });
    Object.defineProperty(window, 'localStorage', { get: () => undefined });
  },
};

/** Errors that reached nobody, written into the page's log. */
function hearErrors() {
  addEventListener('error', ({ message }) => window.page.note('error', { message }));
  addEventListener('unhandledrejection', ({ reason }) => window.page.note('error', { message: String(reason) }));
}

test('tabs without a channel, locks or storage work, each by itself', async (t) => {
  const { backend, profile } = await profileWorld(t);
  await profile.signIn();
  const pairs = [];
  for (const [missing, before] of Object.entries(MISSING)) {
    const query = `interval=${INTERVAL}&base=100ms&cap=500ms&name=${encodeURIComponent(missing)}`;
    const options = { before: `() => { (${hearErrors})(); (${before})(); }` };
    pairs.push({ missing, tabs: [await profile.connect(query, options), await profile.connect(query, options)] });
  }
  const all = pairs.flatMap(({ missing, tabs }) => tabs.map((tab) => ({ missing, tab })));
  const each = (run) => Promise.all(all.map(run));

  // Each goes on hearing, from itself or from the other.
  await each(async ({ missing, tab }) => {
    const heard = (await tab.log('checked')).length;
    await until(`three more checks where ${missing}`, async () => (await tab.log('checked')).length >= heard + 3);
  });
  // Where nothing can be heard, each has asked.
  for (const { missing, tab } of all.filter(({ missing }) => /BroadcastChannel|all/.test(missing))) {
    assert.ok((await tab.log('checked')).every(({ shared }) => !shared), missing);
  }

  await backend.restart();
  await each(async ({ missing, tab }) => {
    await until(`the session is back where ${missing}`, async () => (await tab.snapshot()).epoch === 2);
    for (const name of ['error', 'disconnected', 'redirect']) assert.deepEqual(await tab.log(name), [], missing);
  });

  // And so does leaving: the page that says it, says it of itself, and the backend ends the session for all of them.
  const [{ tab: leaving }] = all.slice(-1);
  await leaving.evaluate(() => window.session.signOut());
  await leaving.hasStatus('disconnected', 'signed-out');
  await each(({ tab }) => tab.hasStatus('disconnected'));
});
