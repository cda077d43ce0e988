// What the examples in Rust have in common: a user on their page who has signed in there.
import { until } from '../../e2e/support/until.mjs';

export const DRAFT = 'The third paragraph, which took an hour.';

/** Runs in the page before its own scripts: counts the Wasm instances. */
function count() {
  window.instances = 0;
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const real = WebAssembly[name];
    WebAssembly[name] = (...given) => {
      window.instances += 1;
      return real.apply(WebAssembly, given);
    };
  }
}

/** @param {import('../../e2e/support/browser.mjs').Person} user */
export async function signIn(user) {
  const { page } = user;
  await user.context.addInitScript(count);
  await page.goto(`${user.origin}/`);
  await page.getByLabel('Connection string').fill('sqlite:sample.db');
  await page.getByRole('button', { name: 'Connect' }).click();
  /** Waits for a fact about the session. */
  const shows = (name, wanted) =>
    until(`${name} is ${wanted}`, async () => (await page.locator(`#${name}`).textContent()) === wanted);
  await shows('status', 'connected');
  return { page, shows };
}

/** Which Wasm the user's pages have asked for, and how many instances the open page has. */
export const wasm = async ({ page, requests }) => ({
  instances: await page.evaluate(() => window.instances),
  paths: requests.map((request) => new URL(request.url()).pathname).filter((path) => path.endsWith('.wasm')),
});
