// What must never be seen: session ids, tickets and passwords, after everything a person can do with a session.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPostgres } from './support/postgres.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const PASSWORD = 'Kx7-correct-horse-battery';
const WRONG = 'Zq9-wrong-horse-battery';
const PLACE = '/?interval=500';

test('no session id, ticket or password outside its cookie and its one request', async (t) => {
  const postgres = await startPostgres({ user: 'alice', password: PASSWORD });
  t.after(() => postgres.remove());
  const address = `127.0.0.1:${postgres.port}`;
  const { backend, forwarder, person } = await world(t, { forwarded: true, allowTargets: [`postgres://${address}`] });
  const alice = await person();
  const secrets = new Map([['password', PASSWORD], ['wrong password', WRONG]]);
  const collectCookies = async (when) => {
    for (const { name, value } of await alice.context.cookies()) secrets.set(`${name} ${when}`, value);
  };
  const places = [];
  const look = async (when) => {
    places.push([`the document ${when}`, await alice.page.evaluate(() => document.documentElement.outerHTML
      + [...document.querySelectorAll('input, textarea')].map((field) => field.value).join('\n'))]);
    places.push([`the storage ${when}`, await alice.page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, window.name, history.state]))]);
  };

  // A wrong password is refused in words that do not repeat it.
  await alice.page.goto(`${backend.origin}/connect?returnTo=${encodeURIComponent(PLACE)}`);
  await alice.page.getByLabel('Connection string').fill(`postgres://alice:${WRONG}@${address}/postgres`);
  await alice.page.getByRole('button', { name: 'Connect' }).click();
  const error = alice.page.locator('#connection-error');
  const told = await until('the refusal is shown', () => error.textContent());
  assert.ok(!told.includes(WRONG), told);
  assert.equal(forwarder.of('POST', '/api/connect').at(-1).json.code, 'CONNECTION_REFUSED');

  await alice.connect(PLACE, `postgres://alice:${PASSWORD}@${address}/postgres`);
  assert.equal((await alice.snapshot()).subject, `alice@${address}/postgres`);
  assert.equal((await alice.readTables()).status, 200);
  await collectCookies('at connect');
  await look('when connected');

  await backend.restart();
  await until('the session is reconnected', () => alice.named('reconnected').length > 0);
  assert.equal((await alice.readTables()).status, 200, 'the ticket opens the target');
  await collectCookies('after the restart');
  await look('after the restart');
  const metrics = await backend.metrics();

  await alice.page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await alice.page.waitForURL('**/connect**');
  await alice.page.waitForLoadState();
  await look('when signed out');

  // The backend has no more than this to tell.
  await backend.kill();
  assert.ok(secrets.size >= 6, 'two passwords, two session ids, two tickets');
  const connects = forwarder.of('POST', '/api/connect');
  assert.ok(connects.at(-1).sent.includes(PASSWORD), 'the password did travel in its request');
  places.push(
    ['the console', alice.console.join('\n')],
    ['the events', JSON.stringify(alice.events)],
    ['the addresses', [...alice.navigations, ...alice.requests.map((request) => request.url())].join('\n')],
    ['the other requests', forwarder.seen.filter((entry) => !connects.includes(entry)).map(({ sent }) => sent).join('\n')],
    ['the answers', forwarder.seen.map(({ text }) => text).join('\n')],
    ['the log of the server', backend.log],
    ['the metrics', metrics],
  );
  for (const name of ['the events', 'the addresses', 'the answers', 'the log of the server', 'the metrics']) {
    assert.ok(places.find(([place]) => place === name)[1].length > 100, `${name} were collected`);
  }
  for (const [place, content] of places) {
    for (const [name, secret] of secrets) assert.ok(!content.includes(secret), `${name} was found in ${place}`);
  }
});
