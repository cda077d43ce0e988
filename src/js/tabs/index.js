// @ts-check
/**
 * The other tabs of the name: who may send, what they tell each other, and what outlives a page. Whatever of it the browser does
 * not have, or refuses, is done without: then this tab works alone.
 */
import { createChannel } from './channel.js';
import { createLock } from './lock.js';
import { createPersisted } from './persisted.js';

/**
 * What a tab hears: the methods of the Wasm session of the same names.
 * @typedef {object} TabHandlers
 * @property {(granted: boolean) => void} lockResult
 * @property {(message: Uint8Array, ageMs: number, subject: string | undefined, data: unknown) => void} received
 * @property {(ageMs: number) => void} receivedSignOut
 */

/**
 * @param {{ name: string, crossTab: boolean }} options
 * @param {TabHandlers} handlers
 */
export const createTabs = ({ name, crossTab }, { lockResult, received, receivedSignOut }) => {
  const key = `session-keepalive:${name}`;
  const { noteSignOut, signOutIsKnown, ...persisted } = createPersisted(key);
  const lock = createLock(key, lockResult);
  const channel = createChannel(key, {
    received,
    receivedSignOut(ageMs) {
      signOutIsKnown();
      receivedSignOut(ageMs);
    },
  });
  return {
    ...persisted,
    open() {
      if (crossTab) channel.open();
    },
    /** Nothing is held that could keep the page out of the back/forward cache. */
    close() {
      lock.release();
      channel.close();
    },
    /** @param {boolean} steal */
    acquireLock(steal) {
      // Tabs that cannot hear each other need not wait for each other either.
      if (channel.isOpen()) lock.acquire(steal);
      else lockResult(true);
    },
    releaseLock: lock.release,
    /** @type {typeof channel.post} */
    broadcast: (message, subject, data) => channel.post(message.slice(), subject, data),
    broadcastSignOut() {
      noteSignOut();
      channel.postSignOut();
    },
  };
};
