import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { listen, pageState } from '../../src/js/page.js';
import { openPage } from './support/page.mjs';

let page;
let heard;
let deafen;
beforeEach(() => {
  page = openPage();
  heard = [];
  deafen = listen((event) => heard.push(event));
});
afterEach(() => page.remove());

const hears = (target, type, properties) => {
  heard.length = 0;
  page.fire(page[target], type, properties);
  return heard;
};

test('what the browser says about the page arrives by its own name', () => {
  const rows = [
    ['window', 'focus', {}, ['focused']],
    ['window', 'pagehide', {}, ['left']],
    ['window', 'pageshow', { persisted: true }, ['restored']],
    ['window', 'pageshow', { persisted: false }, []],
    ['window', 'online', {}, ['online']],
    ['window', 'offline', {}, ['offline']],
    ['document', 'resume', {}, ['resumed']],
  ];
  for (const [target, type, properties, names] of rows) assert.deepEqual(hears(target, type, properties), names, type);
  page.document.visibilityState = 'hidden';
  assert.deepEqual(hears('document', 'visibilitychange'), ['hidden']);
  page.document.visibilityState = 'visible';
  assert.deepEqual(hears('document', 'visibilitychange'), ['visible']);
});

test('the focus of a field inside the page is not the focus of the window', () => {
  const event = new Event('focus');
  Object.defineProperty(event, 'target', { value: page.document });
  page.window.dispatchEvent(event);
  assert.deepEqual(heard, []);
});

test('every sign of a person counts, but one a second is enough', () => {
  let now = 10_000;
  for (const type of ['pointerdown', 'keydown', 'touchstart', 'scroll']) {
    const at = (timeStamp) => {
      const event = new Event(type);
      Object.defineProperty(event, 'timeStamp', { value: timeStamp });
      page.window.dispatchEvent(event);
    };
    heard.length = 0;
    at(now);
    at(now + 1);
    at(now + 999);
    assert.deepEqual(heard, ['active'], type);
    at(now + 1000);
    assert.deepEqual(heard, ['active', 'active'], type);
    now += 10_000;
  }
});

test('the very first sign counts, however early', () => {
  const event = new Event('keydown');
  Object.defineProperty(event, 'timeStamp', { value: 0 });
  page.window.dispatchEvent(event);
  assert.deepEqual(heard, ['active']);
});

test('once deaf it hears nothing and has left nothing behind', () => {
  assert.ok(page.listeners() >= 8);
  deafen();
  assert.equal(page.listeners(), 0);
  assert.deepEqual(hears('window', 'online'), []);
});

test('the page as it is: seen or not, with or without a network', () => {
  assert.deepEqual(pageState(), [true, true]);
  page.document.visibilityState = 'hidden';
  navigator.onLine = false;
  assert.deepEqual(pageState(), [false, false]);
  delete navigator.onLine;
  assert.deepEqual(pageState(), [false, true], 'a browser that cannot tell is taken to be online');
});
