// Keeps one process running: started again whenever it ends, until told to stop or until starting it is pointless.
import { end, start } from '../lib/children.mjs';
import { Failure } from '../lib/failure.mjs';

/**
 * How long to wait before the next start, in ms. After a death the process is started again at once; one that keeps dying
 * early is given ever more time, so that a crash loop does not keep the machine busy.
 * @param {number} early how many times in a row the process ended before it was up and steady
 */
export const backoff = (early) => (early <= 1 ? 0 : Math.min(250 * 2 ** (early - 2), 10_000));

/**
 * Supervises `program`.
 *
 * - `isUp()` resolves to whether the process answers; it is asked until it does.
 * - `hopeless(exit, wasUp)` resolves to a message if starting again cannot help (bad configuration, port taken), or to null.
 * - `steadyAfter` (ms): a process that was up for this long is no part of a crash loop.
 * - `say(message)` is told what happens. `onUp({ pid, ms, restarts })` is told each time the process is up.
 */
export class Supervisor {
  #options;
  #child = null;
  #stopping = false;
  #wake = () => {};

  constructor(options) {
    this.#options = options;
  }

  /** Runs until `stop()`; fails with a `Failure` if there is no point in starting the process again. */
  async run() {
    const { say, hopeless, steadyAfter = 1000 } = this.#options;
    let early = 0;
    for (let restarts = 0; !this.#stopping; restarts++) {
      const { exit, wasUp, upFor } = await this.#once(restarts);
      if (this.#stopping) return;
      early = upFor >= steadyAfter ? 0 : early + 1;
      const reason = await hopeless(exit, wasUp);
      if (reason) throw new Failure(reason, { exitCode: exit.code || 1 });
      const wait = backoff(early);
      say(`the server ${describe(exit)}${wasUp ? '' : ' before it was up'}: starting it again${wait ? ` in ${wait} ms` : ''}`);
      await this.#pause(wait);
    }
  }

  /** Ends the process for good; resolves when it is gone. */
  async stop() {
    this.#stopping = true;
    this.#wake();
    if (this.#child) await end(this.#child);
  }

  /** One life of the process, from its start to its end. */
  async #once(restarts) {
    const { program, args, spawn = {}, onUp } = this.#options;
    const started = performance.now();
    const child = start(program, args, { stdio: ['ignore', 'inherit', 'inherit'], ...spawn });
    this.#child = child;
    let over = false;
    const ended = new Promise((resolve, reject) => {
      child.once('error', (error) => reject(new Failure(`cannot start ${program}: ${error.message}`)));
      child.once('exit', (code, signal) => resolve({ code, signal }));
    }).finally(() => {
      over = true;
      this.#wake();
    });
    let upSince = Infinity;
    const up = this.#untilUp(() => over).then((isUp) => {
      if (!isUp) return;
      upSince = performance.now();
      onUp({ pid: child.pid, ms: upSince - started, restarts });
    });
    const exit = await ended;
    const endedAt = performance.now();
    await up;
    return { exit, wasUp: upSince <= endedAt, upFor: endedAt - upSince };
  }

  /** Asks `isUp` until it says yes, or until the process has ended. */
  async #untilUp(over) {
    while (!over()) {
      if (await this.#options.isUp()) return !over();
      await this.#pause(25);
    }
    return false;
  }

  #pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

const describe = ({ code, signal }) => (signal ? `was ended by ${signal}` : `ended with exit code ${code}`);
