// `npm run bench:server`: how many session checks a second the reference server answers, next to a bare route and Express.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { built, candidates as all } from '../bench/backends/candidates.mjs';
import { connections, ensureWrk, measure, signIn } from '../bench/backends/load.mjs';
import { measureMemory, memoryRemarks } from '../bench/backends/memory.mjs';
import { bound, forServer } from '../bench/backends/processors.mjs';
import { startStores } from '../bench/backends/stores.mjs';
import { lines, markdown, plain, wishes } from '../bench/backends/table.mjs';
import { ensurePeers, folder as home } from '../bench/install.mjs';
import { rotated } from '../bench/statistics.mjs';
import { withResults } from '../bench/table.mjs';
import { end, endOnSignals, start } from './lib/children.mjs';
import { Failure, main } from './lib/failure.mjs';
import { Stages } from './lib/stages.mjs';
import { cargo, checkNode, checkRust, ensureNodePackages } from './lib/toolchain.mjs';

const document = join(home, 'backends', 'README.md');
const defaults = { rounds: 5, seconds: 4, sessions: 1000, stored: 1_000_000 };
const help = `npm run bench:server: how many session checks a second the reference server answers, next to a bare axum route that
returns the same bytes, and next to Express with express-session on the same stores.

Builds the server for production, installs Express and its stores into bench/node_modules, starts PostgreSQL and Redis with their
data in a temporary folder, and asks all candidates in turn, each on one processor. Then fills a store in memory, and sweeps it
beside people who go on working. bench/backends/README.md says how.

  npm run bench:server -- --write          puts the table into bench/backends/README.md
  npm run bench:server -- --only memory,bare    these candidates (and those they are compared with)
  npm run bench:server -- --rounds ${defaults.rounds} --seconds ${defaults.seconds} --sessions ${defaults.sessions} --stored ${defaults.stored}
  npm run bench:server -- --help           this text`;

function options() {
  const number = { type: 'string' };
  const { values } = parseArgs({ options: {
    help: { type: 'boolean' }, write: { type: 'boolean' }, only: { type: 'string' }, rounds: number, seconds: number, sessions: number, stored: number,
  } });
  for (const name of Object.keys(defaults)) {
    const value = Number(values[name] ?? defaults[name]);
    if (!Number.isInteger(value) || value < 1) throw new Failure(`--${name} must be a whole number from 1, not '${values[name]}'`, { exitCode: 2 });
    values[name] = value;
  }
  return values;
}

/** Those asked for, with what they are compared with. */
function chosen(candidates, only) {
  if (!only) return candidates;
  const keys = only.split(',');
  const unknown = keys.find((key) => !candidates.some((candidate) => candidate.key === key));
  if (unknown) throw new Failure(`--only: there is no '${unknown}'; there are ${candidates.map(({ key }) => key).join(', ')}`, { exitCode: 2 });
  const wanted = new Set(['bare', ...keys, ...candidates.filter(({ key }) => keys.includes(key)).flatMap(({ compare }) => compare ?? [])]);
  return candidates.filter(({ key }) => wanted.has(key));
}

/** Starts a candidate on the server's processor; resolves to where it listens once it says so. */
function open({ name, command }, files) {
  return new Promise((resolve, reject) => {
    const child = start(...forServer(...command({ files })), { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_ENV: 'production' } });
    let said = '';
    let found = false;
    const listen = (text) => {
      if (found) return;
      said += text;
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
      if (!address) return;
      found = true;
      resolve({ address, close: () => end(child) });
    };
    // Read to the end, so that a log never waits for a reader.
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', listen);
    child.once('error', reject);
    child.once('exit', () => reject(new Failure(`${name} ended before it listened:\n${said}`)));
  });
}

async function measureAll({ candidates, wrk, files, folder, rounds, seconds, sessions }) {
  const results = Object.fromEntries(candidates.map(({ key }) => [key, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const candidate of rotated(candidates, round)) {
      const server = await open(candidate, files);
      try {
        const { address } = server;
        const count = candidate.sessions === false ? 0 : sessions;
        const cookies = count ? await signIn({ ...candidate, address, count, folder }) : anyCookie(folder);
        const result = await measure({ ...candidate, wrk, address, cookies, seconds });
        results[candidate.key].push(result);
        console.log(`  round ${round + 1} of ${rounds}, ${candidate.name}: ${Math.round(result.rate)} checks per second`);
      } finally {
        await server.close();
      }
    }
  }
  return results;
}

/** As long as the others', for a route that does not look at it. */
function anyCookie(folder) {
  const file = join(folder, 'no-session');
  writeFileSync(file, `session-4780=${'x'.repeat(43)}\n`);
  return file;
}

main(async () => {
  const { help: asksForHelp, write, only, stored, ...sizes } = options();
  if (asksForHelp) return void console.log(help);
  const [load] = loadavg();
  const stages = new Stages();
  const folder = mkdtempSync(join(tmpdir(), 'session-keepalive-bench-'));
  const files = join(folder, 'files');
  const opened = [];
  const close = async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  endOnSignals({ cleanUp: close });
  try {
    checkNode();
    checkRust();
    const wrk = await stages.run('programs and packages', async () => {
      await ensureNodePackages();
      await ensurePeers();
      return ensureWrk();
    });
    await stages.run('build', () => cargo(built.build));
    mkdirSync(files);
    writeFileSync(join(files, 'sample.db'), ''); // an empty file is an empty database
    const stores = await stages.run('stores', () => startStores(folder));
    opened.push(stores);
    const candidates = chosen(all({ ...stores, folder }), only);
    const limits = {};
    for (const key of new Set(candidates.flatMap(({ limit }) => limit ?? []))) {
      limits[key] = await stages.run(`${key} alone`, () => stores.limits[key](sizes.seconds));
    }
    const results = await stages.run('checks', () => measureAll({ candidates, wrk, files, folder, ...sizes }));
    const memory = await stages.run('a store in memory', () => measureMemory(stored));

    const table = lines(candidates, results, limits);
    const remarks = [
      ...wishes(candidates, results),
      ...memoryRemarks(memory),
      ...Object.entries(limits).map(([key, rate]) => `${key} alone: ${Math.round(rate).toLocaleString('en')} reads by key a second.`),
      `${sizes.rounds} rounds of ${sizes.seconds} s, ${connections} connections, ${sizes.sessions} sessions; ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, `
        + `${bound ? 'the server on one of its own' : 'NOT bound to processors (no taskset)'}; Node ${process.version}, load average ${load.toFixed(1)} before.`,
    ];
    console.log(`\n${stages.table()}\n\n${plain(table)}\n\n${remarks.join('\n')}`);
    if (write) {
      const text = withResults(readFileSync(document, 'utf8'), `${markdown(table)}\n\n${remarks.map((remark) => `- ${remark}`).join('\n')}`);
      if (text === null) throw new Failure('bench/backends/README.md has no place for the table');
      writeFileSync(document, text);
    }
  } finally {
    await close();
  }
});
