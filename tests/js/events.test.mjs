import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { createEvents } from '../../src/js/events.js';
import { settled } from './support/page.mjs';

let reported;
beforeEach(() => {
  reported = [];
  globalThis.reportError = (error) => reported.push(error);
});
afterEach(() => { delete globalThis.reportError; });

test('a listener that throws is reported and disturbs nobody', () => {
  const events = createEvents();
  const heard = [];
  events.add('change', () => { throw new Error('mine'); });
  events.add('change', (event) => heard.push(event));
  events.emit('change', 1);
  assert.deepEqual(heard, [1]);
  assert.deepEqual(reported.map((error) => error.message), ['mine']);
});

test('without reportError the error is thrown where only the page can hear it', (t) => {
  delete globalThis.reportError;
  const later = t.mock.method(globalThis, 'setTimeout', () => {});
  const events = createEvents();
  const error = new Error('mine');
  events.add('change', () => { throw error; });
  events.emit('change', 1);
  assert.equal(later.mock.callCount(), 1);
  assert.throws(later.mock.calls[0].arguments[0], error);
});

test('listeners hear only their own event, in the order in which they came', () => {
  const events = createEvents();
  const heard = [];
  events.add('change', (event) => heard.push(['first', event]));
  events.add('slow', (event) => heard.push(['slow', event]));
  events.add('change', (event) => heard.push(['second', event]));
  events.emit('change', 1);
  events.emit('nobody listens', 2);
  assert.deepEqual(heard, [['first', 1], ['second', 1]]);
});

test('one function that was added twice is called twice and removed once', () => {
  const events = createEvents();
  let calls = 0;
  const listener = () => { calls += 1; };
  const remove = events.add('change', listener);
  events.add('change', listener);
  events.emit('change');
  assert.equal(calls, 2);
  remove();
  remove();
  events.emit('change');
  assert.equal(calls, 3);
});

test('a listener that is removed during an event does not hear it any more', () => {
  const events = createEvents();
  const heard = [];
  events.add('change', () => removeSecond());
  const removeSecond = events.add('change', () => heard.push('second'));
  events.add('change', () => heard.push('third'));
  events.emit('change');
  assert.deepEqual(heard, ['third']);
});

test('a listener that is added during an event hears the next one', () => {
  const events = createEvents();
  const heard = [];
  const remove = events.add('change', () => {
    remove();
    events.add('change', (event) => heard.push(event));
  });
  events.emit('change', 1);
  assert.deepEqual(heard, []);
  events.emit('change', 2);
  assert.deepEqual(heard, [2]);
});

test('a listener may cause the same event again', () => {
  const events = createEvents();
  const heard = [];
  events.add('change', (event) => {
    heard.push(event);
    if (event < 3) events.emit('change', event + 1);
  });
  events.emit('change', 1);
  assert.deepEqual(heard, [1, 2, 3]);
});

test('a signal removes the listener, and is let go of when it was removed otherwise', () => {
  const events = createEvents();
  const heard = [];
  const controller = new AbortController();
  const { signal } = controller;
  let held = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...given) => { held += 1; addEventListener.apply(signal, given); };
  signal.removeEventListener = (...given) => { held -= 1; removeEventListener.apply(signal, given); };

  const remove = events.add('change', () => heard.push('removed'), { signal });
  events.add('change', () => heard.push('cleared'), { signal });
  assert.equal(held, 2);
  remove();
  assert.equal(held, 1);
  events.clear();
  assert.equal(held, 0);

  events.add('change', () => heard.push('aborted'), { signal });
  controller.abort();
  events.emit('change');
  events.add('change', () => heard.push('too late'), { signal });
  events.emit('change');
  assert.deepEqual(heard, []);
});

test('after clear() in a listener nobody else is called', () => {
  const events = createEvents();
  const heard = [];
  events.add('change', () => events.clear());
  events.add('change', () => heard.push('second'));
  events.emit('change');
  events.emit('change');
  assert.deepEqual(heard, []);
});

test('a late subscriber gets what it missed, after add() has returned', async () => {
  const events = createEvents();
  const heard = [];
  events.add('change', (event) => heard.push(event), { late: () => 'now' });
  assert.deepEqual(heard, []);
  await settled();
  assert.deepEqual(heard, ['now']);
});

test('nothing was missed: nothing is told, nor to somebody who left at once', async () => {
  const events = createEvents();
  const heard = [];
  events.add('connected', (event) => heard.push(event), { late: () => undefined });
  events.add('change', (event) => heard.push(event), { late: () => 'now' })();
  await settled();
  assert.deepEqual(heard, []);
});

test('a late subscriber that throws is reported too', async () => {
  const events = createEvents();
  events.add('change', () => { throw new Error('mine'); }, { late: () => 'now' });
  await settled();
  assert.deepEqual(reported.map((error) => error.message), ['mine']);
});
