// `npm run bench:page`: what a session costs a page, next to the clients of better-auth and supabase.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { candidates, slim } from '../bench/candidates.mjs';
import { ensurePeers, folder } from '../bench/install.mjs';
import { measureChecks } from '../bench/measure/check.mjs';
import { measureHour } from '../bench/measure/hour.mjs';
import { measureLoads } from '../bench/measure/load.mjs';
import { counts, measureTabs } from '../bench/measure/tabs.mjs';
import { Server } from '../bench/server.mjs';
import { notes } from '../bench/notes.mjs';
import { markdown, plain, rows, withResults } from '../bench/table.mjs';
import { entries } from './build/bundle.mjs';
import { endOnSignals } from './lib/children.mjs';
import { Failure, main } from './lib/failure.mjs';
import { Stages } from './lib/stages.mjs';
import { checkNode, ensureNodePackages } from './lib/toolchain.mjs';

const document = join(folder, 'README.md');
const defaultRounds = 12;
const help = `npm run bench:page: what a session costs a page, next to the clients of better-auth and supabase.

Installs those two into bench/node_modules, starts a server on a free port of this machine and Chromium, and measures all of
them in turn: time on the main thread, time to the first verdict, wake-ups, requests of many tabs. Takes about four minutes.
Needs npm run build before it. bench/README.md says how each number is made.

  npm run bench:page -- --write        puts the tables into bench/README.md
  npm run bench:page -- --rounds 30    measures the times in so many fresh profiles (${defaultRounds})
  npm run bench:page -- --help         this text`;

function options() {
  const { values } = parseArgs({ options: { write: { type: 'boolean' }, rounds: { type: 'string' }, help: { type: 'boolean' } } });
  const rounds = Number(values.rounds ?? defaultRounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Failure(`--rounds must be a whole number from 1, not '${values.rounds}'`, { exitCode: 2 });
  }
  return { ...values, rounds };
}

async function launchBrowser() {
  // Not before its package is there.
  const { launch } = await import('../tests/e2e/support/browser.mjs');
  try {
    return await launch();
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`the browser did not start (CHROME_PATH or CHROME names another): ${error.message}`, { cause: error });
  }
}

const progress = (done, all) => {
  if (done === all || done % 5 === 0) console.log(`  ${done} of ${all} rounds`);
};

/** Everything there is to measure. What is timed comes first, with nothing beside it. */
async function measureAll(stages, { browser, server, rounds }) {
  const checks = await stages.run('main thread of a check', () => measureChecks({ browser, server, candidates, rounds, progress }));
  const loads = await stages.run('import to the first verdict', () =>
    measureLoads({ browser, server, candidates: [...candidates, slim], rounds, progress }));
  const { hours, tabs } = await stages.run('an hour of one tab, many tabs', () => measureCounts({ browser, server }));
  return { checks, loads, hours, tabs };
}

/** Numbers that are counted, not timed: these may be measured side by side. */
async function measureCounts({ browser, server }) {
  const tabs = {};
  const hours = {};
  const countTabs = async (candidate) => {
    tabs[candidate.key] = await measureTabs({ browser, server, candidate });
    console.log(`  ${candidate.name}: ${tabs[candidate.key].map((requests, i) => `${requests.toFixed(1)} from ${counts[i]}`).join(', ')}`);
  };
  const countHours = async ({ key, name }) => {
    const [visible, hidden] = await Promise.all([false, true].map((hidden) => measureHour({ browser, server, key, hidden })));
    hours[key] = { visible, hidden };
    console.log(`  ${name}: ${visible.wakeups} wake-ups an hour, ${hidden.wakeups} when hidden`);
  };
  const inTurn = async (list, work) => {
    for (const item of list) await work(item);
  };
  // One candidate has intervals so long that everything else is done meanwhile.
  const longest = candidates.reduce((a, b) => (b.tabsIntervalMs > a.tabsIntervalMs ? b : a));
  await Promise.all([
    countTabs(longest),
    inTurn(candidates.filter((candidate) => candidate !== longest), countTabs).then(() => inTurn(candidates, countHours)),
  ]);
  return { hours, tabs };
}

main(async () => {
  const { help: asksForHelp, write, rounds } = options();
  if (asksForHelp) return void console.log(help);
  const missing = Object.values(entries).filter((path) => !existsSync(path));
  if (missing.length > 0) throw new Failure(`${missing.map((path) => basename(path)).join(', ')} not built yet: npm run build`);
  if (write && withResults(readFileSync(document, 'utf8'), '') === null) throw new Failure('bench/README.md has no place for the tables');

  const [load] = loadavg();
  const stages = new Stages();
  const opened = [];
  const close = () => Promise.all(opened.splice(0).map((one) => one.close()));
  endOnSignals({ cleanUp: close });
  try {
    checkNode();
    await stages.run('packages', async () => {
      await ensureNodePackages();
      await ensurePeers();
    });
    const { bundles } = await import('../bench/bundles.mjs');
    const files = await stages.run('bundles', bundles);
    const server = await Server.start(files);
    opened.push(server);
    const browser = await launchBrowser();
    opened.unshift(browser);

    const results = await measureAll(stages, { browser, server, rounds });
    if (server.unexpected.length > 0) throw new Failure(`requests that no backend here expects: ${[...new Set(server.unexpected)].join(', ')}`);

    const sizes = Object.fromEntries(candidates.map(({ key }) => [key, files.get(`${key}.js`).brotli]));
    const measured = rows({ candidates, sizes, counts, ...results });
    const remarks = notes({ results, rounds, load, browserVersion: browser.version() });
    console.log(`\n${stages.table()}\n\n${plain(candidates, measured)}\n\n${remarks.join('\n')}`);
    if (write) {
      const text = `${markdown(candidates, measured)}\n\n${remarks.map((remark) => `- ${remark}`).join('\n')}`;
      writeFileSync(document, withResults(readFileSync(document, 'utf8'), text));
    }
  } finally {
    await close();
  }
});
