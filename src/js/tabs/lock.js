// @ts-check
/** The Web Lock that one tab of the name holds while its request is under way. */

/** Web Locks, where the browser has them and the page may use them. */
const available = () => {
  try {
    return navigator.locks;
  } catch {
    return undefined;
  }
};

/**
 * @param {string} name
 * @param {(granted: boolean) => void} onResult is told once for each request, unless it was given up before
 */
export const createLock = (name, onResult) => {
  let release = () => {};
  /** @type {Promise<unknown>} settles when the lock that was last held has been given back */
  let released = Promise.resolve();
  return {
    /** @param {boolean} steal its holder does not answer any more */
    acquire(steal) {
      let answered = false;
      let givenUp = false;
      const answer = (/** @type {boolean} */ granted) => {
        answered = true;
        if (!givenUp) onResult(granted);
      };
      const held = new Promise((resolve) => {
        release = () => {
          givenUp = true;
          resolve(undefined);
        };
      });
      const locks = available();
      if (!locks) return answer(true);
      // Rejects where locks are forbidden; and when another tab steals this one, which changes nothing. A browser takes its time
      // to give one back, and until then it would be in our own way.
      released = released
        .then(() => locks.request(name, steal ? { steal: true } : { ifAvailable: true }, (lock) => {
          answer(!!lock);
          return lock && held;
        }))
        .catch(() => answered || answer(true));
    },
    release: () => release(),
  };
};
