// The demo in Firefox: the same page, driven as a person would.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Key } from 'selenium-webdriver';
import { axe, sideways, violations } from '../e2e/support/axe.mjs';
import { Backend } from '../e2e/support/backend.mjs';
import { until } from '../e2e/support/until.mjs';
import { Firefox } from './support/firefox.mjs';

const QUICK = '/?interval=500&retryBase=100ms&retryCap=500ms';

async function world(t, options) {
  const backend = await Backend.create();
  t.after(() => backend.remove());
  return { backend, person: await Firefox.create(t, backend.origin, options) };
}

/** Nothing in the console, nothing refused or missing, nobody else asked. */
function assertClean(person) {
  assert.deepEqual(person.console, []);
  assert.ok(person.requests.length > 5, `${person.requests.length} requests`);
  // Without a host: a font for triangles that Firefox has in its own style sheet.
  assert.deepEqual(person.requests.filter(({ host, origin }) => host && origin !== person.origin).map(String), []);
}

test('a restart: connected by the form, healed, the text still there', async (t) => {
  const { backend, person } = await world(t);
  await person.go(QUICK);
  const form = `/connect?returnTo=${encodeURIComponent(QUICK)}`;
  await person.isAt(form);
  await person.press('Connect');
  await person.isAt(QUICK);
  await person.says('#status', 'connected');
  await person.says('#epoch', '1');
  await until('the tables are shown', () => person.evaluate(() => document.querySelectorAll('#tables li').length > 0));
  await person.find('#work').sendKeys('Written in Firefox.');
  await person.evaluate(() => { window.mark = 'still the same document'; });

  await backend.kill();
  await person.says('#status', 'degraded');
  await person.find('#work').sendKeys(' Also while it was away.');
  await backend.start();
  await person.says('#epoch', '2');
  await person.says('#status', 'connected');
  assert.equal(await person.find('#work').getAttribute('value'), 'Written in Firefox. Also while it was away.');
  assert.equal(await person.evaluate(() => window.mark), 'still the same document');
  assertClean(person);
});

test('a backend that answers 503 is waited for', async (t) => {
  const { backend, person } = await world(t);
  await person.connect(QUICK);
  await backend.fault({ kind: '503' });
  await person.says('#status', 'degraded');
  await person.says('#reason', 'server (HTTP 503)');
  await backend.fault(null);
  await person.says('#status', 'connected');
  await person.says('#epoch', '1');
  assertClean(person);
});

test('two tabs make one check', async (t) => {
  const { person } = await world(t);
  const count = (words) => person.evaluate((words) => [...document.querySelectorAll('#log [data-event="checked"]')]
    .filter(({ textContent }) => textContent.includes(words)).length, words);
  await person.connect('/?interval=1s');
  const first = await person.driver.getWindowHandle();
  const second = await person.newTab();
  await person.go('/?interval=1s');
  const told = await until('both know of four checks, and one of them of three that the other has made', async () => {
    const now = [];
    for (const tab of [first, second]) {
      await person.toTab(tab);
      now.push({ all: await count('took'), shared: await count('by another tab') });
    }
    return now.every(({ all }) => all >= 4) && now.some(({ shared }) => shared >= 3) && now;
  }, { within: 20_000 });
  const asked = person.requests.filter(({ pathname }) => pathname === '/api/validate-session').length;
  // The form has asked once, and one more may be under way.
  assert.ok(asked <= told[0].all + 2, `${asked} checks were made, and the first tab knows of ${told[0].all}`);
  assertClean(person);
});

