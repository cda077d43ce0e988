// Creates a session and disposes it, as often as wanted, at every moment of its beginning.
import { createKeepAlive } from '/dist/index.js';

/** A signal that outlives every session. */
const { signal: forGood } = new AbortController();

const create = (options) => createKeepAlive({ name: 'cycles', interval: '1h', ...options });
const listen = (session) => {
  session.subscribe(() => {});
  session.on('checked', () => {}, { signal: forGood });
};

const CYCLES = [
  // As a framework that mounts everything twice.
  () => create({ signal: forGood }).dispose(),
  // While the first check is under way.
  async () => {
    const session = create();
    listen(session);
    await new Promise((resolve) => session.on('checking', resolve));
    session.dispose();
  },
  // Connected and used, ended by the application's signal.
  async () => {
    const ending = new AbortController();
    const session = create({ signal: ending.signal });
    listen(session);
    await session.ready;
    const response = await session.fetch('/healthz');
    await response.text();
    ending.abort();
  },
  // Stopped and started again.
  async () => {
    const session = create();
    await session.ready;
    session.stop();
    session.start();
    listen(session);
    session[Symbol.dispose]();
  },
];

/** @param {number} count */
window.cycle = async (count) => {
  for (let done = 0; done < count; done += 1) await CYCLES[done % CYCLES.length]();
  // What a session that is gone has left under way comes to its end.
  await navigator.locks.request('session-keepalive:cycles', () => {});
  // Not the module's: the browser's own list of the requests it has made.
  performance.clearResourceTimings();
};
/** One that goes on. */
window.connected = async () => {
  const session = create();
  await session.ready;
  return session;
};
