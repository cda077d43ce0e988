import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compare, listed, score, summary, table } from '../../tools/mutants/report.mjs';

const mutant = (name, summary) => ({ scenario: { Mutant: { name } }, summary });
const baseline = { scenario: 'Baseline', summary: 'Success' };

describe('mutants', () => {
  it('count as killed when a test fails or never ends, and not at all when they do not compile', () => {
    const { killed, survived } = summary([
      baseline,
      mutant('src/a.rs:1:2: replace + with -', 'CaughtMutant'),
      mutant('src/a.rs:1:2: replace + with *', 'Timeout'),
      mutant('src/a.rs:3:4: replace f with Default::default()', 'Unviable'),
      mutant('src/a.rs:5:6: replace == with != in g', 'MissedMutant'),
    ]);
    assert.equal(killed, 2);
    assert.deepEqual(survived, ['src/a.rs: replace == with != in g']);
  });

  it('mean nothing where the tests fail anyhow, or where the outcome is not known', () => {
    assert.throws(() => summary([{ ...baseline, summary: 'Failure' }]), /tests fail without any mutant/);
    assert.throws(() => summary([baseline, mutant('src/a.rs:1:2: x', 'Exploded')]), /Exploded/);
  });

  it('that survive are listed, each with its reason', () => {
    const document = '# Survivors\n\n- `src/a.rs: replace == with != in g`: both mean the same: there is no third.\n';
    assert.deepEqual(listed(document), [
      { mutant: 'src/a.rs: replace == with != in g', file: 'src/a.rs', reason: 'both mean the same: there is no third.' },
    ]);
    assert.throws(() => listed('- `src/a.rs: replace f with ()`:'), /no reason/);
  });

  it('are compared one by one, also those of the same name', () => {
    assert.deepEqual(compare(['a', 'a', 'b'], ['a', 'c']), { unexplained: ['a', 'b'], gone: ['c'] });
    assert.deepEqual(compare(['a', 'a'], ['a', 'a']), { unexplained: [], gone: [] });
  });

  it('make a score over all files', () => {
    const results = [
      { file: 'src/a.rs', killed: 18, survived: ['x', 'y'] },
      { file: 'src/none.rs', killed: 0, survived: [] },
    ];
    assert.equal(score(results), 90);
    assert.match(table(results), /src\/none\.rs\s+0 killed\s+0 survived\s+100\.0 %\nall\s+18 killed\s+2 survived\s+90\.0 %$/);
  });
});
