// What a page with an idle session does in an hour, on a clock that is set by hand.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from '../install.mjs';
import { assertFine, open, start } from '../tab.mjs';

const intervalMs = 300_000;
const hourMs = 3_600_000;
// The clock stands still while a request is under way: it is late for an answer by this at most, which is less than what
// any of them calls slow.
const stepMs = 2_000;
const script = readFileSync(join(folder, 'page', 'hour.js'), 'utf8');

/** Wake-ups and requests in an hour of one tab. */
export async function measureHour({ browser, server, key, hidden }) {
  const context = await browser.newContext();
  try {
    await context.clock.install();
    await context.addInitScript(script);
    const page = await open(context, server);
    const run = server.run(intervalMs);
    await start(page, key, run);
    if (hidden) await hide(page);
    await context.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000));
    await quiet(page);
    const before = await page.evaluate(() => [Date.now(), window.hour.wakeups()]);
    const asked = run.askedAt.length;
    for (let ms = 0; ms < hourMs; ms += stepMs) {
      await context.clock.runFor(stepMs);
      await quiet(page);
    }
    const [now, wakeups, state] = await page.evaluate(() => [Date.now(), window.hour.wakeups(), document.visibilityState]);
    if (now - before[0] !== hourMs) throw new Error(`${key}: the clock went on by ${now - before[0]} ms instead of an hour`);
    if (state !== (hidden ? 'hidden' : 'visible')) throw new Error(`${key}: the page was ${state}`);
    assertFine(page, key);
    return { wakeups: wakeups - before[1], requests: run.askedAt.length - asked };
  } finally {
    await context.close();
  }
}

const quiet = (page) =>
  page.evaluate(() => {
    // A promise's consequences are done when a message that was sent after it arrives; no clock is in this.
    const turn = () => new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => { port1.close(); resolve(); };
      port2.postMessage(null);
    });
    const settled = async () => {
      do await turn(); while (window.hour.underWay() > 0);
      await turn();
    };
    return settled();
  });

async function hide(page) {
  const seen = await page.evaluate(() => window.hour.hide());
  if (seen.join() !== 'hidden,hidden') throw new Error(`a hidden page is not seen as one: ${seen.join() || 'no event'}`);
}
