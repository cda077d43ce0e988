// The timeline of the demo: that what it shows is what happened, and that it can be moved about in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const QUICK = '/?interval=500&retryBase=100ms&retryCap=300ms';

/** Two readings of one time differ by the rounding of two clocks. */
const CLOCKS = 50;

/** No check comes by itself. */
const QUIET = '/?interval=5m';

const button = (person, name) => person.page.getByRole('button', { name, exact: true });
const items = (person, lane) => person.page.evaluate((lane) => window.timeline.items(lane), lane);
const view = (person) => person.page.evaluate(() => window.timeline.view);
const path = (person, kind) => person.page.locator(`#timeline-svg path.${kind}`).first().getAttribute('d');

/** The rows of the table behind the picture, `lane what`. */
async function told(person) {
  const rows = await person.page.locator('#timeline-rows tr').all();
  return Promise.all(rows.map(async (row) => (await row.locator('td').allTextContents()).slice(1, 3).join(' ')));
}
const openTable = (person) => person.page.getByText('The same as a table').click();
const tells = (person, words) => until(`the table tells "${words}"`, async () => (await told(person)).some((row) => row.startsWith(words)));

test('a restart by the button of the page: the mark, the reconnect with its epoch and downtime, all in order', async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  await alice.connect(QUICK);
  await button(alice, 'Restart the backend').click();
  await until('the backend has ended', () => backend.process.child.exitCode !== null || backend.process.child.signalCode !== null);
  await backend.start();
  const { downtimeMs } = await until('the session is re-established', () => alice.named('reconnected')[0]);

  const restart = await until('the restart is known by the new process', async () => (await items(alice, 'backend')).find(({ startedAt }) => startedAt !== null));
  assert.ok(restart.asked);
  assert.ok(restart.end > restart.start, 'as long as the backend was away');
  const [reconnect, ...others] = await items(alice, 'reconnects');
  assert.deepEqual([reconnect.kind, reconnect.epoch, reconnect.downtimeMs, others.length], ['reconnected', 2, downtimeMs, 0]);
  assert.ok(Math.abs(reconnect.end - reconnect.start - downtimeMs) <= 1);
  assert.ok(reconnect.end >= restart.end, 'it was up before it answered');

  await openTable(alice);
  await tells(alice, 'Restarts restart asked for by this page, up again');
  await tells(alice, 'Reconnects session re-established, epoch 2');
  await until('both are drawn', async () => (await path(alice, 'restart')) && (await path(alice, 'reconnect-reconnected')));
});

test('a restart by somebody else is told by the backend itself', async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  await alice.connect(QUICK);
  const before = Date.now();
  await backend.restart();
  const restart = await until('it is known', async () => (await items(alice, 'backend'))[0]);
  assert.equal(restart.asked, false);
  assert.ok(restart.start >= before && restart.start <= Date.now());
  await openTable(alice);
  await tells(alice, 'Restarts restarted, not by this page');
});

test('503: each check that failed, each wait between them with its number, and the end of it', async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  await alice.connect(QUICK);
  const failures = async () => (await items(alice, 'checks')).filter(({ kind }) => kind === 'failed');
  await backend.fault({ kind: '503', retryAfter: 0 });
  await until('three have failed', async () => (await failures()).length >= 3);
  await backend.fault(null);
  await until('it has healed', async () => (await items(alice, 'checks')).some(({ kind, attempt }) => kind === 'answered' && attempt > 3));
  const failed = await failures();
  assert.deepEqual(failed.map(({ attempt, reason, httpStatus }) => [attempt, reason, httpStatus]), failed.map((_, place) => [place + 1, 'server', 503]));
  const waits = await items(alice, 'retries');
  assert.deepEqual(waits.map(({ attempt }) => attempt), failed.map((_, place) => place + 2));
  waits.forEach((wait, place) => {
    assert.equal(wait.start, failed[place].end, 'a wait begins with the failure');
    assert.ok(wait.end >= wait.due - CLOCKS, `not tried before ${wait.due}, but at ${wait.end}`);
  });
  const degraded = (await items(alice, 'status')).find(({ kind }) => kind === 'degraded');
  assert.ok(degraded.start <= waits[0].start && degraded.end >= waits.at(-1).end);
  assert.deepEqual(await items(alice, 'reconnects'), []);

  await openTable(alice);
  await tells(alice, 'Checks failed, try 3: the backend failed (HTTP 503)');
  await tells(alice, 'Waits wait before try 4: the backend failed');
});

