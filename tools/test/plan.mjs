// Which stages to run, and what came of them.
import { Failure } from '../lib/failure.mjs';

/**
 * The stages named in `only` (comma-separated) and what they need, in their own order. Without `only`: every stage, those that
 * are `long` only with `all`.
 */
export function plan(stages, only, { all = false } = {}) {
  if (only === undefined) return stages.filter(({ long }) => all || !long);
  const wanted = new Set();
  const add = (name) => {
    const stage = stages.find((candidate) => candidate.name === name);
    if (!stage) throw new Failure(`there is no stage '${name}': ${stages.map((candidate) => candidate.name).join(', ')}`, { exitCode: 2 });
    (stage.needs ?? []).forEach(add);
    wanted.add(name);
  };
  only.split(',').map((name) => name.trim()).filter(Boolean).forEach(add);
  if (wanted.size === 0) throw new Failure('--only names no stage', { exitCode: 2 });
  return stages.filter(({ name }) => wanted.has(name));
}

/** Runs one stage; its counts are put into `tally`. Fails if a test failed, none ran, or one was skipped. */
export async function runStage(stage, found, tally) {
  let result;
  let failure;
  try {
    result = await stage.run(found);
  } catch (error) {
    failure = error;
    result = error; // a failed program tells what it wrote, too
  }
  const counts = stage.count?.(result?.stdout ?? '') ?? { passed: 0, failed: 0, skipped: 0 };
  if (stage.count) tally.set(stage.name, counts);
  if (!failure && stage.count) {
    if (counts.failed > 0) failure = new Failure(`${stage.name}: ${counts.failed} tests failed`);
    else if (counts.skipped > 0) failure = new Failure(`${stage.name}: ${counts.skipped} tests were skipped; run them or remove them`);
    else if (counts.passed === 0) failure = new Failure(`${stage.name}: no test ran`);
  }
  if (!failure) return result;
  // A stage that failed for another reason than a test (it did not compile, say) counts as one failure.
  if (counts.failed === 0) tally.set(stage.name, { ...counts, failed: 1 });
  throw failure;
}

/** The closing line. */
export function closingLine(tally) {
  const sum = (key) => [...tally.values()].reduce((total, counts) => total + counts[key], 0);
  return `${sum('passed')} passed, ${sum('failed')} failed`;
}
