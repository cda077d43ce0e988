// Marks and spans by lane, in the order of their starts, bounded in number and age.

/**
 * A mark (`end` is `start`) or a span; `end` is null while it goes on. `due` and `runsOut` are times too, of what is
 * expected.
 * @typedef {{id: number, lane: string, kind: string, start: number, end: number | null, due?: number | null,
 *   runsOut?: number, [fact: string]: unknown}} Item
 */

/** The fields of an item that are times. */
const TIMES = ['start', 'end', 'due', 'runsOut'];

export class Store {
  /** @type {Map<string, Item[]>} */
  #lanes = new Map();
  #lastId = 0;
  #keepMs;
  #keepItems;

  /** @param {{keepMs: number, keepItems: number}} bounds `keepItems`: in each lane */
  constructor({ keepMs, keepItems }) {
    this.#keepMs = keepMs;
    this.#keepItems = keepItems;
  }

  /** @param {string} lane @returns {readonly Item[]} the oldest first */
  lane(lane) {
    return this.#lanes.get(lane) ?? [];
  }

  /** Every item, lane by lane. @returns {Item[]} */
  all() {
    return [...this.#lanes.values()].flat();
  }

  /** Puts it where its start belongs: what is learned late may have happened early. @returns {Item} */
  add(lane, facts) {
    const item = { id: (this.#lastId += 1), lane, ...facts };
    const items = this.#lanes.get(lane) ?? [];
    this.#lanes.set(lane, items);
    items.splice(placeOf(items, item.start), 0, item);
    return item;
  }

  /** Its start turned out to be another. @param {Item} item @param {number} start */
  startAt(item, start) {
    this.remove(item);
    item.start = start;
    const items = this.#lanes.get(item.lane);
    items.splice(placeOf(items, start), 0, item);
  }

  /** @param {Item} item */
  remove(item) {
    const items = this.#lanes.get(item.lane) ?? [];
    const place = items.indexOf(item);
    if (place >= 0) items.splice(place, 1);
  }

  /** Drops what ended too long ago, and the oldest of too many. What goes on stays. @param {number} now */
  prune(now) {
    const oldest = now - this.#keepMs;
    for (const [lane, items] of this.#lanes) {
      const ended = ({ end }) => end !== null && end < oldest;
      let kept = items.some(ended) ? items.filter((item) => !ended(item)) : items;
      if (kept.length > this.#keepItems) {
        let surplus = kept.length - this.#keepItems;
        kept = kept.filter(({ end }) => end === null || (surplus -= 1) < 0);
      }
      if (kept !== items) this.#lanes.set(lane, kept);
    }
  }

  /** Moves everything by so much. @param {number} ms */
  shift(ms) {
    for (const item of this.all()) {
      for (const field of TIMES) if (typeof item[field] === 'number') item[field] += ms;
    }
  }
}

/** Behind all that started no later. */
function placeOf(items, start) {
  let place = items.length;
  while (place > 0 && items[place - 1].start > start) place -= 1;
  return place;
}
