// `credential: 'sealed'`: the page itself holds what re-establishes its session, encrypted, over restarts and reloads.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { launchPersistent } from './support/browser.mjs';
import { removeFolder, temporaryFolder } from './support/folder.mjs';
import { records } from './support/records.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const CONNECTION = 'sqlite:sample.db';
const PASSWORD = 'Kx7-correct-horse-battery';
const SECRET = `postgres://alice:${PASSWORD}@db.example/app`;
const DATABASE = 'session-keepalive:session';
const PLACE = '/?credential=sealed&interval=500&retryBase=50ms&retryCap=200ms';

/** Signs in without a ticket: the page's credential is all there is. */
async function signIn(person, place = PLACE) {
  await person.page.goto(`${person.origin}/connect?returnTo=${encodeURIComponent(place)}`);
  await person.page.getByLabel('Connection string').fill(CONNECTION);
  await person.page.locator('#remember').uncheck();
  await person.page.getByRole('button', { name: 'Connect' }).click();
  await person.page.waitForURL(person.origin + place);
  await person.page.evaluate((credential) => window.session.remember(credential), CONNECTION);
  assert.ok(!(await person.context.cookies()).some(({ name }) => name.startsWith('ticket-')), 'no ticket');
  person.navigations.length = 0;
}

const reconnects = (person) => person.asked('POST', '/api/reconnect').length;
const warnings = (person) => person.console.filter((text) => text.includes("credential 'sealed' is kept in this page only"));
const ended = (person, reason) =>
  until(`the session is ended: ${reason}`, () => person.named('disconnected').some((event) => event.reason === reason));

/** Restarts the backend while this person has no page open that could reconnect before it is left. */
async function restartBehind(person, backend) {
  await person.page.goto('about:blank');
  await backend.restart();
  person.events.length = 0;
}

const visited = async (person, place) => {
  await person.page.goto(person.origin + place);
  await person.page.evaluate(() => window.session.ready);
};

/** A page of the origin that runs nothing by itself, to try the store on. */
async function emptyPage(person) {
  const page = await person.open();
  await page.goto(`${person.origin}/icon.svg`);
  return page;
}

/** Runs `work(store, given)` on an {@link emptyPage}: its result, and what the store reported meanwhile. */
const withStore = (page, work, given) => page.evaluate(async ([database, source, given]) => {
  const { sealed } = await import('/dist/sealed.js');
  const reported = [];
  const store = sealed(database, (error) => reported.push(error.message));
  const result = await (0, eval)(`(${source})`)(store, given);
  return { result, reported };
}, [DATABASE, String(work), given]);

test('a restart is survived silently, and so is a reload after one; signing out leaves nothing', async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  await signIn(alice);
  await alice.startWork('half a sentence');
  const before = await alice.snapshot();
  assert.equal(before.status, 'connected');

  await backend.restart();
  const { epoch } = await until('the session is re-established', () => alice.named('reconnected')[0]);
  assert.ok(epoch > before.epoch, `${epoch}, after ${before.epoch}`);
  assert.equal((await alice.readTables()).status, 200);
  await alice.assertNothingLost('half a sentence');

  // Nothing of this page is left when the session is needed again.
  const asked = reconnects(alice);
  await restartBehind(alice, backend);
  await visited(alice, PLACE);
  const { status, subject } = await alice.snapshot();
  assert.deepEqual([status, subject], ['connected', before.subject]);
  assert.equal(reconnects(alice), asked + 1);
  assert.deepEqual(alice.named('redirect'), []);

  assert.equal((await records(alice.page)).length, 1);
  await alice.page.evaluate(() => window.session.signOut());
  await until('the database is empty', async () => (await records(alice.page)).length === 0);
  await backend.restart();
  await alice.page.reload();
  await ended(alice, 'credential-missing');
  assert.deepEqual(warnings(alice), []);
});

test('what lies in the database is no credential, and its key is not given out', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  await signIn(alice);
  const seen = [];
  for (const credential of [SECRET, { token: SECRET }, SECRET]) {
    await alice.page.evaluate((given) => window.session.remember(given), credential);
    const all = await records(alice.page);
    assert.equal(all.length, 1);
    const [{ database, text, iv, key }] = all;
    assert.equal(database, DATABASE);
    assert.ok(text.length > SECRET.length, 'there is a ciphertext');
    for (const part of [SECRET, PASSWORD, 'alice', 'postgres']) assert.ok(!text.includes(part), part);
    assert.deepEqual(key, { extractable: false, algorithm: { name: 'AES-GCM', length: 256 }, exports: Array(2).fill('InvalidAccessError') });
    assert.equal(iv.split(',').length, 12);
    seen.push(iv);
  }
  assert.equal(new Set(seen).size, 3, 'each save has an initialisation vector of its own');

  const elsewhere = await alice.page.evaluate(() => JSON.stringify([
    { ...localStorage }, { ...sessionStorage }, document.cookie, document.documentElement.outerHTML, window.name, history.state,
  ]));
  for (const [place, content] of Object.entries({ elsewhere, console: alice.console.join('\n'), events: JSON.stringify(alice.events) })) {
    assert.ok(!content.includes(PASSWORD), place);
  }
});

