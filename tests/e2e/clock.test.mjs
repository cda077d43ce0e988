// A clock that is wrong, and one that is put right: lengths of time are what counts, so the first changes nothing and the
// second costs one check.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from './support/until.mjs';
import { profileWorld } from './support/world.mjs';

const DAY = 86_400_000;
const VALIDATE = '/api/validate-session';
/** The engine's own: after an answer, nothing is caught up with for this long. */
const CATCH_UP_EVERY = 5_000;

/** A page with a clock of its own, before any of its scripts has read it. `window.setClock` puts it otherwise. */
function ownClock() {
  const { now } = Date;
  const Real = Date;
  let wrongBy = 0;
  window.setClock = (by) => { wrongBy = by; };
  window.Date = class extends Real {
    constructor(...given) {
      super(...(given.length > 0 ? given : [now() + wrongBy]));
    }

    static now() {
      return now() + wrongBy;
    }
  };
}

/** @param {number} by milliseconds */
const clockWrongBy = (by) => `() => { (${ownClock})(); window.setClock(${by}); }`;

/** Sessions of one person that do not know of each other, all in front, each with a clock of its own. */
async function windowsWithClocks(profile, clocks, query) {
  const windows = {};
  for (const [name, wrongBy] of Object.entries(clocks)) {
    const tab = await profile.connect(`name=${name}&${query}`, { window: true, before: clockWrongBy(wrongBy) });
    const read = await tab.evaluate(() => ({
      visibility: document.visibilityState,
      wrongBy: [Date.now() - window.page.at(), new Date().getTime() - window.page.at()],
    }));
    assert.equal(read.visibility, 'visible');
    for (const by of read.wrongBy) assert.ok(Math.abs(by - wrongBy) < 1_000, `the clock of ${name} is wrong by ${by} ms`);
    windows[name] = tab;
  }
  return windows;
}

// Each of them waits most of its time.
describe('clock', { concurrency: true }, () => {
  test('a day wrong changes nothing: the same checks, and no waking up', async (t) => {
    const INTERVAL = 500;
    const ROUNDS = 8;
    const { profile } = await profileWorld(t);
    await profile.signIn();
    const windows = await windowsWithClocks(profile, { right: 0, ahead: DAY, behind: -DAY }, `interval=${INTERVAL}`);
    const asked = () => Object.values(windows).map((tab) => tab.asked(VALIDATE).length);

    const before = asked();
    await until(`the right clock has seen ${ROUNDS} checks`, () => asked()[0] >= before[0] + ROUNDS);
    const checks = asked().map((count, index) => count - before[index]);
    for (const count of checks) assert.ok(Math.abs(count - ROUNDS) <= 2, `checks of right, ahead and behind: ${checks}`);
    for (const [name, tab] of Object.entries(windows)) {
      assert.deepEqual(await tab.log('wake'), [], `${name} has not slept`);
      assert.equal((await tab.snapshot()).status, 'connected');
    }
  });

  test('a day wrong changes nothing: the same warning and the same end', async (t) => {
    const LIMIT = 9;
    const WARNING = 3;
    const { profile } = await profileWorld(t, { policy: ['idle=none', `absolute=${LIMIT}s`, `warn_before=${WARNING}s`] });
    const before = Date.now();
    await profile.signIn();
    const after = Date.now();
    const windows = await windowsWithClocks(profile, { right: 0, ahead: DAY, behind: -DAY }, 'interval=1h');

    for (const [name, tab] of Object.entries(windows)) {
      await tab.hasStatus('disconnected', 'session-expired', { within: LIMIT * 1_000 + 5_000 });
      const [connected] = await tab.log('connected');
      const limit = connected.at + connected.expiresInMs;
      // The server tells whole seconds, rounded down; the answer has taken its time.
      const earliest = before + (LIMIT - 1) * 1_000;
      const latest = after + LIMIT * 1_000 + 1_000;
      assert.ok(limit > earliest && limit < latest, `${name}: the limit is ${limit - after} ms after the sign-in`);
      const countdown = await tab.log('expiring');
      assert.deepEqual(countdown.slice(0, 4).map(({ secondsLeft }) => secondsLeft), [3, 2, 1, 0], name);
      for (const { at, secondsLeft } of countdown.slice(0, 4)) {
        const late = at - (limit - secondsLeft * 1_000);
        assert.ok(late > -50 && late < 900, `${name}: ${secondsLeft} s left were told ${late} ms late`);
      }
      assert.deepEqual(await tab.log('wake'), [], `${name} has not slept`);
    }
  });

  test('a jump costs one check, forwards and backwards', async (t) => {
    const { profile } = await profileWorld(t);
    await profile.signIn();
    const { forwards, backwards } = await windowsWithClocks(profile, { forwards: 0, backwards: 0 }, 'interval=1h');
    const sinceAnswer = (tab) => tab.evaluate(() => window.page.at() - window.page.log.findLast(({ name }) => name === 'checked').at);
    await until('the answers are old enough', async () =>
      Math.min(await sinceAnswer(forwards), await sinceAnswer(backwards)) > CATCH_UP_EVERY);

    const jump = async (tab, by, wakes) => {
      const asked = tab.asked(VALIDATE).length;
      await tab.evaluate((by) => window.setClock(by), by);
      // A sign of the person makes the module look at the clocks; another one, that it has seen the jump already.
      for (const press of [1, 2]) {
        await tab.press('a');
        await until(`the check after key ${press} is answered`, async () => (await sinceAnswer(tab)) < CATCH_UP_EVERY);
        const seen = await tab.evaluate(() => window.page.at());
        await until('the next sign counts as one', async () => (await tab.evaluate(() => window.page.at())) > seen + 1_000);
      }
      const woken = await tab.log('wake');
      assert.equal(woken.length, wakes);
      for (const { sleptMs } of woken) assert.ok(Math.abs(sleptMs - DAY) < 1_000);
      assert.equal((await tab.snapshot()).status, 'connected');
      assert.equal(tab.asked(VALIDATE).length, asked + 1, `a jump by ${by} ms costs one check`);
    };
    await Promise.all([jump(forwards, DAY, 1), jump(backwards, -DAY, 0)]);
  });
});