test('a slow answer: the check is as long as it took, and the mark says when it was called slow', async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  await alice.connect(`${QUICK}&slowTimeout=300ms`);
  await backend.fault({ kind: 'delay', delayMs: 2000 });
  const slow = await until('it is slow', async () => (await items(alice, 'moments')).find(({ kind }) => kind === 'slow'));
  assert.ok((await items(alice, 'checks')).at(-1).end === null, 'still under way');
  await backend.fault(null);
  const check = await until('it is answered', async () => (await items(alice, 'checks')).find(({ kind, durationMs }) => kind === 'answered' && durationMs >= 2000));
  assert.ok(Math.abs(check.end - check.start - check.durationMs) < 300, `${check.end - check.start} drawn, ${check.durationMs} told`);
  // An event is heard a little after what it tells of, on a busy machine more so.
  assert.ok(slow.start > check.start + 200 && slow.start < check.end, `${slow.start - check.start} ms after the beginning`);
});

test('offline: the span of the network and that of the status', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  await alice.connect(QUICK);
  await alice.context.setOffline(true);
  await until('it goes on', async () => (await items(alice, 'network')).some(({ end }) => end === null));
  await openTable(alice);
  await tells(alice, 'Network the browser is offline');
  assert.equal(await alice.page.evaluate(() => window.timeline.next), null, 'no check is planned');
  await alice.context.setOffline(false);
  const network = await until('it is over', async () => (await items(alice, 'network')).find(({ end }) => end !== null));
  await until('all is well again', async () => (await items(alice, 'status')).at(-1).kind === 'connected');
  const status = (await items(alice, 'status')).find(({ kind }) => kind === 'offline');
  assert.ok(Math.abs(status.start - network.start) < 300 && status.end >= network.end - 300);
});

test('Check now: one more check, and the next planned one moves', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  await alice.connect(QUIET);
  const before = { checks: (await items(alice, 'checks')).length, next: await alice.page.evaluate(() => window.timeline.next) };
  assert.ok(before.next > Date.now());
  await button(alice, 'Check now').click();
  await until('it is there', async () => (await items(alice, 'checks')).length === before.checks + 1);
  const [check] = (await items(alice, 'checks')).slice(-1);
  assert.deepEqual([check.kind, check.shared], ['answered', false]);
  const next = await alice.page.evaluate(() => window.timeline.next);
  assert.notEqual(next, before.next);
  assert.equal(next, (await alice.snapshot()).nextCheckAt);
});

test('the checks that another tab makes are told apart', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  await alice.connect(QUICK);
  const second = await alice.open();
  await second.goto(alice.origin + QUICK);
  const counted = () => Promise.all([alice.page, second].map((page) => page.evaluate(() => window.timeline.items('checks').filter(({ shared }) => shared).length)));
  await until('one hears of the checks of the other', async () => (await counted()).some((shared) => shared >= 2));
});

test('the limits: falling from what the backend said, and the warning before the end', async (t) => {
  const { person } = await world(t, { policy: ['idle=8s', 'warn_before=5s', 'touch_every=1s'] });
  const alice = await person();
  await alice.connect(QUIET);
  const limit = (await items(alice, 'limit')).at(-1);
  assert.ok(limit.runsOut - limit.start <= 8000 && limit.runsOut - limit.start > 5000, 'the idle limit, the nearest');
  await until('it warns', async () => (await items(alice, 'moments')).some(({ kind, end }) => kind === 'expiring' && end === null));
  await alice.page.evaluate(() => window.session.extend());
  await until('the warning is over', async () => (await items(alice, 'moments')).some(({ kind, end }) => kind === 'expiring' && end !== null));
  assert.ok((await items(alice, 'limit')).at(-1).runsOut > limit.runsOut);
});

