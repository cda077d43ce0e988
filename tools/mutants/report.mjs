// What the outcomes say.
import { Failure } from '../lib/failure.mjs';

/** A mutant's name without line and column, which move with every edit above it. */
export const withoutPlace = (name) => name.replace(/^([^:]+):\d+:\d+: /, '$1: ');

/** From cargo-mutants' outcomes of one file. A mutant that does not compile counts for nothing. */
export function summary(outcomes) {
  const result = { killed: 0, survived: [] };
  for (const { scenario, summary: outcome } of outcomes) {
    if (scenario === 'Baseline') {
      if (outcome !== 'Success') throw new Failure('the tests fail without any mutant: cargo test -p session-keepalive');
    } else if (outcome === 'CaughtMutant' || outcome === 'Timeout') result.killed += 1;
    else if (outcome === 'MissedMutant') result.survived.push(withoutPlace(scenario.Mutant.name));
    else if (outcome !== 'Unviable') throw new Failure(`cargo-mutants says '${outcome}', which is not known here`);
  }
  return result;
}

/** The survivors that a document lists: "- `src/engine/…: replace … with …`: reason". One without a reason is an error. */
export function listed(document) {
  return document
    .split('\n')
    .filter((line) => line.startsWith('- `'))
    .map((line) => {
      const [, mutant, reason] = /^- `(.+)`: *(.*)$/.exec(line) ?? [];
      if (!reason) throw new Failure(`tests/mutants-survivors.md gives no reason: ${line}`);
      return { mutant, file: mutant.slice(0, mutant.indexOf(':')), reason };
    });
}

/** What survived without being known, and what is known but did not survive; each as often as it does. */
export function compare(survived, known) {
  const left = [...known];
  const unexplained = survived.filter((mutant) => {
    const at = left.indexOf(mutant);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return { unexplained, gone: left };
}

const sum = (results, count) => results.reduce((total, result) => total + count(result), 0);
const share = (killed, survived) => (killed + survived === 0 ? 100 : (100 * killed) / (killed + survived));

/** Per cent of all mutants that were killed. */
export const score = (results) => share(sum(results, ({ killed }) => killed), sum(results, ({ survived }) => survived.length));

/** A line per file and one for all. */
export function table(results) {
  const width = Math.max('all'.length, ...results.map(({ file }) => file.length));
  const line = (name, killed, survived) =>
    `${name.padEnd(width)} ${String(killed).padStart(5)} killed ${String(survived).padStart(3)} survived ${share(killed, survived).toFixed(1).padStart(6)} %`;
  const all = line('all', sum(results, ({ killed }) => killed), sum(results, ({ survived }) => survived.length));
  return [...results.map(({ file, killed, survived }) => line(file, killed, survived.length)), all].join('\n');
}
