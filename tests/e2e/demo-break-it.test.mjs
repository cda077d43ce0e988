// The demo's ways to break the backend: each does what it says, to the real server. What is no verdict keeps the session, what is
// one leads to the login page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { supervise } from './support/supervise.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const button = (person, name) => person.page.getByRole('button', { name, exact: true });
const field = (person, name) => person.page.getByRole('spinbutton', { name, exact: true });
const text = (person, selector) => person.page.locator(selector).textContent();
const shows = (person, selector, pattern, limits) => until(`${selector} shows ${pattern}`, async () =>
  pattern.test(await text(person, selector)), limits);
const isPressed = async (person, name) => (await button(person, name).getAttribute('aria-pressed')) === 'true';
const sent = (person, path) => person.asked('POST', path).length;

const NORMAL = /^The backend answers normally\.$/;
const DRAFT = 'Through thick and thin.';

/** Somebody at work on a page that checks often. */
async function atWork(t, { supervised = false, query = 'interval=300&retryBase=100ms&retryCap=300ms', ...options } = {}) {
  const { backend, person } = await world(t, options);
  const pids = supervised ? await supervise(t, backend) : null;
  const alice = await person();
  await alice.connect(`/?${query}`);
  await shows(alice, '#in-force', NORMAL);
  await alice.startWork(DRAFT);
  return { backend, alice, pids };
}

test('what is no verdict: the session is kept, what is in force is shown, and it heals when it is taken back', async (t) => {
  const { alice } = await atWork(t, { query: 'interval=300&retryBase=100ms&retryCap=300ms&slowTimeout=300ms&validateTimeout=600ms' });
  await field(alice, 'Retry-After in seconds').fill('1');
  const faults = [
    ['Answer 503', 'server (HTTP 503)', /answered with 503, Retry-After 1 s, until you take it back/],
    ['Answer 429', 'rate-limited (HTTP 429)', /answered with 429, Retry-After 1 s/],
    ['Answer HTML', 'server (HTTP 200)', /answered with a web page/],
    ['Give no answer', 'timeout', /no API call is answered/],
    ['Cut the network', 'network', /connections are closed without an answer/],
  ];
  await field(alice, 'Seconds to be cut').fill('');
  for (const [name, reason, words] of faults) {
    await button(alice, name).click();
    await until(`degraded by "${name}"`, async () => (await text(alice, '#status')) === 'degraded');
    await shows(alice, '#in-force', words);
    assert.equal(await text(alice, '#reason'), reason, name);
    for (const [other] of faults) assert.equal(await isPressed(alice, other), other === name, `${other}, while it is ${name}`);
    await button(alice, 'Answer normally').click();
    await until(`healed from "${name}"`, async () => (await text(alice, '#status')) === 'connected', { within: 20_000 });
    await shows(alice, '#in-force', NORMAL);
    assert.ok(!await isPressed(alice, name));
  }
  await alice.assertNothingLost(DRAFT);
  assert.equal((await alice.snapshot()).epoch, 1, 'the session was never lost');
});

test('slow answers: late, and answers all the same', async (t) => {
  const { alice } = await atWork(t, { query: 'interval=300&slowTimeout=200ms' });
  await field(alice, 'ms late').fill('700');
  await button(alice, 'Answer slowly').click();
  await shows(alice, '#in-force', /every answer comes 700 ms late, until you take it back/);
  assert.ok(await isPressed(alice, 'Answer slowly'));
  const { elapsedMs, phase } = await until('it is called slow', () => alice.named('slow')[0]);
  assert.equal(phase, 'validate');
  assert.ok(elapsedMs >= 200 && elapsedMs < 700, `${elapsedMs} ms`);
  await until('a late answer came', () => alice.named('checked').some(({ durationMs }) => durationMs >= 700));
  assert.equal(await text(alice, '#status'), 'connected');
  await alice.assertNothingLost(DRAFT);
});

test('a network that is cut for some seconds mends itself, on the page too', async (t) => {
  const { alice } = await atWork(t);
  await field(alice, 'Seconds to be cut').fill('2');
  await button(alice, 'Cut the network').click();
  await shows(alice, '#in-force', /closed without an answer, until \d\d:\d\d:\d\d\.$/);
  await until('there is no answer', async () => (await text(alice, '#reason')) === 'network');
  await until('it is connected again', async () => (await text(alice, '#status')) === 'connected');
  await shows(alice, '#in-force', NORMAL);
  assert.ok(!await isPressed(alice, 'Cut the network'));
  await alice.assertNothingLost(DRAFT);
});

