// `npm run mutants`: does a test fail for every small mistake in the engine? One file after the other; what has not changed
// since its last run is not tested again, so a run that was cut short goes on where it was.
//   -- --file verdicts   only the files whose path contains this
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { endOnSignals } from './lib/children.mjs';
import { Failure, main } from './lib/failure.mjs';
import { inRoot } from './lib/paths.mjs';
import { checkRust, ensureCrates } from './lib/toolchain.mjs';
import { engineFiles, testFile } from './mutants/file.mjs';
import { ensureCargoMutants } from './mutants/install.mjs';
import { compare, listed, score, table } from './mutants/report.mjs';

const wanted = 98; // per cent of the mutants that compile
const list = inRoot('tests', 'mutants-survivors.md');

main(async () => {
  const { values } = parseArgs({ options: { file: { type: 'string' } } });
  endOnSignals();
  checkRust();
  await ensureCrates();
  const cargoMutants = await ensureCargoMutants();

  const files = engineFiles().filter((file) => file.includes(values.file ?? ''));
  if (files.length === 0) throw new Failure(`no file of the engine is called '${values.file}'`, { exitCode: 2 });
  const results = [];
  for (const file of files) results.push({ file, ...(await testFile(cargoMutants, file)) });

  console.log(`\n${table(results)}\n`);
  const known = listed(readFileSync(list, 'utf8')).filter(({ file }) => files.includes(file));
  const { unexplained, gone } = compare(results.flatMap(({ survived }) => survived), known.map(({ mutant }) => mutant));
  const problems = [
    ...unexplained.map((mutant) => `no test fails for it, and tests/mutants-survivors.md gives no reason: ${mutant}`),
    ...gone.map((mutant) => `tests/mutants-survivors.md lists it, but it does not survive: ${mutant}`),
  ];
  const reached = score(results);
  if (values.file === undefined && reached < wanted) problems.push(`${reached.toFixed(1)} % are killed, wanted are ${wanted} %`);
  if (problems.length > 0) throw new Failure(problems.join('\n'));
});
