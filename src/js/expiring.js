// @ts-check
/**
 * The countdown to the nearest limit as a store of one listener, for the adapters: seconds while the user should be warned,
 * else null.
 * @param {Pick<import('./index.js').KeepAlive<any>, 'on'>} session
 */
export const expiring = (session) => {
  /** @type {number | null} */
  let seconds = null;
  return {
    getSnapshot: () => seconds,
    subscribe(/** @type {() => void} */ listener) {
      const become = (/** @type {number | null} */ next) => {
        if (next === seconds) return;
        seconds = next;
        listener();
      };
      const ends = [
        session.on('expiring', ({ secondsLeft }) => become(secondsLeft)),
        session.on('change', ({ status, expiresInMs }) => {
          // Nothing to save any more; or no limit; or it has moved away, by more than what rounding may make of it.
          const over = status === 'disconnected' || status === 'inactive';
          if (over || expiresInMs === null || expiresInMs > ((seconds ?? 0) + 1) * 1000) become(null);
        }),
      ];
      return () => {
        seconds = null;
        for (const end of ends) end();
      };
    },
  };
};