test('no file of the browser’s profile shows the credential, though it would show a record in clear', async (t) => {
  const { backend } = await world(t);
  const profile = temporaryFolder('profile');
  t.after(() => removeFolder(profile));
  const context = await launchPersistent(profile);
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(`${backend.origin}/icon.svg`);
  const plain = 'plain-Vb3-wrong-donkey-charger';
  await page.evaluate((value) => new Promise((resolve, reject) => {
    const opening = indexedDB.open('plain', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('plain').put({ value }, 'plain');
    opening.onsuccess = () => resolve(opening.result.close());
    opening.onerror = () => reject(opening.error);
  }), plain);
  const { result } = await withStore(page, async (store, secret) => {
    await store.save(secret);
    return store.load();
  }, SECRET);
  assert.equal(result, SECRET);
  await context.close();

  const files = readdirSync(profile, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const holding = (words) => files.filter(({ parentPath, path, name }) => {
    const bytes = readFileSync(join(parentPath ?? path, name));
    return bytes.includes(words) || bytes.includes(Buffer.from(words, 'utf16le'));
  });
  assert.notDeepEqual(holding(plain), [], 'the search finds what is there');
  assert.notDeepEqual(holding(DATABASE), [], 'the database is there');
  assert.deepEqual(holding(PASSWORD), []);
});

test('a tab that never saw the sign-in reconnects with what another one saved', async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  await signIn(alice);
  const other = await alice.open();
  await other.goto(alice.origin + PLACE);
  await other.evaluate(() => window.session.ready);
  await alice.page.close();
  await backend.restart();
  await until('the other tab is connected again', () => alice.named('reconnected').length === 1);
  alice.page = other;
  assert.equal((await alice.readTables()).status, 200);
  assert.deepEqual(alice.named('redirect'), []);
});

test('two tabs that save and load at the same time lose nothing', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  const tabs = [await emptyPage(alice), await emptyPage(alice)];
  for (let round = 0; round < 5; round++) {
    await withStore(tabs[0], (store) => store.clear());
    const outcomes = await Promise.all(tabs.map((tab, at) => withStore(tab, async (store, who) => {
      const loaded = [];
      for (let i = 0; i < 10; i++) {
        const [, value] = await Promise.all([store.save(`${who} ${i}`), store.load()]);
        loaded.push(value);
      }
      return loaded;
    }, `tab ${at}`)));
    for (const { result, reported } of outcomes) {
      assert.deepEqual(reported, []);
      for (const value of result) assert.match(String(value), /^tab [01] \d$/);
    }
    const [one, two] = await Promise.all(tabs.map((tab) => withStore(tab, (store) => store.load())));
    assert.match(one.result, /^tab [01] 9$/);
    assert.equal(two.result, one.result);
  }
  assert.deepEqual(warnings(alice), []);
});

test('one key serves every save until it is cleared', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  const page = await emptyPage(alice);
  const { result } = await withStore(page, async (store) => {
    const record = () => new Promise((resolve, reject) => {
      const opening = indexedDB.open('session-keepalive:session');
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const found = opening.result.transaction('credential').objectStore('credential').get('credential');
        found.onsuccess = () => resolve(found.result);
        opening.result.close();
      };
    });
    const opens = ({ key }, { iv, data }) =>
      crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, data).then((bytes) => new TextDecoder().decode(bytes), ({ name }) => name);
    await store.save('first');
    const first = await record();
    await store.save('second');
    const second = await record();
    await store.clear();
    await store.save('third');
    return [await opens(first, second), await opens(first, await record())];
  });
  assert.deepEqual(result, ['"second"', 'OperationError']);
});

test('credentials of another name are another’s', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  const page = await emptyPage(alice);
  const result = await page.evaluate(async () => {
    const { sealed } = await import('/dist/sealed.js');
    const [admin, shop] = ['admin', 'shop'].map((name) => sealed(name, console.error));
    await admin.save('a');
    const before = await shop.load();
    await shop.save({ nested: [1, null, 'ü', { deep: true }] });
    await admin.clear();
    return [before, await admin.load(), await shop.load()];
  });
  assert.deepEqual(result, [null, null, { nested: [1, null, 'ü', { deep: true }] }]);
});

