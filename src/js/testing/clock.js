// @ts-check
/** Time that stands still until somebody moves it, and the timers of all tabs. */

// Taken now: a test may replace them, and this must go on.
// Node, Deno and Bun have the first.
/** @type {(run: () => void) => unknown} */
const task = /** @type {{ setImmediate?: (run: () => void) => unknown }} */ (globalThis).setImmediate ?? globalThis.setTimeout;

/** A test that goes round in circles should fail, not hang. */
const MOST_TURNS = 10_000;

/** @typedef {ReturnType<typeof createClock>} Clock */

/** @param {number} now `Date.now()` at the beginning */
export const createClock = (now) => {
  let wall = now;
  let monotonic = 0;
  let lastId = 0;
  /**
   * By id: when, on the monotonic clock, and what to do. A Map keeps the order in which they were set.
   * @type {Map<number, { at: number, run: () => void }>}
   */
  const timers = new Map();
  /** Grows with everything that happens. */
  let events = 0;

  const nextAt = () => Math.min(Infinity, ...Array.from(timers.values(), ({ at }) => at));

  const fireDue = () => {
    for (;;) {
      const at = nextAt();
      if (at > monotonic) return;
      const [id, { run }] = /** @type {[number, { run: () => void }]} */ ([...timers].find(([, timer]) => timer.at === at));
      timers.delete(id);
      events += 1;
      run();
    }
  };

  const clock = {
    now: () => wall,
    monotonic: () => monotonic,
    /** Something has happened, and something may come of it. */
    stir: () => void (events += 1),
    setTimeout(/** @type {() => void} */ run, delay = 0) {
      lastId += 1;
      timers.set(lastId, { at: monotonic + Math.max(0, delay), run });
      clock.stir();
      // What is due already waits for nobody, as in a browser.
      if (!(delay > 0)) task(fireDue);
      return lastId;
    },
    clearTimeout: (/** @type {number} */ id) => void timers.delete(id),
    /** The monotonic clock and its timers stop while a machine sleeps; the wall clock does not. */
    sleep(/** @type {number} */ length) {
      wall += length;
    },
    /** Resolves when nothing happens any more without time going by. */
    async settle() {
      let quiet = 0;
      for (let turns = 0; quiet < 2; turns += 1) {
        if (turns > MOST_TURNS) throw new Error('session-keepalive: the test world does not come to rest');
        const before = events;
        await new Promise((resolve) => { task(() => resolve(undefined)); });
        fireDue();
        quiet = events === before ? quiet + 1 : 0;
      }
    },
    /** Lets so much time go by, from timer to timer. */
    async advance(/** @type {number} */ length) {
      await clock.settle();
      const end = monotonic + length;
      const moveTo = (/** @type {number} */ at) => {
        wall += at - monotonic;
        monotonic = at;
      };
      while (nextAt() <= end) {
        moveTo(nextAt());
        fireDue();
        await clock.settle();
      }
      moveTo(end);
    },
  };
  return clock;
};
