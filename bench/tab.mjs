// A tab with one client in it.
import { gotrueSession } from './server.mjs';

/** Opens the page in a browser context and waits until it has loaded. */
export async function open(context, server, url = '/page') {
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(server.origin + url);
  return Object.assign(page, { problems });
}

/** Starts a client in an open tab; resolves to its times once the server has said that the session is good. */
export function start(page, key, run) {
  const settings = {
    script: `/bundles/${key}.js`, base: run.base, intervalMs: run.intervalMs, storageKey: 'auth-js', session: gotrueSession(run),
  };
  return page.evaluate((settings) => window.bench.start(settings), settings);
}

/** A page that complained has not been doing what is measured. */
export function assertFine(page, what) {
  if (page.problems.length > 0) throw new Error(`${what}: ${page.problems.join('; ')}`);
}
