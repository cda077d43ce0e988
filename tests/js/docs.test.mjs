// What the documents say is what the code does, as far as that can be read off both.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { transform } from 'esbuild';
import { createTestWorld } from 'session-keepalive/testing';
import { peers } from '../../bench/peers/list.mjs';
import { normalise } from '../../src/js/options.js';
import { declarations } from '../../tools/docs/declarations.mjs';
import { withParts } from '../../tools/docs/parts.mjs';
import { changes, grouped, picture, svg } from '../../tools/docs/states.mjs';
import { inRoot, root } from '../../tools/lib/paths.mjs';
import { filesUnder } from '../../tools/lib/stamp.mjs';

const [STATUSES, REASONS] = ['Status', 'Reason'].map((union) => declarations().unions[union].map(({ name }) => name));
const read = (...path) => readFileSync(inRoot(...path), 'utf8');
const documents = [inRoot('README.md'), ...filesUnder([inRoot('docs')]).filter((path) => path.endsWith('.md'))];

test('what is quoted and what is generated is as it is in its source: npm run docs', () => {
  for (const path of documents) assert.equal(readFileSync(path, 'utf8'), withParts(readFileSync(path, 'utf8')), relative(root, path));
});

test('a part that is out of date is seen', () => {
  const stale = '<!-- made from index.d.ts#Status -->\n| `starting` | Something else. |\n<!-- end -->';
  assert.notEqual(withParts(stale), stale);
  assert.match(withParts(stale), /\| `starting` \| No verdict yet\. \|/);
  assert.throws(() => withParts(stale.replace('Status', 'Nothing')), /declares no interface or union of names Nothing/);
});

// That docs/states.txt is what the engine does is held by the search of its states, src/engine/machine/search.
test('the picture of the statuses is made from their list: npm run docs', async () => {
  assert.equal(readFileSync(picture, 'utf8'), await svg());
});

test('what many statuses do alike is drawn once, and nothing is lost by it', () => {
  const change = (from, to, why) => ({ from, to, why });
  const alive = ['starting', 'connected', 'degraded', 'reconnecting'];
  const all = [
    ...[...alive, 'offline', 'disconnected'].map((from) => change(from, 'inactive', 'stop')),
    ...alive.map((from) => change(from, 'offline', 'offline')),
    ...alive.map((to) => change('offline', to, 'online')),
    change('starting', 'connected', 'valid'),
    change('offline', 'connected', 'valid'),
  ];
  assert.deepEqual(grouped(all).edges, [
    { from: 'any other status', to: 'inactive', why: ['stop'] },
    { from: 'online', to: 'offline', why: ['offline'] },
    { from: 'offline', to: 'online', why: ['online'] },
    { from: 'starting', to: 'connected', why: ['valid'] },
    { from: 'offline', to: 'connected', why: ['valid'] },
  ]);
});

test('every status has its changes, each is explained, and what is not definitive ends nothing', () => {
  const list = changes();
  for (const status of STATUSES) assert.ok(list.some(({ from, to }) => from === status || to === status), status);
  const [, explained] = /^\| by \| \|$([\s\S]*?)^$/m.exec(read('docs', 'states.md'));
  const words = [...explained.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell]) => cell.match(/[\w-]*\w[\w-]*/g) ?? []);
  assert.deepEqual(words.sort(), [...new Set(list.map(({ why }) => why))].sort());
  const ends = list.filter(({ to }) => to === 'disconnected').map(({ why }) => why);
  assert.ok(ends.includes('ended') && !ends.includes('transient') && !ends.includes('timeout'), ends.join());
});

/** The anchor of a heading, as it is made from its text. */
const anchor = (heading) => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
const withoutCode = (text) => text.replace(/^```[\s\S]*?^```/gm, '');
const anchors = (path) => [...withoutCode(readFileSync(path, 'utf8')).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchor(heading));

test('every link leads somewhere', () => {
  let followed = 0;
  for (const path of documents) {
    for (const [, link] of withoutCode(readFileSync(path, 'utf8')).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const [file, fragment] = link.split('#');
      const target = file ? join(dirname(path), file) : path;
      assert.ok(existsSync(target), `${relative(root, path)}: ${link}`);
      if (fragment) assert.ok(anchors(target).includes(fragment), `${relative(root, path)}: ${link}`);
      followed++;
    }
  }
  assert.ok(followed > 20, `${followed} links`);
});

test('the README leads to every document', () => {
  for (const path of documents.slice(1)) assert.ok(read('README.md').includes(`(${relative(root, path)})`), path);
});