test('stopped for some seconds: the buttons say that they need the backend, and then everything is back', async (t) => {
  const { alice, pids } = await atWork(t, { supervised: true });
  await field(alice, 'Seconds to be stopped').fill('4');
  await button(alice, 'Stop the backend').click();
  await shows(alice, '#in-force', /^The backend is stopped until \d\d:\d\d:\d\d\. These buttons need it\.$/);
  await until('there is no answer', async () => (await text(alice, '#reason')) === 'network');
  for (const name of ['Answer 503', 'Stop the backend', 'Revoke this session', 'Answer normally', 'Restart the backend']) {
    assert.equal(await button(alice, name).getAttribute('aria-disabled'), 'true', name);
  }
  // They can be pressed: then they say why they do nothing.
  await button(alice, 'Answer 503').click({ force: true });
  await shows(alice, '#break-result', /^Nothing was sent\. The backend is stopped/);
  assert.equal(sent(alice, '/demo/fault'), 0);
  assert.equal(pids.length, 1, 'it is still away');

  const { epoch } = await until('the session is reconnected', () => alice.named('reconnected')[0], { within: 20_000 });
  assert.equal(epoch, 2);
  assert.equal(pids.length, 2);
  await shows(alice, '#in-force', NORMAL);
  assert.equal(await button(alice, 'Answer 503').getAttribute('aria-disabled'), null);
  await alice.assertNothingLost(DRAFT);
});

test('restarted from here as from the work: another process, the same session, and what was in force is gone', async (t) => {
  const { alice, pids } = await atWork(t, { supervised: true });
  await button(alice, 'Answer HTML').click();
  await shows(alice, '#in-force', /web page/);
  await button(alice, 'Restart now').click();
  await until('another process is up', () => pids.length === 2);
  await until('the session is reconnected', () => alice.named('reconnected')[0]);
  await shows(alice, '#in-force', NORMAL);
  assert.ok(!await isPressed(alice, 'Answer HTML'));
  assert.match(await text(alice, '#break-result'), /has forgotten every session/);
  await alice.assertNothingLost(DRAFT);
});

test('numbers that make no sense are refused at their field, and nothing is sent', async (t) => {
  const { alice } = await atWork(t);
  const rows = [
    ['Seconds to be stopped', 'Stop the backend', ['', '0', '61', '1.5'], 'Enter a whole number from 1 to 60.'],
    ['Retry-After in seconds', 'Answer 503', ['', '-1', '3601'], 'Enter a whole number from 0 to 3600.'],
    ['Retry-After in seconds', 'Answer 429', ['0.5'], 'Enter a whole number from 0 to 3600.'],
    ['ms late', 'Answer slowly', ['0', '60001'], 'Enter a whole number from 1 to 60000.'],
    ['Seconds to be cut', 'Cut the network', ['0', '3601'], 'Enter a whole number from 1 to 3600, or nothing.'],
    ['Seconds ahead', 'Skew the clock', ['', '86401', '-86401'], 'Enter a whole number from -86400 to 86400.'],
    ['Seconds until then', 'Expire it', ['', '-1', '3601'], 'Enter a whole number from 0 to 3600.'],
  ];
  for (const [name, press, values, message] of rows) {
    const input = field(alice, name);
    const error = alice.page.locator(`#${await input.getAttribute('aria-describedby')}`);
    const usual = await input.inputValue();
    for (const value of values) {
      await input.fill(value);
      await button(alice, press).click();
      assert.equal(await error.textContent(), message, `${name}: ${value}`);
      assert.equal(await input.getAttribute('aria-invalid'), 'true');
      assert.ok(await input.evaluate((element) => element === document.activeElement), 'the field has the focus');
    }
    await input.fill(usual);
    assert.equal(await error.textContent(), '', 'what is right again is no longer complained of');
    assert.equal(await input.getAttribute('aria-invalid'), null);
  }
  // By keyboard too: Enter in a field is its button.
  await field(alice, 'Seconds to be stopped').fill('99');
  await field(alice, 'Seconds to be stopped').press('Enter');
  await shows(alice, '#stop-error', /from 1 to 60/);
  const sentAway = alice.requests.filter((request) => /^\/demo\/(?!before|state)/.test(new URL(request.url()).pathname));
  assert.deepEqual(sentAway.map((request) => request.url()), []);
  await alice.assertNothingLost(DRAFT);
});

