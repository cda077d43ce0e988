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

test('the page works by keyboard: every control has a name and can be reached', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  await alice.connect('/');
  const controls = await alice.page.locator('button:visible, input:visible, textarea:visible, a:visible').count();
  const reached = new Set();
  for (let step = 0; step < controls + 5; step += 1) {
    await alice.page.keyboard.press('Tab');
    reached.add(await alice.page.evaluate(() => {
      const element = document.activeElement;
      const label = element.labels?.[0]?.textContent ?? element.ariaLabel ?? element.textContent;
      return `${element.tagName} ${label.trim()}`;
    }));
  }
  for (const name of ['BUTTON Restart the backend', 'BUTTON Check now', 'BUTTON Sign out', 'BUTTON Answer 429', 'BUTTON Drop the credential']) {
    assert.ok(reached.has(name), `${name} was not reached: ${[...reached].join(', ')}`);
  }
  assert.ok([...reached].some((name) => name.startsWith('TEXTAREA ') && name.length > 10), 'the text area has a label');
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
