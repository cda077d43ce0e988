// `npm run soak`: the server killed a hundred times over each store and each database ten times, under load, and instances
// behind a proxy killed and started in turn for a minute. Nothing that was acknowledged may be lost.
import { parseArgs } from 'node:util';
import { endOnSignals } from './lib/children.mjs';
import { Failure, main } from './lib/failure.mjs';
import { root } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { cargoEnvironment, checkRust, ensureCrates } from './lib/toolchain.mjs';
import { ensureHaproxy } from './test/haproxy.mjs';
import { ensurePostgres } from './test/postgres.mjs';
import { ensureRedis } from './test/redis.mjs';

const help = `npm run soak [-- OPTIONS]
  --only PART   the tests whose name holds this: sqlite, redis, postgresql, memory, cluster …
  --seed N      repeats the random choices of a run that printed this seed
  --short       as in npm test: three kills of each
  --help        this`;
const longest = 15 * 60_000; // milliseconds; the build not counted

main(async () => {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, seed: { type: 'string' }, short: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) return console.log(help);
  if (values.seed !== undefined && !/^\d+$/.test(values.seed)) throw new Failure('--seed wants a whole number', { exitCode: 2 });
  endOnSignals({ cleanUp: () => {} });
  checkRust();
  await ensureCrates();
  const env = {
    ...cargoEnvironment(),
    POSTGRES_BIN: await ensurePostgres(),
    REDIS_SERVER: await ensureRedis(),
    HAPROXY: await ensureHaproxy(),
    ...(values.short ? {} : { SESSION_KEEPALIVE_SOAK: 'long' }),
    ...(values.seed === undefined ? {} : { SESSION_KEEPALIVE_SOAK_SEED: values.seed }),
  };
  const test = ['test', '--locked', '--offline', '-p', 'session-keepalive-server', '--test', 'soak'];
  await run('cargo', [...test, '--no-run'], { cwd: root, env });
  // One after the other: what is counted belongs to one store at a time.
  const args = [...test, ...(values.only ? [values.only] : []), '--', '--test-threads', '1', '--nocapture'];
  const { stdout } = await run('cargo', args, { cwd: root, show: 'keep', env, timeout: longest });
  const told = stdout.split('\n').filter((line) => line.includes('lost: 0'));
  if (told.length === 0) throw new Failure('nothing was killed');
});
