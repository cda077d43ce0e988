import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countCargo, countNode } from '../../tools/test/counts.mjs';
import { chooseProjects, projects } from '../../tools/test/pack.mjs';
import { closingLine, plan, runStage } from '../../tools/test/plan.mjs';

describe('counting tests', () => {
  it('adds up the binaries of a cargo test', () => {
    const output = [
      'running 2 tests',
      'test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s',
      'test result: FAILED. 5 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.10s',
    ].join('\n');
    assert.deepEqual(countCargo(output), { passed: 7, failed: 1, skipped: 2 });
  });

  for (const mark of ['ℹ', '#']) {
    it(`reads the summary of node --test with ${mark}`, () => {
      const lines = { tests: 9, suites: 1, pass: 4, fail: 1, cancelled: 1, skipped: 2, todo: 1, duration_ms: 12.5 };
      const output = Object.entries(lines).map(([name, count]) => `${mark} ${name} ${count}`).join('\n');
      assert.deepEqual(countNode(output), { passed: 4, failed: 2, skipped: 3 });
    });
  }

  it('finds nothing in other output', () => {
    assert.deepEqual(countCargo('error: could not compile'), { passed: 0, failed: 0, skipped: 0 });
    assert.deepEqual(countNode('pass 4'), { passed: 0, failed: 0, skipped: 0 });
  });
});

describe('choosing stages', () => {
  const stages = [{ name: 'native' }, { name: 'build' }, { name: 'size', needs: ['build'] }, { name: 'e2e', needs: ['build'] }, { name: 'hours', long: true }];
  const names = (only, given) => plan(stages, only, given).map(({ name }) => name);

  it('runs all but the long ones by default', () => assert.deepEqual(names(undefined), ['native', 'build', 'size', 'e2e']));
  it('runs the long ones with the others for `npm run test:all`', () =>
    assert.deepEqual(names(undefined, { all: true }), ['native', 'build', 'size', 'e2e', 'hours']));
  it('runs a long one that is named', () => assert.deepEqual(names('hours'), ['hours']));
  it('runs what a stage needs first', () => assert.deepEqual(names('e2e, native'), ['native', 'build', 'e2e']));
  it('refuses a name that it does not know', () => assert.throws(() => names('e3e'), /no stage 'e3e'.*native, build, size, e2e/));
  it('refuses an empty list', () => assert.throws(() => names(','), /names no stage/));
});

describe('choosing projects', () => {
  it('takes a few for `npm test`', () => assert.deepEqual(chooseProjects({}), ['tarball', 'vite', 'esbuild', 'node']));
  it('takes every one for `npm run test:all`', () => assert.deepEqual(chooseProjects({ all: true }), [...projects().keys()]));
  it('takes those that are named', () => assert.deepEqual(chooseProjects({ only: 'next, vite-5', all: true }), ['next', 'vite-5']));
  it('refuses a name that it does not know', () => assert.throws(() => chooseProjects({ only: 'vite,wite' }), /no project 'wite'.*rollup/));
  it('refuses an empty list', () => assert.throws(() => chooseProjects({ only: '' }), /names no project/));
});

describe('running a stage', () => {
  const stage = (stdout, error) => ({
    name: 'native',
    count: countCargo,
    run: () => (error ? Promise.reject(Object.assign(error, { stdout })) : { stdout }),
  });
  const result = (passed, failed, ignored = 0) => `test result: ok. ${passed} passed; ${failed} failed; ${ignored} ignored;\n`;

  it('adds its tests to the tally', async () => {
    const tally = new Map();
    await runStage(stage(result(3, 0)), {}, tally);
    await runStage({ name: 'format', run: () => undefined }, {}, tally);
    assert.equal(closingLine(tally), '3 passed, 0 failed');
  });

  it('fails when no test ran', () => assert.rejects(runStage(stage(result(0, 0)), {}, new Map()), /no test ran/));
  it('fails when a test was skipped', () => assert.rejects(runStage(stage(result(3, 0, 1)), {}, new Map()), /1 tests were skipped/));

  it('counts the tests of a runner that failed', async () => {
    const tally = new Map();
    await assert.rejects(runStage(stage(result(3, 2), new Error('exit code 101')), {}, tally), /exit code 101/);
    assert.equal(closingLine(tally), '3 passed, 2 failed');
  });

  it('counts a stage that failed without a failed test as one failure', async () => {
    const tally = new Map();
    await assert.rejects(runStage(stage('', new Error('does not compile')), {}, tally), /does not compile/);
    assert.equal(closingLine(tally), '0 passed, 1 failed');
  });
});
