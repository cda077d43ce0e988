// What is counted for both sides alike: at the same seam, `fetch`, and by the same rules.
import { isJson } from '../api.js';

/** @typedef {'requests' | 'failures' | 'reconnects' | 'thrownOut' | 'wordsLost'} Count */

/** @returns {Record<Count, number>} */
const zeros = () => ({ requests: 0, failures: 0, reconnects: 0, thrownOut: 0, wordsLost: 0 });

/** How many words a text has. @param {string} text */
export const words = (text) => text.match(/\S+/gu)?.length ?? 0;

/** Does an answer say anything about the session? A 503 does not, and neither does a web page. @param {Response} response */
export const hasVerdict = (response) => response.status === 401 || (response.ok && isJson(response));

export class Counts {
  #numbers = zeros();
  #changed;

  /** @param {(numbers: Readonly<Record<Count, number>>) => void} changed is told at every change, and now */
  constructor(changed) {
    this.#changed = changed;
    changed(this.#numbers);
  }

  /** @param {Count} name @param {number} [by] */
  add(name, by = 1) {
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

  /** Goes on from what was kept. @param {unknown} kept anything but counts is no counts */
  goOnFrom(kept) {
    for (const name of Object.keys(this.#numbers)) {
      if (Number.isSafeInteger(kept?.[name]) && kept[name] > 0) this.add(name, kept[name]);
    }
  }

  /**
   * `fetch` whose requests and failures are counted.
   * @param {typeof fetch} fetch @param {(path: string) => boolean} counts which paths are counted
   * @returns {typeof fetch}
   */
  fetch(fetch, counts) {
    return async (input, init) => {
      if (!counts(pathOf(input))) return fetch(input, init);
      this.add('requests');
      try {
        const response = await fetch(input, init);
        if (!hasVerdict(response)) this.add('failures');
        return response;
      } catch (error) {
        this.add('failures');
        throw error;
      }
    };
  }
}

/** @param {RequestInfo | URL} input */
const pathOf = (input) => new URL(input.url ?? input, 'http://page.invalid').pathname;
