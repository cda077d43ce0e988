// Who asked the backend how often, and who heard the answer from another tab. Knows nothing of the browser.

/**
 * What a tab tells of itself. Nothing in it is secret.
 * @typedef {object} Tab
 * @property {string} id one document; after a reload it is another
 * @property {number} number what people call it
 * @property {number} asked checks it has sent itself
 * @property {number} heard checks it did not have to send, because another tab's answer was told to it
 * @property {number | null} lastAsked `Date.now()` of the last check it sent
 * @property {string} status of the module
 * @property {boolean} shares whether the module shares checks here
 * @property {boolean} closable whether a script may close it
 */

/** @typedef {Pick<Tab, 'id' | 'asked' | 'heard' | 'lastAsked'>} Closed what stays of a tab that is gone */

export function createLedger() {
  /** @type {Map<string, Tab>} */
  const live = new Map();
  /** Kept, so that the sums stay true when a tab is closed. @type {Map<string, Closed>} */
  const closed = new Map();
  const sum = (tabs, key) => tabs.reduce((total, tab) => total + tab[key], 0);

  return {
    /** News of a tab. One that came back out of the browser's cache lives again. @param {Tab} tab */
    told(tab) {
      closed.delete(tab.id);
      live.set(tab.id, tab);
    },

    /** A tab is gone. @param {string} id @returns {Tab | undefined} what it was, if it was known */
    gone(id) {
      const tab = live.get(id);
      live.delete(id);
      if (tab) closed.set(id, { id, asked: tab.asked, heard: tab.heard, lastAsked: tab.lastAsked });
      return tab;
    },

    /** What another tab knows of those that were gone before this one came. @param {Closed[]} tabs */
    learn(tabs) {
      for (const tab of tabs) if (!live.has(tab.id) && !closed.has(tab.id)) closed.set(tab.id, tab);
    },

    closed: () => [...closed.values()],

    /** All that there is to show. `last`: it sent the newest check of all. */
    summary() {
      const left = [...closed.values()];
      const all = [...live.values(), ...left];
      const newest = Math.max(...all.map(({ lastAsked }) => lastAsked ?? -Infinity));
      return {
        tabs: [...live.values()]
          .sort((one, other) => one.number - other.number)
          .map((tab) => ({ ...tab, last: tab.lastAsked !== null && tab.lastAsked === newest })),
        closed: { count: left.length, asked: sum(left, 'asked'), heard: sum(left, 'heard') },
        sent: sum(all, 'asked'),
        saved: sum(all, 'heard'),
      };
    },
  };
}
