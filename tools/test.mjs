// `npm test`: everything there is to check, on a machine that has Rust and Node. Only Node's own modules until `setup` ran.
//   -- --only native,e2e   these stages and what they need
//   -- --list              the stages
//   -- --all               `npm run test:all`: with every project of `npm run test:pack`, and the stages that are long
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endOnSignals, isStopping } from './lib/children.mjs';
import { main, report } from './lib/failure.mjs';
import { Stages } from './lib/stages.mjs';
import { checkNode, checkRust, ensureCrates, ensureNodePackages, ensureToolchain } from './lib/toolchain.mjs';
import { ensureBrowser } from './test/browser.mjs';
import { ensureHaproxy } from './test/haproxy.mjs';
import { closingLine, plan, runStage } from './test/plan.mjs';
import { ensurePostgres } from './test/postgres.mjs';
import { ensureRedis } from './test/redis.mjs';
import { stages } from './test/stages.mjs';

async function setUp() {
  checkNode();
  checkRust();
  await ensureToolchain({ components: ['clippy', 'rustfmt'] });
  await ensureCrates({ everyPlatform: true });
  await ensureNodePackages();
  const { chrome, driver } = await ensureBrowser();
  const postgres = await ensurePostgres();
  const redis = await ensureRedis();
  const haproxy = await ensureHaproxy();
  const found = { chrome, driver, postgres, redis, haproxy };
  for (const [name, path] of Object.entries(found)) console.log(`${name}: ${path}`);
  return found;
}

main(async () => {
  const { values } = parseArgs({ options: { only: { type: 'string' }, list: { type: 'boolean' }, all: { type: 'boolean' } } });
  if (values.list) {
    for (const { name, needs, long } of stages) {
      console.log(name + (needs ? ` (after ${needs.join(', ')})` : '') + (long ? ': with --all, or when it is named' : ''));
    }
    return;
  }
  const chosen = plan(stages, values.only, values);
  const folder = mkdtempSync(join(tmpdir(), 'session-keepalive-'));
  const cleanUp = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  endOnSignals({ cleanUp });

  const tally = new Map();
  const times = new Stages();
  try {
    const found = await times.run('setup', () => runStage({ name: 'setup', run: setUp }, undefined, tally));
    for (const stage of chosen) await times.run(stage.name, () => runStage(stage, { ...found, folder, all: values.all }, tally));
  } catch (error) {
    if (isStopping()) return 1;
    report(error);
    return error.exitCode ?? 1;
  } finally {
    cleanUp();
    if (!isStopping()) summarise(times, chosen, tally);
  }
});

/** A line per stage, and as the last line of all how many tests passed and failed. */
function summarise(times, chosen, tally) {
  const ran = new Set(times.done.map(({ name }) => name));
  const notRun = chosen.map(({ name }) => name).filter((name) => !ran.has(name));
  const counts = ({ name }) => (tally.get(name)?.passed ? `${tally.get(name).passed} passed` : '');
  console.log(`\n${times.table(counts)}`);
  if (notRun.length > 0) console.log(`  not run: ${notRun.join(', ')}`);
  console.log(`\n${closingLine(tally)}`);
}
