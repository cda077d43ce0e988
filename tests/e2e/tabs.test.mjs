// Twenty tabs, one person: the backend sees one of them, whether somebody looks at it or not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metric } from './support/backend.mjs';
import { assertHiddenBut } from './support/profile.mjs';
import { until } from './support/until.mjs';
import { profileWorld } from './support/world.mjs';

const TABS = 20;
const INTERVAL = 2_000;
const VALIDATE = '/api/validate-session';
const ROUTE = { method: 'POST', route: VALIDATE };

test(`${TABS} tabs make one check for each interval`, async (t) => {
  const { backend, forwarder, profile } = await profileWorld(t, { forwarded: true });
  await profile.signIn();
  const tabs = await profile.connectMany(TABS, `interval=${INTERVAL}`);
  const [front] = tabs;

  /** Lets time pass, and gives what the server and the tabs have seen of it. */
  const watch = async (intervals) => {
    const count = async () => metric(await backend.metrics(), 'session_keepalive_http_requests_total', ROUTE);
    const start = performance.now();
    const since = Date.now();
    const before = await count();
    await until(`${intervals} intervals have passed`, () => performance.now() - start >= intervals * INTERVAL, { within: 60_000 });
    const checks = (await count()) - before;
    const times = forwarder.arrived.filter(({ path, at }) => path === VALIDATE && at >= start).map(({ at }) => at);
    const heard = await Promise.all(tabs.map(async (tab) => (await tab.log('checked')).filter(({ at }) => at >= since)));
    return { checks, times, heard };
  };
  /** Every tab knows of every check, and the one that made it does not think that somebody else has. */
  const assertShared = ({ checks, heard }) => {
    for (const events of heard) {
      assert.ok(Math.abs(events.length - checks) <= 1, `a tab has heard of ${events.length} of ${checks} checks`);
    }
    const made = heard.flat().filter(({ shared }) => !shared).length;
    assert.ok(Math.abs(made - checks) <= 1, `the tabs say that they made ${made} of ${checks} checks`);
  };

  await t.test('one in front, the others hidden: ten checks in ten intervals', async () => {
    await assertHiddenBut(front, tabs);
    const seen = await watch(10);
    assert.ok(Math.abs(seen.checks - 10) <= 1, `the server has seen ${seen.checks} checks`);
    assertShared(seen);
    await assertHiddenBut(front, tabs);
  });

  await t.test('all hidden and slowed down by the browser: still one for each interval, a little late', async () => {
    const other = await profile.open('/e2e/elsewhere.html');
    await other.activate();
    await assertHiddenBut(other, tabs);
    const ticks = () => Promise.all(tabs.slice(1).map((tab) => tab.evaluate(() => window.page.ticks.count)));
    const before = await ticks();
    const seen = await watch(5);
    const ticked = (await ticks()).map((count, index) => count - before[index]);
    const seconds = (5 * INTERVAL) / 1_000;
    assert.ok(Math.max(...ticked) <= seconds + 2, `the tabs are not slowed down: ${ticked} ticks in ${seconds} s`);
    // A timer of such a tab fires once a second, so up to a second late.
    assert.ok(seen.checks >= 3 && seen.checks <= 6, `the server has seen ${seen.checks} checks in 5 intervals`);
    const between = seen.times.slice(1).map((at, index) => at - seen.times[index]);
    assert.ok(between.every((pause) => pause > INTERVAL * 0.75), `the checks came after ${between} ms`);
    assertShared(seen);
  });

  for (const tab of tabs) {
    assert.equal((await tab.snapshot()).status, 'connected');
    for (const name of ['degraded', 'reconnecting', 'reconnected', 'disconnected', 'redirect', 'wake']) {
      assert.deepEqual(await tab.log(name), [], `${name} in a tab where nothing has happened`);
    }
  }
});
