// From the dynamic import of a client to its first verdict that the server had a say in.
import { rotated } from '../statistics.mjs';
import { assertFine, open, start } from '../tab.mjs';

const intervalMs = 300_000;
// Loads after which the browser has the file and what it compiled of it in its caches.
const priming = 2;
const warmLoads = 2;

/** In each round every candidate gets a fresh profile. Samples: `{ cold, warm }`, and `coldLocal`, `warmLocal` if it has such a verdict. */
export async function measureLoads({ browser, server, candidates, rounds, progress }) {
  const samples = Object.fromEntries(candidates.map(({ key }) => [key, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const { key } of rotated(candidates, round)) samples[key].push(...(await profile(browser, server, key)));
    progress(round + 1, rounds);
  }
  return samples;
}

async function profile(browser, server, key) {
  const context = await browser.newContext();
  try {
    const page = await open(context, server);
    const run = server.run(intervalMs);
    const load = async () => {
      await page.goto(`${server.origin}/page`);
      return start(page, key, run);
    };
    const cold = await load();
    for (let i = 0; i < priming; i += 1) await load();
    const warm = [];
    for (let i = 0; i < warmLoads; i += 1) warm.push(await load());
    assertFine(page, key);
    return [
      { cold: cold.ready, coldLocal: cold.local },
      ...warm.map(({ ready, local }) => ({ warm: ready, warmLocal: local })),
    ];
  } finally {
    await context.close();
  }
}
