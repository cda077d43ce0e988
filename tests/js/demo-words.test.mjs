// What the demo puts into words: browsers, times, and the last seconds of a session.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toSay } from '../../www/js/expiring.js';
import { ago } from '../../www/js/format.js';
import { browserName } from '../../www/js/user-agent.js';

test('a user agent in a person\'s words', () => {
  const rows = [
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/128.0.0.0 Safari/537.36', 'Chromium 128 on Linux'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36', 'Chrome 128 on Windows'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0', 'Edge 128 on Windows'],
    ['Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36', 'Chrome 127 on ChromeOS'],
    ['Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36', 'Samsung Internet 25 on Android'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36 OPR/113.0.0.0', 'Opera 113 on macOS'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox 128 on Linux'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15', 'Safari 17 on macOS'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1', 'Safari 17 on iPhone'],
    ['Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/128.0.0.0 Mobile/15E148 Safari/604.1', 'Chrome 128 on iPad'],
    ['Firefox/128.0', 'Firefox 128'],
    ['curl/8.9.1', 'curl/8.9.1'],
    ['', 'Unknown browser'],
    [null, 'Unknown browser'],
  ];
  for (const [userAgent, words] of rows) assert.equal(browserName(userAgent), words);
});

test('how long ago something was', () => {
  const rows = [
    [-5, 'just now'], [0, 'just now'], [59, 'just now'], [60, '1 minute ago'], [119, '1 minute ago'], [3_599, '59 minutes ago'],
    [3_600, '1 hour ago'], [86_399, '23 hours ago'], [86_400, 'yesterday'], [30 * 86_400, '30 days ago'],
  ];
  for (const [seconds, words] of rows) assert.equal(ago(seconds * 1000), words, `${seconds} s`);
});

test('of a countdown, three numbers are said, also where it skips them', () => {
  const said = (from) => Array.from({ length: from }, (_, step) => toSay(from - step, from - step - 1)).filter(Boolean);
  assert.deepEqual(said(120), ['60 seconds left', '30 seconds left', '10 seconds left']);
  assert.deepEqual(said(30), ['10 seconds left'], 'the number it begins with is in the dialog that opens');
  assert.equal(toSay(90, 25), '25 seconds left', 'the machine has slept');
  assert.equal(toSay(25, 0), null, 'over is said by what comes then');
});