test('a sign-out in the middle of a save comes after it', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  const page = await emptyPage(alice);
  const { result } = await withStore(page, async (store) => {
    const saving = store.save('late');
    await store.clear();
    await saving;
    return store.load();
  });
  assert.equal(result, null);
  assert.deepEqual(await records(page), []);
});

test('no connection stays open: the database can be deleted at once, and the next save makes a new one', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  const page = await emptyPage(alice);
  const { result, reported } = await withStore(page, async (store) => {
    await store.save('one');
    const outcome = await new Promise((resolve) => {
      const deleting = indexedDB.deleteDatabase('session-keepalive:session');
      deleting.onblocked = () => resolve('blocked');
      deleting.onsuccess = () => resolve('deleted');
    });
    const gone = await store.load();
    await store.save('two');
    return [outcome, gone, await store.load()];
  });
  assert.deepEqual(result, ['deleted', null, 'two']);
  assert.deepEqual(reported, []);
});

/** From an {@link emptyPage}: `damage` changes the sealed record, or returns what comes into its place. */
const damaged = (page, damage) => page.evaluate((source) => new Promise((resolve, reject) => {
  const opening = indexedDB.open('session-keepalive:session');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const transaction = opening.result.transaction('credential', 'readwrite');
    const store = transaction.objectStore('credential');
    const found = store.get('credential');
    found.onsuccess = () => {
      const record = found.result;
      const replacement = (0, eval)(`(${source})`)(record);
      store.put(replacement === undefined ? record : replacement, 'credential');
    };
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
    opening.result.close();
  };
}), String(damage));

const DAMAGES = {
  'a flipped bit': (record) => { new Uint8Array(record.data)[3] ^= 1; },
  'a truncated ciphertext': (record) => { record.data = record.data.slice(0, 5); },
  'no key': (record) => { delete record.key; },
  'something else as key': (record) => { record.key = 'key'; },
  'another vector': (record) => { record.iv = new Uint8Array(12); },
  'no vector': (record) => { delete record.iv; },
  'null': () => null,
  'a text': () => 'from an older version',
};

test('a damaged record is told, removed and counts as none', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  const page = await emptyPage(alice);
  for (const [name, damage] of Object.entries(DAMAGES)) {
    await withStore(page, (store, secret) => store.save(secret), SECRET);
    await damaged(page, damage);
    const { result, reported } = await withStore(page, (store) => store.load());
    assert.equal(result, null, name);
    assert.equal(reported.length, 1, name);
    assert.match(reported[0], /sealed credential could not be read/, name);
    assert.deepEqual(await records(page), [], name);
  }
  // A save does not care what was there.
  await withStore(page, (store) => store.save('old'));
  await damaged(page, DAMAGES['something else as key']);
  const { result, reported } = await withStore(page, async (store) => {
    await store.save('new');
    return store.load();
  });
  assert.deepEqual([result, reported, warnings(alice)], ['new', [], []]);
});

test('a damaged record goes, but not the good one that another tab puts in its place meanwhile', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  const [page, other] = [await emptyPage(alice), await emptyPage(alice)];
  await withStore(page, (store) => store.save('old'));
  await damaged(page, DAMAGES['a flipped bit']);
  await page.exposeFunction('signInElsewhere', () => withStore(other, (store) => store.save('good')));
  const { result, reported } = await withStore(page, async (store) => {
    const { decrypt } = SubtleCrypto.prototype;
    SubtleCrypto.prototype.decrypt = async function first(...given) {
      SubtleCrypto.prototype.decrypt = decrypt;
      await window.signInElsewhere();
      return decrypt.apply(this, given);
    };
    return [await store.load(), await store.load()];
  });
  assert.deepEqual(result, [null, 'good']);
  assert.equal(reported.length, 1);
});

test('a session whose record is damaged ends for want of a credential, not with an exception', async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  await signIn(alice);
  await damaged(await emptyPage(alice), DAMAGES['a flipped bit']);
  await backend.restart();
  await ended(alice, 'credential-missing');
  assert.equal(reconnects(alice), 0);
  assert.equal(alice.console.filter((text) => text.includes('sealed credential could not be read')).length, 1);
});

const FORBIDDEN = {
  'IndexedDB throws': [/denied by a test/, () => {
    Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('denied by a test', 'SecurityError'); } });
  }],
  'IndexedDB is missing': [/no IndexedDB/, () => Object.defineProperty(window, 'indexedDB', { value: undefined })],
  'IndexedDB cannot be opened': [/abort/i, () => {
    IDBDatabase.prototype.createObjectStore = () => { throw new DOMException('denied by a test', 'InvalidStateError'); };
  }],
  'nothing can be written': [/full by a test/, () => {
    IDBObjectStore.prototype.put = () => { throw new DOMException('full by a test', 'QuotaExceededError'); };
  }],
  'WebCrypto is missing': [/https and localhost/, () => Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })],
};