test('every section does what it says', async (t) => {
  const { person } = await world(t);
  const count = (selector) => person.evaluate((selector) => document.querySelectorAll(selector).length, selector);
  const isOpen = (selector) => person.evaluate((selector) => document.querySelector(selector).open, selector);
  await person.connect(QUICK);

  await person.says('#before-says', 'Signed in.');
  await person.press('Answer 503');
  await person.says('#in-force', /answered with 503/);
  await person.says('#status', 'degraded');
  await person.says('#before-says', /^Thrown out/);
  await person.press('Answer normally');
  await person.says('#in-force', 'The backend answers normally.');
  await person.says('#status', 'connected');
  await person.says('#after-says', /^Survived/);

  await person.find('#timeline-details summary').click();
  await person.says('#timeline-rows', /degraded/);
  const range = await person.text('#timeline-range');
  await person.find('#timeline-picture').sendKeys('-');
  await until('it is zoomed out', async () => (await person.text('#timeline-range')) !== range);

  await until('this device is listed', () => count('#session-rows li'));
  assert.match(await person.text('#session-rows'), /Firefox \d+ on \w+.*this device/);
  await person.press('Sign out everywhere');
  await until('it is asked about', () => isOpen('#confirm'));
  await person.driver.actions().sendKeys(Key.ESCAPE).perform();
  await until('it is left', async () => !(await isOpen('#confirm')));

  const here = await person.driver.getWindowHandle();
  await person.press('Open another tab');
  await until('both tabs are listed', async () => (await count('#tab-rows tr')) === 2);
  const [there] = (await person.driver.getAllWindowHandles()).filter((tab) => tab !== here);
  await person.toTab(there);
  await until('both are listed there too', async () => (await count('#tab-rows tr')) === 2);
  await person.toTab(here);

  await person.press('Expire it');
  await until('the page warns', () => isOpen('#expiring'), { within: 30_000 });
  await person.says('#expiring-left', /^Ends in \d+ s$/);
  await person.find('#expiring-leave').click();
  await until('it is signed out', () => person.evaluate(() => location.pathname === '/connect').catch(() => false));
  assertClean(person);
});

/** Every control that a person can see, and that Tab should lead to. In a group with arrow keys of its own one is enough. */
const controls = () => {
  const groups = new Set();
  window.controls = [...document.querySelectorAll('a[href], button, input, textarea, select, summary, [tabindex="0"]')]
    .filter((element) => element.checkVisibility() && !element.disabled)
    .filter((element) => element.tabIndex >= 0 || !element.closest('[role="toolbar"], [role="tablist"], [role="radiogroup"], [role="grid"]'))
    .filter(({ type, name }) => type !== 'radio' || !name || (!groups.has(name) && groups.add(name)));
  return window.controls.map((element) => element.outerHTML.slice(0, 90));
};

test('every control can be reached by Tab and has a name', async (t) => {
  const { person } = await world(t);
  for (const page of ['/connect', '/']) {
    if (page === '/') await person.connect('/');
    else await person.go(page);
    const all = await person.evaluate(controls);
    assert.ok(all.length >= 3, all.join('\n'));
    await person.evaluate(() => document.activeElement.blur());
    const missing = new Map(all.entries());
    for (let step = 0; step < 2 * all.length + 10 && missing.size > 0; step += 1) {
      await person.tab();
      const place = await person.evaluate(() => window.controls.indexOf(document.activeElement));
      if (!missing.delete(place)) continue;
      const name = await (await person.driver.switchTo().activeElement()).getAccessibleName();
      assert.match(name, /\S/, `no name: ${all[place]}`);
    }
    assert.deepEqual([...missing.values()], [], 'not reached');
  }
  assertClean(person);
});

for (const scheme of ['light', 'dark']) {
  test(`${scheme}: axe finds nothing, and a phone need not scroll sideways`, async (t) => {
    const { person } = await world(t, { scheme });
    const ground = () => person.evaluate(() => {
      const [red] = getComputedStyle(document.body).backgroundColor.match(/\d+/);
      return Number(red) < 128 ? 'dark' : 'light';
    });
    for (const page of ['/connect', '/']) {
      if (page === '/') await person.connect('/');
      else await person.go(page);
      assert.equal(await ground(), scheme);
      await person.driver.executeScript(axe);
      for (const width of [1280, 390]) {
        await person.setWidth(width);
        assert.deepEqual(await person.evaluate(violations), [], `${page}, ${width} wide`);
        assert.equal(await person.evaluate(sideways), 0, `${page}, ${width} wide, scrolls sideways`);
      }
    }
    assertClean(person);
  });
}

test('what the browser complains of is heard', async (t) => {
  const { person } = await world(t);
  await person.go('/connect');
  assert.deepEqual(person.console, []);
  await person.evaluate(() => {
    console.warn('a word');
    setTimeout(() => { throw new Error('a mistake'); });
    document.body.setAttribute('style', 'color: red');
    document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.1:9/elsewhere.png' }));
    document.body.append(Object.assign(new Image(), { src: '/missing.png' }));
  });
  const heard = (words) => until(`"${words}" is heard`, () => person.console.some((line) => line.includes(words)));
  for (const words of ['a word', 'a mistake', 'style-src', 'img-src', '/missing.png']) await heard(words);
  assert.throws(() => assertClean(person));
});
