// The tab that asks for all of them is gone in the middle of it: another one asks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertHiddenBut, freeze } from './support/profile.mjs';
import { until } from './support/until.mjs';
import { profileWorld } from './support/world.mjs';

const TABS = 5;
const TIMEOUT = 3_000;
const VALIDATE = '/api/validate-session';

const WAYS = {
  closed: (tab) => tab.close(),
  crashed: (tab) => tab.crash(),
  frozen: (tab, front) => freeze([tab], front),
};

for (const [way, end] of Object.entries(WAYS)) {
  test(`the tab that makes the check is ${way} in the middle: another one takes over within a request timeout`, async (t) => {
    const { forwarder, profile } = await profileWorld(t, { forwarded: true });
    await profile.signIn();
    const tabs = await profile.connectMany(TABS, `interval=1s&slow=1s&validate=${TIMEOUT}`);

    // The first check of all tabs from now on gets no answer.
    const asked = tabs.map((tab) => tab.asked(VALIDATE).length);
    let caughtAt = null;
    forwarder.hold(({ path, at }) => {
      if (path !== VALIDATE || caughtAt !== null) return false;
      caughtAt = at;
      return true;
    });
    await until('a check is held', () => forwarder.held.length === 1);
    const asking = () => tabs.filter((tab, index) => tab.asked(VALIDATE).length > asked[index]);
    const [victim] = await until('the tab that asks is known', () => asking().length > 0 && asking());
    const others = tabs.filter((tab) => tab !== victim);
    if (victim === profile.front) await others[0].activate();
    assert.equal(asking().length, 1, 'one tab asks for all');
    await assertHiddenBut(profile.front, others);
    await end(victim, profile.front);

    const next = await until('another check is made', () =>
      forwarder.arrived.find(({ path, at }) => path === VALIDATE && at > caughtAt), { within: 3 * TIMEOUT });
    const took = next.at - caughtAt;
    assert.ok(took <= TIMEOUT * 1.1 + 1_000, `it took ${Math.round(took)} ms`);
    assert.ok(took >= TIMEOUT * 0.9, `nobody asks a backend that is only slow: ${Math.round(took)} ms`);
    const nextAt = performance.timeOrigin + next.at;
    await Promise.all(others.map((tab) => until('the tab hears of it', async () =>
      (await tab.log('checked')).some(({ at }) => at >= nextAt))));

    forwarder.release();
    const survivors = way === 'frozen' ? tabs : others;
    if (way === 'frozen') await victim.setLifecycle('active');
    for (const tab of survivors) {
      await tab.hasStatus('connected');
      assert.deepEqual(await tab.log('disconnected'), []);
      assert.deepEqual(await tab.log('redirect'), []);
      assert.deepEqual(await tab.log('reconnected'), []);
    }
    // And it goes on with one check for all.
    const before = forwarder.arrived.length;
    const since = performance.now();
    await until('five intervals have passed', () => performance.now() - since >= 5_000);
    const checks = forwarder.arrived.slice(before).filter(({ path }) => path === VALIDATE).length;
    assert.ok(checks >= 3 && checks <= 6, `${checks} checks in 5 intervals`);
  });
}
