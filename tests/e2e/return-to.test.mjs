// Where the connect form leads: a path of this site or '/', whatever the address bar says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { safeReturnTo } from '../../www/js/return-to.js';

const ORIGIN = 'http://127.0.0.1:4780';

test('a path with query and hash is kept', () => {
  for (const path of ['/', '/?interval=2s', '/notes/7?a=b%26c#d', '/connections']) {
    assert.equal(safeReturnTo(path, ORIGIN), path);
  }
});

test('anything that is not a path of this site becomes the main page', () => {
  for (const wanted of [
    null, '', 'notes', '//evil.example', '/\\evil.example', '\\\\evil.example', 'https://evil.example/', 'http://127.0.0.1:4780/x',
    'javascript:alert(1)', '/\t/evil.example', '\t//evil.example', '/\n/evil.example', '/..//evil.example',
  ]) {
    assert.equal(safeReturnTo(wanted, ORIGIN), '/', String(wanted));
  }
});

test('the form does not lead to itself', () => {
  for (const wanted of ['/connect', '/connect?returnTo=%2Fconnect', '/x/../connect', '/connect.html', '/connect/']) {
    assert.equal(safeReturnTo(wanted, ORIGIN), '/', wanted);
  }
});
