// A test per project, and within it one per way to build it.
import { test } from 'node:test';
import { Consumer } from './consumer.mjs';
import { Site } from './site.mjs';

/**
 * @param {string} name of a fixture, which is installed once
 * @param {Record<string, (t: import('node:test').TestContext, given: { consumer: Consumer, site: Site }) => Promise<void>>} ways
 */
export function project(name, ways) {
  test(name, async (t) => {
    const consumer = await Consumer.create(t, name);
    const site = await Site.create(t);
    for (const [way, show] of Object.entries(ways)) await t.test(way, (t) => show(t, { consumer, site }));
  });
}
