// The DevTools protocol, spoken with a browser over a pipe. Whatever it is asked this way, it does not bring a tab to
// the front: a hidden tab stays hidden and a frozen one frozen while a test looks at it.
import { end, start } from './children.mjs';

/** The browser reads commands from its file descriptor 3 and answers on 4, each message closed by a zero byte. */
const STDIO = ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'];

export class Devtools {
  #lastId = 0;
  #waiting = new Map();
  #listeners = new Map();
  #unfinished = '';

  /** @param {string} program @param {string[]} args */
  constructor(program, args) {
    this.process = start(program, [...args, '--remote-debugging-pipe'], { stdio: STDIO });
    const { stdio } = this.process.child;
    stdio[4].setEncoding('utf8').on('data', (text) => this.#read(text));
    // A browser that is gone is told by what waits for its answer.
    stdio[3].on('error', () => {});
    this.process.exited.then(() => this.#fail(`the browser has ended:\n${this.process.output}`));
  }

  /** @param {string} method @param {object} [params] @param {string} [session] of a tab; without, the browser itself */
  send(method, params = {}, session) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { method, session, resolve, reject });
      this.process.child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId: session })}\0`);
    });
  }

  /** Hears what a tab tells by itself. @param {string} session @param {(method: string, params: object) => void} listener */
  listen(session, listener) {
    this.#listeners.set(session, listener);
  }

  /** Ends what still waits for an answer of this tab. */
  hangUp(session, why) {
    this.#fail(why, session);
    this.#listeners.delete(session);
  }

  async close() {
    await this.send('Browser.close').catch(() => {});
    await end(this.process, 'SIGTERM');
  }

  #read(text) {
    const messages = (this.#unfinished + text).split('\0');
    this.#unfinished = messages.pop();
    for (const message of messages) this.#take(JSON.parse(message));
  }

  #take({ id, method, params, result, error, sessionId }) {
    if (method) return this.#listeners.get(sessionId)?.(method, params);
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new Error(`${waiting.method}: ${error.message}`));
    else waiting?.resolve(result);
  }

  #fail(why, session) {
    for (const [id, { method, session: of, reject }] of this.#waiting) {
      if (session && of !== session) continue;
      this.#waiting.delete(id);
      reject(new Error(`${method}: ${why}`));
    }
  }
}
