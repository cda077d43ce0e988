// The log of `debug`, from a real browser: it holds no secret, and the engine does natively what it did there.
// SESSION_KEEPALIVE_RECORD=1 writes it into tests/replay/, where `cargo test` replays it from then on.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inRoot } from '../../tools/lib/paths.mjs';
import { cargo } from '../../tools/lib/toolchain.mjs';
import { removeFolder, temporaryFolder } from './support/folder.mjs';
import { startPostgres } from './support/postgres.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const PLACE = '/?interval=500&retryBase=100ms&retryCap=300ms&debug';
const PASSWORD = 'Rt5-correct-horse-battery';

/** A connection string with a password in it, and every secret that this person's browser has held. */
class Secrets {
  static async create(t) {
    const postgres = await startPostgres({ user: 'alice', password: PASSWORD });
    t.after(() => postgres.remove());
    const secrets = new Secrets();
    secrets.target = `postgres://127.0.0.1:${postgres.port}`;
    secrets.connectionString = `postgres://alice:${PASSWORD}@127.0.0.1:${postgres.port}/postgres`;
    secrets.seen = new Set([PASSWORD, secrets.connectionString]);
    return secrets;
  }

  async collect(person) {
    for (const { value } of await person.context.cookies()) this.seen.add(value);
  }
}

/** The person's way to the login page ends in an answer without content, so that the document and its log stay. */
const stay = (person) => person.page.route('**/connect**', (route) => route.fulfill({ status: 204 }));
const leaves = (person) => until('the page leads to the login page', () => person.asked('GET', '/connect').length > 1);

const logOf = (person) => person.page.evaluate(() => JSON.stringify(window.log));

/** A log as it may be kept, an entry a line: without subject and data, and without the way back in the login URL. */
const anonymous = (log) => {
  const entries = JSON.parse(log).map(({ detail, ...entry }) => {
    if (typeof detail === 'string') return { ...entry, detail };
    const { subject, data, url, ...kept } = detail;
    return { ...entry, detail: { ...kept, url: url?.split('?')[0] } };
  });
  return `[\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n]\n`;
};

/** Fails unless the engine, compiled natively, does the same. @returns what the replay says */
const replay = async (t, text) => {
  const folder = temporaryFolder('replay');
  t.after(() => removeFolder(folder));
  const path = join(folder, 'log.json');
  writeFileSync(path, text);
  const { ok, stdout, stderr } = await cargo(['run', '--quiet', '--example', 'replay', '--', path], { show: 'none', mayFail: true });
  assert.ok(ok, `the replay failed:\n${stdout}${stderr}`);
  return stdout;
};

/** @param name of the file that the log is kept in, if any */
const prove = async (t, name, log, secrets) => {
  assert.ok(secrets.seen.size >= 4, 'a password, a connection string, a session id and a ticket');
  for (const secret of secrets.seen) assert.ok(!log.includes(secret), `a secret is in the log: ${secret.slice(0, 6)}…`);
  const said = await replay(t, log);
  assert.match(said, /the same: \d+ inputs, \d+ events\n$/);
  if (name && process.env.SESSION_KEEPALIVE_RECORD) writeFileSync(inRoot('tests', 'replay', `${name}.json`), anonymous(log));
  return said;
};

