import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { hashOf, whenChanged } from '../../tools/lib/stamp.mjs';

describe('stamps', () => {
  let base;
  beforeEach(() => { base = mkdtempSync(join(tmpdir(), 'session-keepalive-stamp-')); });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  const write = (name, text) => writeFileSync(join(base, name), text);
  /** A step that copies `in` to `out`, and whether it ran. */
  const step = () => whenChanged(
    { base, stampFile: join(base, 'stamps', 'copy'), key: hashOf(base, [join(base, 'in')]), outputs: [join(base, 'out')] },
    () => write('out', readFileSync(join(base, 'in'))),
  );

  it('runs a step once, and not again while nothing has changed', async () => {
    write('in', 'a');
    assert.equal(await step(), true);
    assert.equal(await step(), false);
  });

  it('looks at contents, not at times', async () => {
    write('in', 'a');
    await step();
    utimesSync(join(base, 'in'), 0, 0);
    assert.equal(await step(), false);
  });

  it('runs again when an input has changed', async () => {
    write('in', 'a');
    await step();
    write('in', 'b');
    assert.equal(await step(), true);
    assert.equal(readFileSync(join(base, 'out'), 'utf8'), 'b');
  });

  it('runs again when an output was removed or edited', async () => {
    write('in', 'a');
    await step();
    rmSync(join(base, 'out'));
    assert.equal(await step(), true);
    write('out', 'edited by hand');
    assert.equal(await step(), true);
    assert.equal(readFileSync(join(base, 'out'), 'utf8'), 'a');
  });

  it('leaves no stamp behind when the step fails', async () => {
    write('in', 'a');
    const options = { base, stampFile: join(base, 'stamp'), key: 'k', outputs: [join(base, 'out')] };
    await assert.rejects(whenChanged(options, () => { throw new Error('disk full'); }), /disk full/);
    assert.equal(await whenChanged(options, () => write('out', '')), true);
  });

  it('fails when a step does not write what it promised', async () => {
    const options = { base, stampFile: join(base, 'stamp'), key: 'k', outputs: [join(base, 'out')] };
    await assert.rejects(whenChanged(options, () => {}), /did not write .*out/);
  });

  it('tells the same contents under other names apart', () => {
    mkdirSync(join(base, 'folder'));
    write('folder/ab', 'c');
    const before = hashOf(base, [join(base, 'folder')]);
    rmSync(join(base, 'folder', 'ab'));
    write('folder/a', 'bc');
    assert.notEqual(hashOf(base, [join(base, 'folder')]), before);
  });
});
