// The demo's comparison: what is counted, and by which rules.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counts, hasVerdict, words } from '../../www/js/before/counts.js';

const page = (status = 200) => new Response('<!doctype html>', { status, headers: { 'content-type': 'text/html' } });

const NOTHING = { requests: 0, failures: 0, reconnects: 0, thrownOut: 0, wordsLost: 0 };

test('words are what stands between spaces', () => {
  const rows = [['', 0], [' \n ', 0], ['one', 1], ['  two,  words\n', 2], ['a – b', 3]];
  for (const [text, count] of rows) assert.equal(words(text), count, JSON.stringify(text));
});

test('a verdict is a yes in JSON or a 401; nothing else says anything about the session', () => {
  const problem = (status) => Response.json({ code: 'X' }, { status, headers: { 'content-type': 'application/problem+json' } });
  const rows = [
    [Response.json({ valid: true }), true], [problem(401), true], [page(401), true],
    [problem(503), false], [problem(429), false], [problem(403), false], [page(), false], [page(502), false],
  ];
  for (const [response, verdict] of rows) {
    assert.equal(hasVerdict(response), verdict, `${response.status} ${response.headers.get('content-type')}`);
  }
});

test('a request is counted when it is sent, a failure when it turns out to be one', async () => {
  let told;
  const counts = new Counts((numbers) => { told = { ...numbers }; });
  assert.deepEqual(told, NOTHING);
  counts.signedIn();

  let answer;
  const fetch = counts.fetch(() => new Promise((resolve, reject) => { answer = { resolve, reject }; }), (path) => path === '/api/check');
  const send = (input) => fetch(input, { method: 'POST' });

  const first = send('/api/check?x=1');
  assert.deepEqual([told.requests, told.failures], [1, 0]);
  const response = Response.json({ valid: true });
  answer.resolve(response);
  assert.equal(await first, response);
  assert.deepEqual([told.requests, told.failures], [1, 0]);

  const second = send(new URL('http://127.0.0.1/api/check'));
  answer.resolve(page());
  await second;
  assert.deepEqual([told.requests, told.failures], [2, 1]);

  const third = send(new Request('http://127.0.0.1/api/check'));
  answer.reject(new TypeError('Failed to fetch'));
  await assert.rejects(third, /Failed to fetch/);
  assert.deepEqual([told.requests, told.failures], [3, 2]);

  const other = send('/api/database');
  answer.resolve(page(503));
  await other;
  assert.deepEqual([told.requests, told.failures], [3, 2], 'what the page asks for by itself is not counted');
});

test('being thrown out costs the words that stood there', () => {
  const counts = new Counts(() => {});
  counts.signedIn();
  counts.thrownOut('half a sentence');
  counts.thrownOut('');
  const { thrownOut, wordsLost } = counts.toJSON();
  assert.deepEqual([thrownOut, wordsLost], [2, 3]);
});

test('counting goes on from what was kept, if that is counts', () => {
  const counts = new Counts(() => {});
  counts.signedIn();
  counts.add('requests');
  counts.goOnFrom(JSON.parse(JSON.stringify({ requests: 4, thrownOut: 1, wordsLost: -1, failures: '2', reconnects: 1.5, more: 1 })));
  for (const nothing of [null, undefined, 'x', []]) counts.goOnFrom(nothing);
  assert.deepEqual({ ...counts.toJSON() }, { requests: 5, failures: 0, reconnects: 0, thrownOut: 1, wordsLost: 0 });
});

test('nothing counts before somebody has signed in', async () => {
  let answer;
  const counts = new Counts(() => {});
  const fetch = counts.fetch(() => answer(), () => true);
  const unanswered = () => { throw new TypeError('Failed to fetch'); };
  for (answer of [() => page(503), () => page(), () => page(401)]) await fetch('/api/check');
  answer = unanswered;
  await assert.rejects(fetch('/api/check'), /Failed to fetch/);
  counts.thrownOut('half a sentence');
  assert.equal(counts.counting, false);
  assert.deepEqual({ ...counts.toJSON() }, NOTHING);

  answer = () => Response.json({ valid: true });
  await fetch('/api/check');
  assert.equal(counts.counting, true);
  assert.deepEqual({ ...counts.toJSON() }, { ...NOTHING, requests: 1 }, 'the check that finds the session counts');
  answer = unanswered;
  await assert.rejects(fetch('/api/check'), /Failed to fetch/);
  assert.deepEqual({ ...counts.toJSON() }, { ...NOTHING, requests: 2, failures: 1 });
});

test('what was asked before the sign-in and is answered after it is no failure', async () => {
  let refuse;
  const counts = new Counts(() => {});
  const asked = counts.fetch(() => new Promise((_, reject) => { refuse = reject; }), () => true)('/api/check');
  counts.signedIn();
  refuse(new TypeError('Failed to fetch'));
  await assert.rejects(asked, /Failed to fetch/);
  assert.deepEqual({ ...counts.toJSON() }, NOTHING);
});

test('kept counts are shown, and go on once somebody signs in', () => {
  let told;
  const counts = new Counts((numbers) => { told = { ...numbers }; });
  counts.goOnFrom({ thrownOut: 1, wordsLost: 5 });
  counts.thrownOut('two words');
  assert.deepEqual(told, { ...NOTHING, thrownOut: 1, wordsLost: 5 });
  counts.signedIn();
  counts.thrownOut('two words');
  assert.deepEqual(told, { ...NOTHING, thrownOut: 2, wordsLost: 7 });
});