test('buttons and keys zoom and move; live is left and found again', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  await alice.connect(QUIET);
  const { page } = alice;
  const pressed = () => button(alice, 'Follow live').getAttribute('aria-pressed');
  assert.deepEqual([(await view(alice)).span, (await view(alice)).live, await pressed()], [60_000, true, 'true']);
  await button(alice, 'Zoom in').click();
  assert.equal((await view(alice)).span, 30_000);
  await button(alice, 'Zoom out').click();
  await button(alice, 'Zoom out').click();
  assert.equal((await view(alice)).span, 120_000);
  assert.match(await page.locator('#timeline-range').textContent(), /^2 min$/);

  await page.locator('#timeline-picture').focus();
  await page.keyboard.press('ArrowLeft');
  const held = await view(alice);
  assert.deepEqual([held.live, await pressed()], [false, 'false']);
  assert.match(await page.locator('#timeline-range').textContent(), /held/);
  await page.keyboard.press('ArrowLeft');
  assert.equal((await view(alice)).to, held.to - 24_000);
  await page.keyboard.press('+');
  assert.equal((await view(alice)).span, 60_000);
  for (let press = 0; press < 9; press += 1) await page.keyboard.press('+');
  assert.equal((await view(alice)).span, 10_000);
  assert.ok(await button(alice, 'Zoom in').isDisabled());
  await page.keyboard.press('End');
  assert.deepEqual([(await view(alice)).live, await pressed()], [true, 'true']);
  for (let press = 0; press < 9; press += 1) await page.keyboard.press('-');
  assert.equal((await view(alice)).span, 3_600_000);
  assert.ok(await button(alice, 'Zoom out').isDisabled());

  await button(alice, 'Follow live').click();
  const { to } = await view(alice);
  await page.evaluate(() => new Promise(requestAnimationFrame));
  assert.equal((await view(alice)).to, to, 'it stands still');
  await button(alice, 'Follow live').click();
  assert.ok((await view(alice)).live);
});

test('the wheel with Ctrl zooms where the pointer is, without it the page scrolls; a drag moves', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  await alice.connect(QUIET);
  const { page } = alice;
  const picture = page.locator('#timeline-picture');
  await picture.scrollIntoViewIfNeeded();
  await until('it is drawn', () => path(alice, 'status-connected'));
  const box = await picture.boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + 100];
  await page.mouse.move(x, y);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -200);
  await until('it is closer', async () => (await view(alice)).span < 60_000);
  await page.keyboard.up('Control');
  const { span, live } = await view(alice);
  assert.equal(live, false);
  await page.mouse.wheel(0, -50);
  await until('the page has scrolled', async () => (await picture.boundingBox()).y > box.y);
  assert.equal((await view(alice)).span, span);

  await page.keyboard.press('Escape');
  await picture.scrollIntoViewIfNeeded();
  const again = await picture.boundingBox();
  const before = await view(alice);
  await page.mouse.move(again.x + 300, again.y + 100);
  await page.mouse.down();
  await page.mouse.move(again.x + 400, again.y + 100);
  await page.mouse.up();
  const moved = before.to - (await view(alice)).to;
  assert.ok(moved > span * 0.07 && moved < span * 0.13, `100 px of about 1000 are a tenth of ${span}, not ${moved}`);
});

test('two fingers zoom, one moves', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  await alice.connect(QUIET);
  const picture = alice.page.locator('#timeline-picture');
  await picture.scrollIntoViewIfNeeded();
  await until('it is drawn', () => path(alice, 'status-connected'));
  const box = await picture.boundingBox();
  const devtools = await alice.context.newCDPSession(alice.page);
  const touch = (type, ...xs) => devtools.send('Input.dispatchTouchEvent', { type, touchPoints: xs.map((x, id) => ({ x: box.x + x, y: box.y + 60, id })) });
  await touch('touchStart', 300, 400);
  await touch('touchMove', 250, 400);
  await touch('touchMove', 200, 400);
  await touch('touchEnd');
  const { span, to } = await view(alice);
  assert.ok(Math.abs(span - 30_000) < 500, `twice as far apart is half the span, not ${span}`);
  await touch('touchStart', 300);
  await touch('touchMove', 320);
  await touch('touchMove', 400);
  await touch('touchEnd');
  await until('it has moved to the past', async () => (await view(alice)).to < to);
});

test('what is pointed at is told, and sent away by Escape', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  await alice.connect(QUIET);
  const { page } = alice;
  await page.locator('#timeline-picture').scrollIntoViewIfNeeded();
  await until('it is drawn', () => path(alice, 'status-connected'));
  const band = await page.locator('#timeline-svg path.status-connected').boundingBox();
  await page.mouse.move(band.x + band.width / 2, band.y + band.height / 2);
  const tip = page.locator('#timeline-tip');
  await until('the tip is there', () => tip.isVisible());
  assert.match(await tip.textContent(), /^connectedStatus · \d\d:\d\d:\d\d\.\d{3} · .+ so far$/);
  await page.keyboard.press('Escape');
  assert.equal(await tip.isVisible(), false);
});