test('what is in force is asked of the backend: other tabs and a reload show the same', async (t) => {
  const { alice } = await atWork(t);
  await field(alice, 'Seconds ahead').fill('-120');
  await button(alice, 'Skew the clock').click();
  await button(alice, 'Answer HTML').click();
  const words = /web page, until you take it back; the server’s clock is 2 min behind\.$/;
  await shows(alice, '#in-force', words);

  const other = await alice.open();
  await other.goto(`${alice.origin}/?interval=300`);
  const inOther = { page: other };
  await shows(inOther, '#in-force', words);
  assert.ok(await isPressed(inOther, 'Answer HTML') && await isPressed(inOther, 'Skew the clock'));
  await button(inOther, 'Answer normally').click();
  await shows(inOther, '#in-force', NORMAL);
  assert.ok(!await isPressed(inOther, 'Answer HTML') && !await isPressed(inOther, 'Skew the clock'));

  // Nothing that the session would notice: the tab asks when the person comes back to it.
  await shows(alice, '#in-force', NORMAL);
  await field(inOther, 'Seconds ahead').fill('60');
  await button(inOther, 'Skew the clock').click();
  await shows(inOther, '#in-force', /clock is 1 min ahead/);
  assert.match(await text(alice, '#in-force'), NORMAL);
  await alice.page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await shows(alice, '#in-force', /clock is 1 min ahead/);

  await alice.page.reload();
  await shows(alice, '#in-force', /clock is 1 min ahead/);
  assert.ok(await isPressed(alice, 'Skew the clock'));
});

test('a skewed clock keeps the session, unless it jumps past one of its limits', async (t) => {
  const { alice } = await atWork(t, { policy: ['idle=30m', 'touch_every=1m'] });
  for (const ahead of ['600', '-600']) {
    await field(alice, 'Seconds ahead').fill(ahead);
    await button(alice, 'Skew the clock').click();
    await shows(alice, '#in-force', ahead === '600' ? /clock is 10 min ahead/ : /clock is 10 min behind/);
    const checks = alice.named('checked').length;
    await until('two more checks', () => alice.named('checked').length >= checks + 2);
    assert.equal(await text(alice, '#status'), 'connected');
  }
  await alice.assertNothingLost(DRAFT);
  await field(alice, 'Seconds ahead').fill('7200');
  await button(alice, 'Skew the clock').click();
  await alice.page.waitForURL('**/connect?returnTo=**');
  assert.deepEqual(alice.named('disconnected').map(({ reason }) => reason), ['session-timeout']);
});

test('what is a verdict: the login page, for the right reason', async (t) => {
  const rows = [
    ['session-revoked', async (alice) => {
      await button(alice, 'Revoke this session').click();
    }],
    ['session-expired', async (alice) => {
      await alice.page.getByLabel('Limit', { exact: true }).selectOption('absolute');
      await field(alice, 'Seconds until then').fill('1');
      await button(alice, 'Expire it').click();
    }],
    ['session-timeout', async (alice) => {
      await alice.page.getByLabel('Limit', { exact: true }).selectOption('idle');
      await field(alice, 'Seconds until then').fill('0');
      await button(alice, 'Expire it').click();
    }],
  ];
  for (const [reason, act] of rows) {
    await t.test(reason, async (t) => {
      const { alice } = await atWork(t, { policy: ['idle=30m', 'touch_every=1m'] });
      await act(alice);
      await alice.page.waitForURL('**/connect?returnTo=**');
      assert.deepEqual(alice.named('disconnected').map((event) => event.reason), [reason]);
    });
  }
});

test('a dropped credential: the session lives until the restart, and is lost then', async (t) => {
  const { alice } = await atWork(t, { supervised: true });
  await button(alice, 'Drop the credential').click();
  await shows(alice, '#break-result', /credential is gone/);
  const checks = alice.named('checked').length;
  await until('the session lives on', () => alice.named('checked').length >= checks + 2);
  await alice.assertNothingLost(DRAFT);
  await button(alice, 'Restart now').click();
  await alice.page.waitForURL('**/connect?returnTo=**');
  assert.deepEqual(alice.named('disconnected').map(({ reason }) => reason), ['session-lost']);
});

test('refused reconnects: the backend restarts, and whoever it has forgotten must sign in', async (t) => {
  // No check may come between the restart and the fault.
  const { alice, pids } = await atWork(t, { supervised: true, query: 'interval=1h' });
  await button(alice, 'Refuse reconnects').click();
  await shows(alice, '#break-result', /refuses to re-establish it/);
  assert.equal(pids.length, 2);
  await shows(alice, '#in-force', /whoever has to be reconnected is refused, until you take it back/);
  assert.ok(await isPressed(alice, 'Refuse reconnects'));
  assert.equal(await text(alice, '#status'), 'connected', 'nobody has asked yet');
  await button(alice, 'Check now').click();
  await alice.page.waitForURL('**/connect?returnTo=**');
  assert.deepEqual(alice.named('disconnected').map(({ reason }) => reason), ['credential-rejected']);
  // Signing in is no reconnect.
  await button(alice, 'Connect').click();
  await alice.page.waitForURL(`${alice.origin}/?interval=1h`);
  await shows(alice, '#in-force', /is refused/);
});
