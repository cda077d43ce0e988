/** What every page of the benchmark can do, whichever client it is given. */
(() => {
  let client;

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  /** Leaves a session as an earlier page, signed in just now, would have left it. */
  const seed = ({ storageKey, session }) => {
    if (localStorage.getItem(storageKey) !== null) return;
    const expiresAt = Math.floor(Date.now() / 1000) + session.expires_in;
    localStorage.setItem(storageKey, JSON.stringify({ ...session, expires_at: expiresAt }));
  };

  /** Imports and starts a client. How long until it had a verdict, in ms: the server's, and its own if it has one. */
  const start = async ({ script, ...settings }) => {
    seed(settings);
    const begun = performance.now();
    const module = await import(script);
    client = module.start(settings);
    const times = {};
    client.local?.then(() => { times.local = performance.now() - begun; }, () => {});
    await client.ready;
    times.ready = performance.now() - begun;
    return times;
  };

  /** What a page does while it is measured: `check`s, the bare `request` of a check, or (`idle`) as many pauses. */
  const doings = { idle: (latency) => pause(latency), check: () => client.check(), request: () => client.request() };

  const block = async (doing, { times, pauseMs, latencyMs, restMs }) => {
    for (let i = 0; i < times; i += 1) {
      await pause(pauseMs);
      await doings[doing](latencyMs);
    }
    await pause(restMs);
  };

  window.bench = { start, block };
})();