test('for those who cannot see it: a name, a description that is kept current, and no live region', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  await alice.connect(QUICK);
  const { page } = alice;
  const image = page.getByRole('img', { name: 'What happened to the session' });
  await image.scrollIntoViewIfNeeded();
  const description = () => page.locator('#timeline-description').textContent();
  const first = await until('it is described', async () => {
    const text = await description();
    return /The session is connected\. \d+ checks?.*The next check is in/.test(text) && text;
  });
  await until('it is kept current', async () => (await description()) !== first);
  assert.equal(await image.evaluate((svg) => svg.closest('[aria-live], [role="status"], [role="log"]')), null);

  await openTable(alice);
  const rows = page.getByRole('table').getByRole('row');
  assert.deepEqual(await rows.first().getByRole('columnheader').allTextContents(), ['Time', 'Lane', 'What', 'Duration']);
  await tells(alice, 'Checks planned');
  // A row that somebody reads stays the same element while others come before it.
  await page.evaluate(() => { window.kept = document.querySelector('#timeline-rows tr:last-child'); });
  const count = await rows.count();
  await until('more rows', async () => (await rows.count()) > count + 2);
  assert.ok(await page.evaluate(() => window.kept === document.querySelector('#timeline-rows tr:last-child')));
});

test('it does not grow with what it shows, and rests while nobody sees it', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  await alice.connect('/?interval=50');
  const { page } = alice;
  const elements = () => page.locator('#timeline-svg *').count();
  await page.locator('#timeline-picture').scrollIntoViewIfNeeded();
  await until('checks are drawn', () => path(alice, 'check-answered'));
  const before = await elements();
  const checks = (await items(alice, 'checks')).length;
  await until('forty checks more', async () => (await items(alice, 'checks')).length > checks + 40, { within: 20_000 });
  assert.ok((await elements()) < before + 10, `${before} elements became ${await elements()}`);
  assert.deepEqual(alice.console, []);

  await page.evaluate(() => { document.querySelector('main').style.setProperty('padding-bottom', '3000px'); scrollTo(0, document.body.scrollHeight); });
  const drawn = () => path(alice, 'ticks');
  let shown;
  await until('it has come to rest', async () => {
    const earlier = shown;
    const seen = (await items(alice, 'checks')).length;
    shown = await drawn();
    await until('a check more', async () => (await items(alice, 'checks')).length > seen + 5);
    return earlier === shown;
  });
  await page.locator('#timeline-picture').scrollIntoViewIfNeeded();
  await until('it goes on', async () => (await drawn()) !== shown);
});

test('with reduced motion it moves once a second, without it more often', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  await alice.connect(QUIET);
  const { page } = alice;
  await page.locator('#timeline-picture').scrollIntoViewIfNeeded();
  const pace = () => page.evaluate(() => new Promise((resolve) => {
    const times = [];
    const observer = new MutationObserver(() => {
      times.push(performance.now());
      if (times.length < 5) return;
      observer.disconnect();
      // What happens besides may draw once more; the middle one of four is the pace.
      const gaps = times.slice(1).map((time, place) => time - times[place]).sort((a, b) => a - b);
      resolve(gaps[2]);
    });
    observer.observe(document.querySelector('#timeline-svg path.ticks'), { attributes: true, attributeFilter: ['d'] });
  }));
  assert.ok((await pace()) < 900);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  assert.ok((await pace()) > 900);
});

test('at phone width nothing scrolls sideways, with the table open too', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  await alice.page.setViewportSize({ width: 390, height: 844 });
  await alice.connect(QUICK);
  await openTable(alice);
  await tells(alice, 'Checks answered');
  const sideways = () => alice.page.evaluate(() => [document.documentElement, document.querySelector('.timeline-scroll')].map((each) => each.scrollWidth - each.clientWidth));
  assert.deepEqual(await sideways(), [0, 0]);
  assert.equal((await view(alice)).span, 30_000, 'fewer things, so that they are legible');
});
