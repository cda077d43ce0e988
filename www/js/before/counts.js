// What is counted for both sides alike: at the same seam, `fetch`, and by the same rules. Counting begins with the first
// sign-in: without a session there is nothing to keep, and nothing to lose.
import { isJson } from '../api.js';

/** @typedef {'requests' | 'failures' | 'reconnects' | 'thrownOut' | 'wordsLost'} Count */

/** @returns {Record<Count, number>} */
const zeros = () => ({ requests: 0, failures: 0, reconnects: 0, thrownOut: 0, wordsLost: 0 });

/** How many words a text has. @param {string} text */
export const words = (text) => text.match(/\S+/gu)?.length ?? 0;

/** @param {Response} response */
const isYes = (response) => response.ok && isJson(response);

/** Does an answer say anything about the session? A 503 does not, and neither does a web page. @param {Response} response */
export const hasVerdict = (response) => response.status === 401 || isYes(response);

export class Counts {
  #numbers = zeros();
  #counting = false;
  #changed;

  /** @param {(numbers: Readonly<Record<Count, number>>) => void} changed is told at every change, and now */
  constructor(changed) {
    this.#changed = changed;
    changed(this.#numbers);
  }

  /** Somebody is signed in: from now on everything counts. */
  signedIn() {
    this.#counting = true;
  }

  /** Whether anybody has signed in. */
  get counting() {
    return this.#counting;
  }

  /** @param {Count} name @param {number} [by] */
  add(name, by = 1) {
    if (!this.#counting) return;
    this.#numbers[name] += by;
    this.#changed(this.#numbers);
  }

  /** The person has lost their place, and what they had written there. @param {string} text */
  thrownOut(text) {
    this.add('thrownOut');
    this.add('wordsLost', words(text));
  }

  /** To be kept over a page that is left. */
  toJSON() {
    return this.#numbers;
  }

  /** Goes on from what was kept, once somebody signs in. @param {unknown} kept anything but counts is no counts */
  goOnFrom(kept) {
    for (const name of Object.keys(this.#numbers)) {
      if (Number.isSafeInteger(kept?.[name]) && kept[name] > 0) this.#numbers[name] += kept[name];
    }
    this.#changed(this.#numbers);
  }

  /**
   * `fetch` whose requests and failures are counted. The first request that is answered with a yes has found somebody signed in,
   * and is the first that counts.
   * @param {typeof fetch} fetch @param {(path: string) => boolean} counts which paths are counted
   * @returns {typeof fetch}
   */
  fetch(fetch, counts) {
    return async (input, init) => {
      if (!counts(pathOf(input))) return fetch(input, init);
      const counted = this.#counting;
      this.add('requests');
      try {
        const response = await fetch(input, init);
        if (!counted && isYes(response)) {
          this.signedIn();
          this.add('requests');
        }
        if (counted && !hasVerdict(response)) this.add('failures');
        return response;
      } catch (error) {
        if (counted) this.add('failures');
        throw error;
      }
    };
  }
}

/** @param {RequestInfo | URL} input */
const pathOf = (input) => new URL(input.url ?? input, 'http://page.invalid').pathname;
