// Creates a session and disposes it, as often as wanted, at every moment of its beginning.
import { createKeepAlive } from '/dist/index.js';

/** A signal that outlives every session. */
const { signal: forGood } = new AbortController();

/** So many go on at once, each with what is shared by tabs to itself: waiting for the backend takes most of the time. */
const LANES = 4;
const nameOf = (lane) => `cycles-${lane}`;

const create = (lane, options) => createKeepAlive({ name: nameOf(lane), interval: '1h', ...options });
const listen = (session) => {
  session.subscribe(() => {});
  session.on('checked', () => {}, { signal: forGood });
};

const CYCLES = [
  // As a framework that mounts everything twice.
  (lane) => create(lane, { signal: forGood }).dispose(),
  // While the first check is under way.
  async (lane) => {
    const session = create(lane);
    listen(session);
    await new Promise((resolve) => session.on('checking', resolve));
    session.dispose();
  },
  // Connected and used, ended by the application's signal.
  async (lane) => {
    const ending = new AbortController();
    const session = create(lane, { signal: ending.signal });
    listen(session);
    await session.ready;
    const response = await session.fetch('/healthz');
    await response.text();
    ending.abort();
  },
  // Stopped and started again.
  async (lane) => {
    const session = create(lane);
    await session.ready;
    session.stop();
    session.start();
    listen(session);
    session[Symbol.dispose]();
  },
];

/** @param {number} count */
window.cycle = async (count) => {
  let begun = 0;
  const run = async (lane) => {
    while (begun < count) await CYCLES[begun++ % CYCLES.length](lane);
    // What a session that is gone has left under way comes to its end.
    await navigator.locks.request(`session-keepalive:${nameOf(lane)}`, () => {});
  };
  await Promise.all(Array.from({ length: LANES }, (_, lane) => run(lane)));
  // Not the module's: the browser's own list of the requests it has made.
  performance.clearResourceTimings();
};
/** One that goes on. */
window.connected = async () => {
  const session = create(0);
  await session.ready;
  return session;
};
