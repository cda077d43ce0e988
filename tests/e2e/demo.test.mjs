// The demo itself: what its pages show, and that every control does what it says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { supervise } from './support/supervise.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const button = (person, name) => person.page.getByRole('button', { name, exact: true });
const text = (person, selector) => person.page.locator(selector).textContent();

test('the connect form: prefilled, errors next to the field, and only paths of this site are followed', async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  // Nobody is signed in: the page leads to the form, and the form back to the page.
  await alice.page.goto(`${backend.origin}/?interval=2s`);
  await alice.page.waitForURL('**/connect?returnTo=**');
  const field = alice.page.getByLabel('Connection string');
  assert.equal(await field.inputValue(), 'sqlite:sample.db');
  assert.ok(await alice.page.getByLabel('Remember me').isChecked());

  await field.fill('postgres://alice:not-this-one@db.invalid:5432/app');
  await field.press('Enter');
  const message = await until('the refusal is shown', () => text(alice, '#connection-error'));
  assert.match(message, /db\.invalid/);
  assert.ok(!message.includes('not-this-one'), message);
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  assert.match(await field.getAttribute('aria-describedby'), /connection-error/);

  await field.fill('sqlite:sample.db');
  assert.equal(await text(alice, '#connection-error'), '');
  await field.press('Enter');
  await alice.page.waitForURL(`${backend.origin}/?interval=2s`);

  for (const elsewhere of ['//evil.invalid/', 'https://evil.invalid/', '/\\evil.invalid']) {
    await alice.page.goto(`${backend.origin}/connect?returnTo=${encodeURIComponent(elsewhere)}`);
    await button(alice, 'Connect').click();
    await alice.page.waitForURL(`${backend.origin}/`);
  }
});

test('without "remember" there is no ticket, and a restart is the end of the session', async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  await alice.page.goto(`${backend.origin}/connect?returnTo=${encodeURIComponent('/?interval=500')}`);
  await alice.page.getByLabel('Remember me').uncheck();
  await button(alice, 'Connect').click();
  await alice.page.waitForURL(`${backend.origin}/?interval=500`);
  const names = (await alice.cookies()).map(({ name }) => name);
  assert.deepEqual(names.map((name) => name.replace(/-\d+$/, '')), ['session']);
  await backend.restart();
  await alice.page.waitForURL('**/connect?returnTo=**');
});

test('the main page: tables, status, options, events, and no complaint of the browser', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  await alice.connect('/?interval=500&retryBase=100ms');
  await until('the tables are shown', async () => (await alice.page.locator('#tables li').count()) > 0);
  assert.equal(await text(alice, '#options'), 'interval 500, retryBase 100ms');
  assert.equal(await text(alice, '#status'), 'connected');
  assert.equal(await text(alice, '#epoch'), '1');
  assert.match(await text(alice, '#last-ok'), /ago$/);
  assert.match(await text(alice, '#next-check'), /^in /);
  assert.match(await text(alice, '#expires'), /\d (h|d)/);
  await until('checks are logged', async () => (await alice.page.locator('#log [data-event="checked"]').count()) >= 2);
  assert.match(await text(alice, '#log li:last-child time'), /^\d\d:\d\d:\d\d\.\d{3}$/);

  const checks = alice.named('checked').length;
  await button(alice, 'Check now').click();
  await until('it was checked', () => alice.named('checked').length > checks);
  assert.deepEqual(alice.console, [], 'nothing in the console, no violation of the content security policy');

  await alice.page.goto(`${alice.origin}/?interval=soon`);
  assert.match(await text(alice, '#banner'), /interval/);
});

test('the tables are read again when asked, and stay while they cannot be', async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  await alice.connect('/?interval=5m');
  const readAt = () => until('the tables were read', async () => /^SQLite .*, read at (.*)$/.exec(await text(alice, '#database'))?.[1]);
  const first = await readAt();
  await button(alice, 'Read again').click();
  await until('they were read anew', async () => (await readAt()) !== first);
  const tables = await alice.page.locator('#tables li').allTextContents();

  await backend.fault({ kind: '503', retryAfter: 7 });
  await button(alice, 'Read again').click();
  await until('the refusal is told', async () => /7 s/.test(await text(alice, '#database')));
  assert.deepEqual(await alice.page.locator('#tables li').allTextContents(), tables);
  await backend.fault(null);
  await button(alice, 'Read again').click();
  await readAt();
});