for (const [what, [why, forbid]] of Object.entries(FORBIDDEN)) {
  test(`${what}: kept in this page, with one warning that says why`, async (t) => {
    const { backend, person } = await world(t);
    const alice = await person();
    await alice.context.addInitScript(forbid);
    await signIn(alice);
    await alice.startWork('half a sentence');
    for (let round = 1; round <= 2; round++) {
      await backend.restart();
      await until('the session is re-established', () => alice.named('reconnected').length === round);
    }
    await alice.assertNothingLost('half a sentence');
    assert.equal(warnings(alice).length, 1, alice.console.join('\n'));
    assert.match(warnings(alice)[0], why);

    await restartBehind(alice, backend);
    await alice.page.goto(alice.origin + PLACE);
    await ended(alice, 'credential-missing');
    assert.ok(!alice.console.join('\n').includes('sample.db'));
  });
}

test('what falls back to memory takes an older credential from the database with it', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  const page = await emptyPage(alice);
  await withStore(page, (store) => store.save('somebody else'));
  const { result } = await withStore(page, async (store) => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = () => { throw new DOMException('full by a test', 'QuotaExceededError'); };
    await store.save('me');
    IDBObjectStore.prototype.put = put;
    return store.load();
  });
  assert.equal(result, 'me');
  assert.deepEqual(await records(page), []);
});

test('a database process that is lost once is asked again', async (t) => {
  const { person } = await world(t);
  const alice = await person();
  const page = await emptyPage(alice);
  const { result } = await withStore(page, async (store) => {
    await store.save('kept');
    const { transaction } = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = () => {
      IDBDatabase.prototype.transaction = transaction;
      throw new DOMException('Connection to Indexed Database server lost', 'UnknownError');
    };
    return store.load();
  });
  assert.equal(result, 'kept');
  assert.deepEqual(warnings(alice), []);
});

const QUICK = { login: false, interval: 500, retry: { base: 50, cap: 200 } };

/** A page with the slim entry, and a session of it with these options. */
async function slimPage(person, options) {
  await person.context.route('**/slim-page', (route) => route.fulfill({
    contentType: 'text/html',
    body: `<!doctype html><script type="module">
      import { createKeepAlive } from '/dist/slim.js';
      window.session = createKeepAlive(${JSON.stringify({ ...QUICK, ...options })});
    </script>`,
  }));
  await person.page.goto(`${person.origin}/slim-page`);
  await person.page.waitForFunction(() => window.session);
}

test('the slim entry loads its code at once, and only when it is asked for', async (t) => {
  const { backend, person } = await world(t);
  const [alice, bob] = [await person(), await person()];
  await slimPage(bob, { credential: 'memory' });
  await bob.page.evaluate(() => window.session.ready);
  assert.equal(bob.asked('GET', '/dist/sealed.js').length, 0);

  // A session that is good needs no credential: the code is there before it is needed.
  await signIn(alice, '/?interval=500');
  await slimPage(alice, { credential: 'sealed', name: 'shop' });
  await until('the code is asked for', () => alice.asked('GET', '/dist/sealed.js').length === 1);
  await alice.page.evaluate(() => window.session.ready);
  assert.equal(reconnects(alice), 0);
  await alice.page.evaluate((credential) => window.session.remember(credential), CONNECTION);
  assert.deepEqual((await records(alice.page)).map(({ database }) => database), ['session-keepalive:shop']);
  alice.events.length = 0;
  await backend.restart();
  await until('the session is re-established', () => alice.named('reconnected').length === 1);
  await restartBehind(alice, backend);
  await visited(alice, '/slim-page');
  assert.equal((await alice.snapshot()).status, 'connected');
  assert.equal(reconnects(alice), 2);
});

test('code that does not arrive ends no session, and signing out needs none', async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  await signIn(alice);
  await restartBehind(alice, backend);
  await alice.context.route('**/dist/sealed.js', (route) => route.abort());
  await slimPage(alice, { credential: 'sealed' });
  const { reason } = await until('the session is degraded', () => alice.named('degraded')[0]);
  assert.equal(reason, 'network');
  assert.deepEqual(alice.named('disconnected'), []);
  await alice.context.unroute('**/dist/sealed.js');
  await visited(alice, '/slim-page');
  assert.equal((await alice.snapshot()).status, 'connected', 'the next page finds everything as it was');

  await alice.context.route('**/dist/sealed.js', (route) => route.abort());
  await visited(alice, '/slim-page');
  assert.equal((await records(alice.page)).length, 1);
  await alice.page.evaluate(() => window.session.signOut());
  await until('the database is gone', async () => (await records(alice.page)).length === 0);
});
