// What every project must show in a real browser, whatever it was built with.
import assert from 'node:assert/strict';
import { HEADERS } from '../../e2e/support/backend.mjs';
import { launch } from '../../e2e/support/browser.mjs';

/** Runs in the page before its own scripts: counts the instances of Wasm that it makes. */
function count() {
  window.instances = 0;
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const original = WebAssembly[name];
    WebAssembly[name] = (...given) => {
      window.instances += 1;
      return original.apply(WebAssembly, given);
    };
  }
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(target, given) {
      window.instances += 1;
      return Reflect.construct(target, given);
    },
  });
}

/**
 * Opens the site's first page as somebody who is signed in. Both sessions of the page (see `fixtures/app`) get connected, by
 * one instance of the module, and nothing is wrong in the console or with a request.
 * @param {import('node:test').TestContext} t @param {import('./site.mjs').Site} site
 * @param {{ separate?: boolean }} [options] `separate`: the module is a file of its own, which is fetched once
 * @returns {Promise<import('playwright-core').Page>}
 */
export async function assertWorks(t, { origin }, { separate = false } = {}) {
  const browser = await launch();
  t.after(() => browser.close());
  const context = await browser.newContext();
  const answer = await context.request.post(`${origin}/api/connect`, { headers: HEADERS, data: { connectionString: 'sqlite:sample.db' } });
  assert.equal(answer.status(), 200, await answer.text());
  await context.addInitScript(count);

  const page = await context.newPage();
  const wrong = [];
  const modules = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') wrong.push(`console.${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => wrong.push(String(error.stack ?? error)));
  page.on('requestfailed', (request) => wrong.push(`${request.url()}: ${request.failure().errorText}`));
  page.on('response', (response) => {
    if (response.headers()['content-type'] === 'application/wasm') modules.push(response.url());
    if (response.status() >= 400) wrong.push(`${response.url()}: ${response.status()}`);
  });
  await page.goto(origin);
  const statuses = () => [window.session, window.other].map((session) => session?.getSnapshot().status);
  await page.waitForFunction(`(${statuses})().every((status) => status === 'connected')`, undefined, { timeout: 20_000 }).catch(async () => {
    assert.fail(`the sessions are ${JSON.stringify(await page.evaluate(statuses))}\n${wrong.join('\n')}\n${await page.content()}`);
  });
  assert.equal(await page.evaluate(() => window.instances), 1, 'instances of the module');
  assert.deepEqual(wrong, []);
  assert.equal(modules.length, separate ? 1 : 0, `files of the module: ${modules.join(' ')}`);
  return page;
}
