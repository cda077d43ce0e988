// @ts-check
/** What outlives a page, in localStorage: a sign-out to be delivered, the last sign-out, `Retry-After`. No secret. */

/**
 * Does without what is not there, or denied.
 * @template T
 * @param {() => T} use
 */
const attempt = (use) => {
  try {
    return use();
  } catch {
    return undefined;
  }
};

/** @param {string} key what every mark of the name begins with */
export const createPersisted = (key) => {
  /** @param {string} mark */
  const read = (mark) => attempt(() => localStorage.getItem(`${key}:${mark}`));
  /**
   * @param {string} mark
   * @param {string | null} value null forgets it
   * @returns whether it could be kept, or forgotten
   */
  const write = (mark, value) =>
    attempt(() => {
      if (value === null) localStorage.removeItem(`${key}:${mark}`);
      else localStorage.setItem(`${key}:${mark}`, value);
      return true;
    }) ?? false;

  /** The last sign-out that this tab knows of, and whether it left a mark of its own. */
  let knownSignOut = read('signed-out');
  let marked = false;

  const noteSignOut = () => {
    knownSignOut = `${Date.now()} ${Math.random()}`;
    write('signed-out', knownSignOut);
  };

  return {
    /** Other tabs that do not run now will see that there was a sign-out. */
    noteSignOut,
    /** This tab was told of the last sign-out. */
    signOutIsKnown() {
      knownSignOut = read('signed-out');
    },
    /** What a page that starts or comes back has to know. */
    persisted() {
      const signOut = read('sign-out');
      marked ||= !!signOut;
      const [at, length] = (read('retry-after') ?? '').split(' ').map(Number);
      const signedOut = knownSignOut !== read('signed-out');
      knownSignOut = read('signed-out');
      return {
        signOutEverywhere: signOut ? signOut === 'everywhere' : undefined,
        // Never longer than it was, whatever the clock says now.
        retryFloorMs: at + length ? Math.max(0, Math.min(length, at + length - Date.now())) : undefined,
        signedOut,
      };
    },
    isSignOutDelivered: () => marked && read('sign-out') === null,
    /** @param {boolean} [everywhere] undefined: the server knows */
    persistSignOut(everywhere) {
      const pending = everywhere !== undefined;
      marked = write('sign-out', pending ? (everywhere ? 'everywhere' : 'here') : null) && pending;
      if (pending) noteSignOut();
    },
    /** @param {number} [lengthMs] undefined: the server may be asked */
    persistRetryFloor: (lengthMs) => void write('retry-after', lengthMs === undefined ? null : `${Date.now()} ${lengthMs}`),
  };
};