test('through a restart, a second tab, a fault, a lost network and a sign-out, the log replays natively', async (t) => {
  const secrets = await Secrets.create(t);
  const { backend, person } = await world(t, { allowTargets: [secrets.target] });
  const alice = await person();
  await alice.connect(PLACE, secrets.connectionString);
  await stay(alice);
  await secrets.collect(alice);

  await backend.restart();
  assert.equal((await alice.readTables()).status, 200, 'a call that meets the restart');
  await until('the session is reconnected', () => alice.named('reconnected').length > 0);
  await secrets.collect(alice);

  // Each tab hears of what the other asks.
  const second = await alice.open();
  await second.goto(alice.origin + PLACE);
  await second.evaluate(() => window.session.check());
  const heard = () => alice.page.evaluate(() => window.log.some(({ name, detail: { shared } }) => name === 'checked' && shared));
  await until('the other tab’s check counts here, too', heard);
  const told = () => second.evaluate(() => window.log.some(({ name, detail: { shared } }) => name === 'checked' && shared));
  await alice.page.evaluate(() => window.session.check());
  await until('and the other way round', told);
  await secrets.collect(alice);
  await prove(t, 'second-tab', await logOf({ page: second }), secrets);
  await second.close();

  await backend.fault({ kind: '503', retryAfter: 0 });
  await until('two checks have failed', () => alice.named('degraded').length >= 2);
  await backend.fault(null);
  const connected = async () => (await alice.snapshot()).status === 'connected';
  await until('the session is good again', connected);

  await alice.context.setOffline(true);
  await until('the page is offline', async () => (await alice.snapshot()).status === 'offline');
  await alice.context.setOffline(false);
  await until('the session is good again', connected);
  await alice.page.evaluate(() => window.session.extend());
  await secrets.collect(alice);

  await alice.page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await until('the session is signed out', () => alice.named('disconnected').length > 0);
  await leaves(alice);

  const log = await logOf(alice);
  const said = await prove(t, 'restart-fault-offline-sign-out', log, secrets);
  const expected = [
    'start visible yes', 'send id 0, request validate', '→ reconnected downtime', '→ degraded reason server', ' s  offline', 'fetch started',
    'sign out everywhere no', '→ disconnected reason signed-out', 'acquire lock steal no', 'lock result granted yes', 'release lock',
    'broadcast check started', 'broadcast check finished', 'broadcast signed out',
    'received message check finished check result (request 214748364', 'shared yes', 'persist sign out (everywhere no)',
    'persist retry floor 0.000 s',
  ];
  for (const words of expected) {
    assert.ok(said.includes(words), `${words} is missing in:\n${said}`);
  }
  for (const untrue of ['input', 'checked', 'change']) {
    const entries = JSON.parse(log);
    // The page says the first `change` by itself, before there is an engine.
    const options = entries.findIndex(({ name }) => name === 'options');
    entries.splice(entries.findIndex(({ name }, place) => name === untrue && place > options), 1);
    await assert.rejects(replay(t, JSON.stringify(entries)), /recorded: .*\n.*replayed: /, `a log without its first ${untrue}`);
  }
});

test('through the end of the session by another device, redirect included, the log replays natively', async (t) => {
  const secrets = await Secrets.create(t);
  const { person } = await world(t, { allowTargets: [secrets.target] });
  const [phone, laptop] = [await person(), await person()];
  await phone.connect(PLACE, secrets.connectionString);
  await stay(phone);
  await secrets.collect(phone);
  await laptop.connect(PLACE, secrets.connectionString);
  await laptop.call('POST', '/api/logout', { everywhere: true });
  await until('the phone is told', () => phone.named('disconnected').some(({ reason }) => reason === 'session-revoked'));
  await leaves(phone);
  const said = await prove(t, 'ended-elsewhere', await logOf(phone), secrets);
  assert.match(said, /→ redirect url https?:\S+\/connect/);
});

test('the log in the console replays natively, and holds neither secret nor subject', async (t) => {
  const secrets = await Secrets.create(t);
  const { backend, person } = await world(t, { allowTargets: [secrets.target] });
  const alice = await person();
  const lines = [];
  alice.page.on('console', (message) => lines.push(message.text()));
  await alice.connect(`${PLACE}=replay`, secrets.connectionString);
  await secrets.collect(alice);
  await backend.restart();
  await until('the session is reconnected', () => alice.named('reconnected').length > 0);
  await secrets.collect(alice);
  secrets.seen.add((await alice.snapshot()).subject);
  await until('the console has it, too', () => lines.some((line) => line.includes('"name":"reconnected"')));

  const log = lines.filter((line) => line.startsWith('[session-keepalive] ')).join('\n');
  const said = await prove(t, null, log, secrets);
  assert.match(said, /→ reconnected downtime/);
});
