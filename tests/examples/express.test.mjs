// examples/express by its one command: a backend that was not made for this module, its sessions lost at every restart, and the
// person who goes on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inRoot } from '../../tools/lib/paths.mjs';
import { launch, Person } from '../e2e/support/browser.mjs';
import { end, start } from '../e2e/support/children.mjs';
import { freePort } from '../e2e/support/ports.mjs';
import { records } from '../e2e/support/records.mjs';
import { until } from '../e2e/support/until.mjs';

const CONNECTION = 'demo://alice:wonderland@db/shop';
const PLACE = '/?interval=500ms';

/** The example on a port of its own; `restart()` kills it and starts it again. */
async function example(t, env = {}) {
  const port = await freePort();
  const it = { origin: `http://127.0.0.1:${port}`, log: '' };
  it.start = async () => {
    it.process = start(process.execPath, [inRoot('examples', 'run.mjs'), 'express'], { env: { ...process.env, PORT: String(port), ...env } });
    await until('the example answers', async () => {
      assert.equal(it.process.child.exitCode, null, it.process.output);
      return (await fetch(it.origin).catch(() => null))?.ok;
    }, { within: 60_000 });
  };
  it.kill = async () => {
    await end(it.process, 'SIGKILL');
    it.log += it.process.output;
  };
  it.restart = () => it.kill().then(it.start);
  await it.start();
  t.after(() => it.kill());
  return it;
}

async function signedIn(t, { origin }) {
  const browser = await launch();
  t.after(() => browser.close());
  const alice = await Person.create(browser, origin);
  await alice.connect(PLACE, CONNECTION);
  return alice;
}

const tables = (person) => person.page.getByRole('listitem').allTextContents();

test('connect, kill the server, start it: the page goes on without a login', async (t) => {
  const backend = await example(t);
  const alice = await signedIn(t, backend);
  await until('the tables are there', async () => (await tables(alice)).length === 2);
  assert.equal((await alice.snapshot()).subject, 'alice@db/shop');
  await alice.startWork('half a sentence');
  for (const round of [1, 2, 3]) {
    await backend.restart();
    await until(`reconnect ${round}`, () => alice.named('reconnected').length === round);
  }
  await alice.page.getByRole('button', { name: 'Read the tables again' }).click();
  await until('they are read', () => alice.asked('GET', '/api/tables').length > 1);
  assert.deepEqual(await tables(alice), ['customers', 'orders']);
  await alice.assertNothingLost('half a sentence');
  assert.deepEqual(alice.named('disconnected'), []);

  // A reload after a restart finds the credential again.
  await backend.restart();
  await alice.page.goto(backend.origin + PLACE);
  await alice.page.evaluate(() => window.session.ready);
  assert.equal((await alice.snapshot()).status, 'connected');
  assert.ok(!alice.console.join('\n').includes('wonderland') && !backend.log.includes('wonderland'));
});

test('a fetch that meets the restart first brings the session back itself', async (t) => {
  const backend = await example(t);
  const alice = await signedIn(t, backend);
  await alice.page.goto(`${backend.origin}/?interval=1h`);
  await alice.page.evaluate(() => window.session.ready);
  await backend.restart();
  // This backend has no code for it, and within 5 s of a good check a bare 401 is about the request alone.
  await until('a fetch is carried out', () =>
    alice.page.evaluate(() => window.session.fetch('/api/tables').then(({ status }) => status === 200)));
  assert.equal(alice.named('reconnected').length, 1);
});

test('a repeated reconnect is given the session of the first one', async (t) => {
  const { origin } = await example(t);
  const connect = async (key) => {
    const answer = await fetch(`${origin}/api/connect`, {
      method: 'POST', headers: { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) },
      body: JSON.stringify({ connectionString: CONNECTION }),
    });
    assert.equal(answer.status, 200);
    return answer.headers.getSetCookie()[0];
  };
  assert.equal(await connect('one'), await connect('one'));
  assert.notEqual(await connect('one'), await connect('two'));
  assert.notEqual(await connect(), await connect());
});

test('after a day without use the person is asked to connect, and back where they were', async (t) => {
  const backend = await example(t, { IDLE_MS: '2000' });
  const alice = await signedIn(t, backend);
  await alice.page.goto(`${backend.origin}/?interval=1h`);
  await alice.page.evaluate(() => window.session.ready);
  await alice.page.waitForURL(`${backend.origin}/connect?returnTo=${encodeURIComponent('/?interval=1h')}`);
  assert.equal(alice.named('disconnected')[0].reason, 'session-timeout');
  await alice.page.getByRole('button', { name: 'Connect' }).click();
  await alice.page.waitForURL(`${backend.origin}/?interval=1h`);
});

test('disconnecting leaves nothing that could bring the session back', async (t) => {
  const backend = await example(t);
  const alice = await signedIn(t, backend);
  assert.equal((await records(alice.page)).length, 1);
  await alice.page.getByRole('button', { name: 'Disconnect' }).click();
  await alice.page.waitForURL(`${backend.origin}/connect`);
  assert.deepEqual(await records(alice.page), []);
  await alice.page.goto(backend.origin + PLACE);
  await alice.page.waitForURL(/\/connect\?returnTo/);
  assert.equal(alice.named('disconnected').at(-1).reason, 'credential-missing');
});
