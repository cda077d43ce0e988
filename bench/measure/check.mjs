// What one check costs the page's main thread.
import { rotated } from '../statistics.mjs';
import { latencyMs } from '../server.mjs';
import { assertFine, open, start } from '../tab.mjs';

const intervalMs = 300_000;
// As many checks as an hour has, on a page that has just loaded: in a page that checks every five minutes the code is never
// as warm as after thousands of checks in a row.
const block = { times: 12, pauseMs: 20, latencyMs, restMs: 50 };
const doings = ['idle', 'request', 'check'];

/** In each round every candidate gets a fresh profile. Adds to `samples[key]`: `{ check, own }` in ms for one check. */
export async function measureChecks({ browser, server, candidates, rounds, progress }) {
  const samples = Object.fromEntries(candidates.map(({ key }) => [key, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const { key } of rotated(candidates, round)) samples[key].push(await one(browser, server, key, round));
    progress(round + 1, rounds);
  }
  return samples;
}

async function one(browser, server, key, round) {
  const context = await browser.newContext();
  try {
    const page = await open(context, server);
    const run = server.run(intervalMs);
    await start(page, key, run);
    const devtools = await context.newCDPSession(page);
    // The processor time of the thread: what other programs on this machine do at the same time is not in it.
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    const spent = async () => {
      const { metrics } = await devtools.send('Performance.getMetrics');
      return 1000 * metrics.find(({ name }) => name === 'TaskDuration').value;
    };
    const measured = async (doing) => {
      const asked = run.askedAt.length;
      const before = await spent();
      await page.evaluate(([doing, block]) => window.bench.block(doing, block), [doing, block]);
      const ms = (await spent()) - before;
      const requests = run.askedAt.length - asked;
      const expected = doing === 'idle' ? 0 : block.times;
      if (requests !== expected) throw new Error(`${key}: ${requests} requests in a block of ${expected} (${doing})`);
      return ms / block.times;
    };
    // The first block pays for whatever loading has left to do, and is not counted.
    await measured('idle');
    const ms = {};
    for (const doing of rotated(doings, round)) ms[doing] = await measured(doing);
    assertFine(page, key);
    return { check: ms.check - ms.idle, own: ms.check - ms.request };
  } finally {
    await context.close();
  }
}