test('the README begins with the backend that the module needs, and with what happens without it', async (t) => {
  const [introduction] = read('README.md').split(/^## /m);
  for (const said of ['`POST /api/validate-session`', '`POST /api/reconnect`', '(docs/protocol-guide.md#', '`degraded`', '`misconfigured`']) {
    assert.ok(introduction.includes(said), said);
  }
  t.mock.method(console, 'error', () => {});
  for (const status of [404, 405]) {
    const world = createTestWorld();
    world.simulate.fault({ status });
    const session = world.createKeepAlive({ login: '/connect' });
    await world.advance('1h');
    const { status: now, reason } = session.getSnapshot();
    assert.deepEqual([now, reason], ['degraded', 'misconfigured'], String(status));
    assert.deepEqual(world.tab.visited, [], 'nobody is signed out');
  }
});

test('the defaults that the types tell are those that count, and the README has every option', () => {
  const value = (text) => JSON.parse(text.replaceAll("'", '"'));
  // The two that are made anew each time.
  const values = ({ headers, fetch, ...rest }) => rest;
  let compared = 0;
  for (const { name, comment } of declarations().interfaces.KeepAliveOptions) {
    const [group, field] = name.split('.');
    assert.match(read('README.md'), new RegExp(`\`${group}[\`.]`), name);
    if (field) assert.match(read('README.md'), new RegExp(`\`[a-zA-Z]*\\.${field}\``), name);
    const [, plain] = /Default ('[^']*'|[\d.]+\d|true|false)(?! per)/.exec(comment) ?? [];
    const [, max, per] = /Default (\d+) per '(\w+)'/.exec(comment) ?? [];
    if (!plain && !max) continue;
    const told = max ? { max: Number(max), per } : value(plain);
    assert.deepEqual(values(normalise({ [group]: field ? { [field]: told } : told })), values(normalise()), name);
    compared++;
  }
  assert.ok(compared > 15, `${compared} defaults`);
  assert.match(declarations().interfaces.KeepAliveOptions.find(({ name }) => name === 'credential').comment, /'cookie' \(default\)/);
  assert.deepEqual(values(normalise({ credential: 'cookie' })), values(normalise()));
});

test('the component that is quoted as written by hand can be compiled', async () => {
  const { code } = await transform(read('examples', 'before', 'SessionKeepAlive.jsx'), { loader: 'jsx' });
  assert.match(code, /setInterval\(validate, FIVE_MINUTES\)/);
});

test('every reason has its entry in troubleshooting, and nothing else has', () => {
  const [, entries] = read('docs', 'troubleshooting.md').split(/^## Reasons$/m);
  const headings = [...entries.split(/^## /m)[0].matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
  assert.deepEqual(headings, REASONS.map((reason) => `\`${reason}\``));
  const overview = read('docs', 'troubleshooting.md').split(/^## Reasons$/m)[0];
  for (const reason of REASONS) assert.ok(overview.includes(`](#${reason})`), reason);
});

test('the security guide has the requirements of ASVS that the server names, and no other', () => {
  const sources = filesUnder([inRoot('server', 'src')]).map((path) => readFileSync(path, 'utf8')).filter((text) => text.includes('ASVS'));
  // Chapters 3 and 7; the sections of NIST that it names begin with 2.
  const named = new Set(sources.flatMap((text) => text.match(/\b[37]\.\d+\.\d+\b/g) ?? []));
  const rows = [...read('docs', 'security.md').matchAll(/^\| (\d+\.\d+\.\d+) \|/gm)].map(([, number]) => number);
  assert.deepEqual(rows, [...named].sort());
});

test('every code of the protocol is in the protocol guide, with its status', () => {
  const rows = [...read('docs', 'protocol-guide.md').matchAll(/^\| (`[A-Z_` ]+`) \| ([\d ]+) \|/gm)];
  const told = rows.flatMap(([, codes, statuses]) => {
    const numbers = statuses.trim().split(' ');
    return [...codes.matchAll(/[A-Z_]+/g)].map(([code], i) => [code, Number(numbers[i] ?? numbers[0])]);
  });
  const wire = [...read('src', 'wire.rs').matchAll(/= "([A-Z_]+)", (\d+);/g)].map(([, code, status]) => [code, Number(status)]);
  assert.ok(wire.length > 10, `${wire.length} codes`);
  assert.deepEqual(told, wire);
});

test('the versions in the table of peers are those that are measured', () => {
  const pinned = [['bench', 'peers', 'package.json'], ['bench', 'package.json']].map((path) => JSON.parse(read(...path)).dependencies);
  const own = JSON.parse(read('package.json'));
  const versions = Object.assign({ [own.name]: own.version }, ...pinned);
  const [, table] = /<!-- peers:begin -->([\s\S]*)<!-- peers:end -->/.exec(read('README.md'));
  const rows = [...table.matchAll(/^\| `([^`]+)` (\S+) \| [\d.]+ kB \|/gm)].map(([, name, version]) => [name, version]);
  assert.deepEqual(rows, peers.map(({ name, package: from }) => [name, versions[from]]));
});
