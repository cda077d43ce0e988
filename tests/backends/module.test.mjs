// The module in Chromium in front of each backend of the protocol guide: a restart costs the person nothing, a sign-out is one.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { dist } from '../../tools/lib/paths.mjs';
import { launch, Person } from '../e2e/support/browser.mjs';
import { until } from '../e2e/support/until.mjs';
import { Backend } from './support/backend.mjs';
import { axum, express, fastapi } from './support/kinds.mjs';

const PAGE = `<!doctype html><title>An application</title><textarea></textarea>
<script type="module">
  import { createKeepAlive } from '/dist/index.js';
  window.session = createKeepAlive({ interval: 500, retry: { base: 50, cap: 200 }, login: '/connect' });
</script>`;

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** A person on a page of the backend's origin, signed in. The backends serve the protocol alone, so the page comes from here. */
async function signedIn(t, backend) {
  const person = await Person.create(browser, backend.origin);
  t.after(() => person.context.close());
  await person.context.route('**/dist/*', (route) => route.fulfill({
    contentType: 'text/javascript', body: readFileSync(join(dist, basename(new URL(route.request().url()).pathname))),
  }));
  const pages = { '/app': PAGE, '/connect': '<!doctype html><title>Connect</title>' };
  await person.context.route(({ pathname }) => Object.hasOwn(pages, pathname), (route) => route.fulfill({
    contentType: 'text/html', body: pages[new URL(route.request().url()).pathname],
  }));
  await person.page.goto(`${backend.origin}/connect`);
  const { status } = await person.call('POST', '/api/connect', backend.kind.right);
  assert.equal(status, 200);
  await person.page.goto(`${backend.origin}/app`);
  await person.page.evaluate(() => window.session.ready);
  person.navigations.length = 0;
  return person;
}

for (const [name, kind] of Object.entries({ express, fastapi, axum })) {
  test(`${name}: the module outlives two restarts, and a sign-out is one`, async (t) => {
    const backend = await Backend.create(kind);
    t.after(() => backend.remove());
    const person = await signedIn(t, backend);
    assert.deepEqual(await person.snapshot().then(({ status, epoch, subject }) => [status, epoch, subject]), ['connected', 1, 'alice']);
    await person.startWork('half a sentence');
    for (const epoch of [2, 3]) {
      await backend.restart();
      await until(`epoch ${epoch}`, () => person.named('reconnected').some((event) => event.epoch === epoch));
    }
    const visit = () => person.page.evaluate((path) => window.session.fetch(path).then((answer) => answer.json()), kind.protected);
    assert.deepEqual(await visit(), { subject: 'alice' });
    assert.deepEqual(person.named('disconnected'), []);
    await person.assertNothingLost('half a sentence');

    await person.page.evaluate(() => { window.session.on('redirect', (event) => event.preventDefault()); });
    await person.page.evaluate(() => window.session.signOut());
    assert.equal((await person.snapshot()).reason, 'signed-out');
    assert.deepEqual(await person.context.cookies(), []);
    assert.equal((await person.call('POST', '/api/validate-session', {})).status, 401);
  });
}
