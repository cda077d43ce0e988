// The mutants of one file, and what is remembered of them.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { Failure } from '../lib/failure.mjs';
import { inRoot, root, target } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { filesUnder, hashOf } from '../lib/stamp.mjs';
import { version } from './install.mjs';
import { summary } from './report.mjs';

const engine = inRoot('src', 'engine');
/** What judges the engine: tests, all of it. */
const judges = ['invariants', 'search'].map((name) => inRoot('src', 'engine', 'machine', name));
const memory = join(target, 'mutants');

/** The native tests that run the engine. A mutant is tested with these, and with the unit tests. */
const testTargets = ['scenarios', 'properties', 'tabs', 'replay'];

/** What these are made of. */
const tests = [
  ...['scenarios', 'world', 'replay'].map((folder) => inRoot('tests', folder)),
  ...['properties', 'tabs'].flatMap((name) => [`${name}.rs`, `${name}.proptest-regressions`]).map((name) => inRoot('tests', name)),
  inRoot('tests', 'replay.rs'),
  inRoot('examples', 'replay', 'native'),
  inRoot('src', 'engine', 'machine', 'invariants'),
];

/** The files of the engine, as cargo-mutants names them. Tests are none. */
export const engineFiles = () =>
  filesUnder([engine])
    .filter((path) => !judges.some((folder) => path.startsWith(folder + sep)) && !path.endsWith(`${sep}tests.rs`))
    .map((path) => relative(root, path).split(sep).join('/'));

/** `{ killed, survived }` for a file: tested now, or as it was when nothing has changed since. */
export async function testFile(cargoMutants, file) {
  const folder = join(memory, file.replaceAll('/', '__').replace(/\.rs$/, ''));
  const remembered = join(folder, 'result.json');
  const unitTests = inRoot(...file.replace(/\.rs$/, '').split('/'), 'tests.rs');
  const key = hashOf(root, [inRoot(...file.split('/')), unitTests, ...tests], [version]);
  if (existsSync(remembered)) {
    const { key: then, ...result } = JSON.parse(readFileSync(remembered, 'utf8'));
    if (then === key) return result;
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  console.log(`\n▸ ${file}`);
  const result = summary(await outcomes(cargoMutants, file, folder));
  writeFileSync(remembered, `${JSON.stringify({ key, ...result }, null, 2)}\n`);
  return result;
}

async function outcomes(cargoMutants, file, folder) {
  const args = [
    'mutants', '--package', 'session-keepalive', '--file', file, '--output', folder, '--jobs', '1', '--no-shuffle', '--colors', 'never',
    '--timeout', '30', // seconds; a mutant that runs for ever is killed
    ...['--lib', ...testTargets.map((name) => `--test=${name}`)].map((arg) => `--cargo-test-arg=${arg}`),
    // The search walks millions of states; a mutant that only it would find lacks a scenario.
    '--', '--', '--skip', 'search::',
  ];
  const env = {
    CARGO_TARGET_DIR: join(memory, 'build'), // what does not change is compiled once for all files
    CARGO_INCREMENTAL: '1',
    CARGO_PROFILE_DEV_DEBUG: '0', // compiling is most of the work
    CARGO_NET_OFFLINE: 'true',
    // The same random cases for every mutant, and no time spent on making a failing one small.
    PROPTEST_RNG_SEED: '1',
    PROPTEST_MAX_SHRINK_ITERS: '0',
  };
  const { ok, stdout, stderr } = await run(cargoMutants, args, { cwd: root, env, show: 'keep', mayFail: true });
  const written = join(folder, 'mutants.out', 'outcomes.json');
  if (!existsSync(written)) {
    if (ok && /^Found 0 mutants|No mutants/m.test(stdout + stderr)) return [];
    throw new Failure(`cargo-mutants did not get through ${file}`);
  }
  const { end_time: end, outcomes } = JSON.parse(readFileSync(written, 'utf8'));
  if (!end) throw new Failure(`cargo-mutants did not get through ${file}`);
  return outcomes;
}
