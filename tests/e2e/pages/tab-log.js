// Writes down what happens to the page, before anything else can happen to it. `at` is milliseconds since 1970 on the
// monotonic clock, so that the logs of several tabs can be put side by side, whatever a test does to `Date`.
{
  const { timeOrigin } = performance;
  const at = () => timeOrigin + performance.now();

  /** @type {{name: string, at: number, [detail: string]: unknown}[]} */
  const log = [];
  /** Grows ten times a second; once a second in a tab that is hidden for long; never in a frozen one. */
  const ticks = { count: 0 };
  setInterval(() => { ticks.count += 1; }, 100);

  window.page = {
    log,
    ticks,
    at,
    note: (name, detail) => log.push({ ...detail, name, at: at() }),
  };
  const { note } = window.page;

  document.addEventListener('visibilitychange', () => note(document.visibilityState), true);
  for (const name of ['freeze', 'resume']) document.addEventListener(name, () => note(name), true);
  for (const name of ['online', 'offline']) addEventListener(name, () => note(name), true);
  for (const name of ['pagehide', 'pageshow']) addEventListener(name, ({ persisted }) => note(name, { persisted }), true);
}
