// What the server hears from many tabs of one profile.
import { assertFine, open, start } from '../tab.mjs';

export const counts = [1, 5, 20];

/** Requests per interval, for each of {@link counts}. The three profiles run at the same time. */
export async function measureTabs({ browser, server, candidate }) {
  const profiles = [];
  try {
    for (const count of counts) profiles.push(await profile(browser, server, candidate, count));
    const span = candidate.tabsIntervalMs * candidate.tabsIntervals;
    const from = performance.now();
    await new Promise((resolve) => setTimeout(resolve, span));
    return profiles.map(({ pages, run }) => {
      for (const page of pages) assertFine(page, candidate.key);
      return run.askedAt.filter((at) => at > from && at <= from + span).length / candidate.tabsIntervals;
    });
  } finally {
    await Promise.all(profiles.map(({ context }) => context.close()));
  }
}

async function profile(browser, server, { key, tabsIntervalMs }, count) {
  const context = await browser.newContext();
  const pages = await Promise.all(Array.from({ length: count }, () => open(context, server)));
  const run = server.run(tabsIntervalMs);
  // One after the other, as a person would open them: never all in the same millisecond.
  for (const page of pages) await start(page, key, run);
  return { context, pages, run };
}
