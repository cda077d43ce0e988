/**
 * The countdown to the nearest limit as a store of one listener, for the adapters: seconds while the person should be warned,
 * else null.
 */
export const expiring = (session) => {
  let seconds = null;
  return {
    getSnapshot: () => seconds,
    subscribe(listener) {
      const become = (next) => {
        if (next === seconds) return;
        seconds = next;
        listener();
      };
      const ends = [
        session.on('expiring', ({ secondsLeft }) => become(secondsLeft)),
        session.on('change', ({ status, expiresInMs }) => {
          // Nothing to save any more; or no limit; or it has moved away, by more than what rounding may make of it.
          const over = status === 'disconnected' || status === 'inactive';
          if (over || expiresInMs === null || expiresInMs > (seconds + 1) * 1000) become(null);
        }),
      ];
      return () => {
        seconds = null;
        for (const end of ends) end();
      };
    },
  };
};
