// `npm run fuzz:api`: the made-up requests of `npm test`, many more of them and others each time.
//   -- --examples 2000   so many per call and phase (default 1000)
//   -- --seed 7          those of an earlier run
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { buildServer, server } from './build/server.mjs';
import { Failure, main } from './lib/failure.mjs';
import { root } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { testFiles } from './test/files.mjs';

main(async () => {
  const { values } = parseArgs({ options: { examples: { type: 'string', default: '1000' }, seed: { type: 'string' } } });
  const { examples, seed = String(randomInt(2 ** 32)) } = values;
  for (const [name, value] of Object.entries({ examples, seed })) {
    if (!/^\d+$/.test(value)) throw new Failure(`--${name} is '${value}', not a whole number`, { exitCode: 2 });
  }
  await buildServer();
  console.log(`seed ${seed}`);
  const env = { FUZZ_EXAMPLES: examples, FUZZ_SEED: seed, SESSION_KEEPALIVE_SERVER: server };
  await run(process.execPath, ['--test', '--test-reporter=spec', ...testFiles('tests/api', '.test.mjs')], { cwd: root, env });
});
