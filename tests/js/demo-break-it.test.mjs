// The demo's ways to break the backend: what is in force, in words; numbers that are refused; the interval.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mistakeIn } from '../../www/js/fields.js';
import { downInWords, endOf, inWords } from '../../www/js/in-force.js';
import { optionsFrom } from '../../www/js/options.js';

test('what is in force is said in one sentence', () => {
  const rest = { requests: null, seconds: null, retryAfter: 3, delayMs: 1500 };
  const until = ', until you take it back';
  const rows = [
    [null, 0, 'The backend answers normally.'],
    [{ kind: '503' }, 0, `In force: every API call is answered with 503, Retry-After 3 s${until}.`],
    [{ kind: '429' }, 0, `In force: every API call is answered with 429, Retry-After 3 s${until}.`],
    [{ kind: 'html' }, 0, `In force: every API call is answered with a web page${until}.`],
    [{ kind: 'delay' }, 0, `In force: every answer comes 1.5 s late${until}.`],
    [{ kind: 'hang' }, 0, `In force: no API call is answered${until}.`],
    [{ kind: 'cut', requests: 2 }, 0, 'In force: connections are closed without an answer, 2 more times.'],
    [{ kind: 'refuse-reconnect' }, 0, `In force: whoever has to be reconnected is refused${until}.`],
    [{ kind: 'new' }, 0, `In force: the fault new${until}.`],
    [null, 600, 'In force: the server’s clock is 10 min ahead.'],
    [{ kind: 'html' }, -90, `In force: every API call is answered with a web page${until}; the server’s clock is 1 min 30 s behind.`],
  ];
  for (const [fault, clockAheadSeconds, words] of rows) {
    assert.equal(inWords({ startedAt: 1, fault: fault && { ...rest, ...fault }, clockAheadSeconds }), words);
  }
});

test('a fault with an end is in force until then, whenever it is asked for', () => {
  const fault = { kind: 'cut', requests: null, seconds: 10 };
  const start = new Date(2026, 0, 2, 3, 4, 5).getTime();
  const end = endOf(fault, start);
  assert.equal(
    inWords({ startedAt: 1, fault, clockAheadSeconds: 0 }, end),
    'In force: connections are closed without an answer, until 03:04:15.',
  );
  // 7.4 s are left, which the backend calls 8.
  assert.equal(endOf({ ...fault, seconds: 8 }, start + 2600, end), end);
  // Somebody has asked for it anew.
  assert.equal(endOf({ ...fault, seconds: 10 }, start + 2600, end), start + 12_600);
  assert.equal(endOf({ ...fault, seconds: 2 }, start + 2600, end), start + 4600);
  assert.equal(endOf({ ...fault, seconds: null }, start, end), undefined);
  assert.equal(endOf(null, start, end), undefined);
});

test('why the backend is down, and until when', () => {
  const until = new Date(2026, 0, 2, 3, 4, 5).getTime();
  assert.match(downInWords({ why: 'stopped', until }), /^The backend is stopped until 03:04:05\./);
  assert.match(downInWords({ why: 'restarting' }), /restarts/);
  assert.match(downInWords({ why: 'unreachable' }), /cannot be reached/);
});

test('a number field takes whole numbers within its limits, and says so about anything else', () => {
  const field = { badInput: false, min: 1, max: 60, required: true };
  for (const value of ['1', '60', '007']) assert.equal(mistakeIn({ ...field, value }), '', value);
  for (const value of ['', '0', '61', '-1', '1.5', '1e9', 'x', ' ']) {
    assert.equal(mistakeIn({ ...field, value }), 'Enter a whole number from 1 to 60.', value);
  }
  assert.equal(mistakeIn({ ...field, value: '', required: false }), '');
  // What the browser takes for no number reaches the script as nothing.
  assert.equal(mistakeIn({ ...field, value: '', badInput: true, required: false }), 'Enter a whole number from 1 to 60, or nothing.');
  assert.equal(mistakeIn({ ...field, value: '-5', min: -10 }), '');
});

test('the demo checks every 5 s unless the address says otherwise, and knows how long that is', () => {
  const { options, interval, shown } = optionsFrom('');
  assert.deepEqual([options.interval, interval], ['5s', 5000]);
  assert.match(shown, /5s.*5m/);
  const rows = [['?interval=2s', 2000], ['?interval=500', 500], ['?interval=1.5m', 90_000], ['?interval=300ms', 300], ['?interval=2h', 7_200_000]];
  for (const [search, milliseconds] of rows) assert.equal(optionsFrom(search).interval, milliseconds, search);
  assert.deepEqual(optionsFrom('?interval=2s&retryBase=100ms'), {
    options: { interval: '2s', retry: { base: '100ms' } }, shown: 'interval 2s, retryBase 100ms', interval: 2000,
  });
  assert.ok(Number.isNaN(optionsFrom('?interval=soon').interval), 'the module refuses it');
});
