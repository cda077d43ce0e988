// Keeps one process running: started again whenever it ends, until told to stop or until starting it is pointless.
import { end, start } from '../lib/children.mjs';
import { Failure } from '../lib/failure.mjs';

/**
 * How long to wait before the next start. A process that had come up is started again at once; one that keeps ending before
 * it is up is given ever more time, so that a crash loop does not keep the machine busy.
 * @param {number} failures how many starts in a row have ended before the process was up
 */
export const backoff = (failures) => (failures === 0 ? 0 : Math.min(250 * 2 ** (failures - 1), 10_000));

/**
 * Supervises `program`.
 *
 * - `isUp()` resolves to whether the process answers; it is asked until it does.
 * - `hopeless(exit, wasUp)` resolves to a message if starting again cannot help (bad configuration, port taken), or to null.
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
    const { say, hopeless } = this.#options;
    let failures = 0;
    for (let restarts = 0; !this.#stopping; restarts++) {
      const { exit, wasUp } = await this.#once(restarts);
      if (this.#stopping) return;
      failures = wasUp ? 0 : failures + 1;
      const reason = await hopeless(exit, wasUp);
      if (reason) throw new Failure(reason, { exitCode: exit.code || 1 });
      const wait = backoff(failures);
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
    const up = this.#untilUp(() => over).then((isUp) => {
      if (isUp) onUp({ pid: child.pid, ms: performance.now() - started, restarts });
      return isUp;
    });
    const exit = await ended;
    return { exit, wasUp: await up };
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