test('the events: a change is shown when asked for, and all can be cleared', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  await alice.connect('/?interval=5m');
  const change = alice.page.locator('#log [data-event="change"]').first();
  await change.waitFor({ state: 'attached' });
  assert.equal(await change.isVisible(), false);
  await alice.page.getByLabel('show change').check();
  assert.equal(await change.isVisible(), true);
  await alice.page.getByLabel('show change').uncheck();
  assert.equal(await change.isVisible(), false);
  await button(alice, 'Clear').click();
  assert.equal(await alice.page.locator('#log li').count(), 0);
  await button(alice, 'Check now').click();
  await alice.page.locator('#log [data-event="checked"]').waitFor();
});

test('the links lead to the same page with other options, and past its head', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  await alice.connect('/');
  const links = await alice.page.locator('footer a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  assert.ok(links.length >= 4, String(links));
  for (const link of links) {
    await alice.page.locator(`footer a[href="${link}"]`).click();
    await alice.page.waitForURL(alice.origin + link);
    const shown = [...new URL(link, alice.origin).searchParams].map(([name, value]) => `${name} ${value}`).join(', ');
    const options = await until('the options are shown', () => text(alice, '#options'));
    assert.equal(options.startsWith(shown), true, `${link}: ${options}`);
    // Without Wasm nothing is connected, and the page says so.
    await until('the page has begun', async () => (await text(alice, '#status')) === (link === '/no-wasm/' ? 'degraded' : 'connected'));
    await alice.page.goto(`${alice.origin}/`);
  }
  await alice.page.keyboard.press('Tab');
  await alice.page.keyboard.press('Enter');
  assert.equal(await alice.page.evaluate(() => document.activeElement.id), 'work');
});

test('the page works by keyboard: every control has a name and can be reached', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  await alice.connect('/?interval=5m');
  await until('the sessions are listed', async () => (await alice.page.locator('#session-rows li').count()) === 1);
  await until('the hand-written side has signed in', async () => /^Signed in/.test(await text(alice, '#before-says')));
  // Called by its name, or the lack of one, and told apart from others of the same.
  const controls = 'button:visible, input:visible, select:visible, textarea:visible, a:visible, summary:visible';
  await alice.page.evaluate(() => {
    window.nameOf = (element) => {
      const name = element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.textContent;
      return [element.tagName, name.trim().replace(/\s+/g, ' '), element.id, element.value, element.getAttribute('href')].filter(Boolean).join(' ');
    };
  });
  const all = await alice.page.locator(controls).evaluateAll((elements) => elements.map((element) => ({
    control: window.nameOf(element), isNamed: Boolean((element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.textContent).trim()),
  })));
  assert.deepEqual(all.filter(({ isNamed }) => !isNamed), []);
  const left = new Set(all.map(({ control }) => control));
  assert.ok(left.size > 30, [...left].join('; '));
  // What scrolls is reached besides.
  for (let step = 0; left.size > 0 && step < 2 * all.length; step += 1) {
    await alice.page.keyboard.press('Tab');
    left.delete(await alice.page.evaluate(() => window.nameOf(document.activeElement)));
  }
  assert.deepEqual([...left], [], 'these were not reached');
});

test('the restart button: the process really ends, its supervisor starts it again, and the person stays', async (t) => {
  const { backend, person } = await world(t);
  const pids = await supervise(t, backend);
  const alice = await person();
  await alice.connect('/?interval=500');
  await alice.startWork('Restarted by myself.');
  await button(alice, 'Restart the backend').click();
  await until('another process is up', () => pids.length === 2);
  assert.notEqual(pids[1], pids[0]);
  const { epoch } = await until('the session is reconnected', () => alice.named('reconnected')[0]);
  assert.equal(epoch, 2);
  await until('the page shows it', async () => (await text(alice, '#epoch')) === '2');
  await alice.assertNothingLost('Restarted by myself.');
});
