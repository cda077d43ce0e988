// A person with one of the examples, and a backend that can be killed.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { Backend } from '../../e2e/support/backend.mjs';
import { launch } from '../../e2e/support/browser.mjs';
import { freePort } from '../../e2e/support/ports.mjs';
import { until } from '../../e2e/support/until.mjs';
import { Consumer } from '../../pack/support/consumer.mjs';
import { Site } from '../../pack/support/site.mjs';

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url));
const DRAFT = 'The third paragraph, which took an hour.';

/** A temporary copy of an example, with its packages and the tarball. @param {import('node:test').TestContext} t */
export const install = (t, name) => Consumer.create(t, name, examples);

export class Example {
  /** What `vite build` has made. @param {import('node:test').TestContext} t @param {Consumer} consumer */
  static async built(t, consumer) {
    const site = await Site.create(t);
    site.files(consumer.path('dist'));
    return Example.create(t, site);
  }

  /** By Vite's development server, which is also what leads to the backend. @param {import('node:test').TestContext} t @param {Consumer} consumer */
  static async developed(t, consumer) {
    const port = await freePort();
    const backend = await Backend.create({ publicPort: port, pages: false });
    t.after(() => backend.remove());
    const server = consumer.with({ BACKEND: backend.own }).serve(t, 'vite', '--port', String(port));
    const { origin } = backend;
    await until(`Vite answers\n${server.output}`, async () => (await fetch(`${origin}/index.html`).catch(() => null))?.ok);
    return Example.create(t, { origin, backend });
  }

  /** @param {import('node:test').TestContext} t @param {{ origin: string, backend: Backend }} site */
  static async create(t, site) {
    const example = new Example();
    example.site = site;
    const browser = await launch();
    t.after(() => browser.close());
    example.page = await (await browser.newContext()).newPage();
    example.page.setDefaultTimeout(15_000);
    example.wrong = [];
    example.page.on('pageerror', (error) => example.wrong.push(String(error.stack ?? error)));
    return example;
  }

  /** Opens a page, connects by its form, and types what is not saved anywhere. @param {string} path */
  async begin(path) {
    await this.page.goto(this.site.origin + path);
    await this.page.getByRole('button', { name: 'Connect' }).click();
    await this.shows('connected, epoch 1');
    await this.page.getByRole('textbox', { name: 'Not saved yet' }).fill(DRAFT);
    await this.page.evaluate(() => { window.mark = 'still the same document'; });
  }

  /** Waits for what the page says of the session. @param {string} text */
  async shows(text) {
    await this.page.getByText(text, { exact: true }).waitFor().catch(async (error) => {
      assert.fail(`${error.message}\n${this.wrong.join('\n')}\n${await this.page.content()}`);
    });
  }

  /** Fails unless this is still the document of {@link begin} with the text in it. */
  async assertNothingLost() {
    assert.equal(await this.page.evaluate(() => window.mark), 'still the same document');
    assert.equal(await this.page.getByRole('textbox', { name: 'Not saved yet' }).inputValue(), DRAFT);
    assert.deepEqual(this.wrong, []);
  }

  /** What every example must show. @param {string} [path] */
  async outlivesARestart(path = '/') {
    await this.begin(path);
    await this.site.backend.restart();
    await this.page.getByRole('button', { name: 'Check now' }).click();
    await this.shows('connected, epoch 2');
    await this.assertNothingLost();
  }
}
