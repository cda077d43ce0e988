import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tokenLifeMs } from '../../bench/candidates.mjs';
import { quantile, rotated, spread } from '../../bench/statistics.mjs';
import { markdown, plain, ratio, rows, withResults } from '../../bench/table.mjs';

const candidates = [{ key: 'ours', name: 'ours' }, { key: 'theirs', name: 'theirs' }];
const measured = rows({
  candidates,
  sizes: { ours: 20_000, theirs: 10_000 },
  checks: {
    ours: [{ check: 1, own: 0.5 }, { check: 3, own: 0 }, { check: 2, own: 0.25 }],
    theirs: [{ check: 4, own: 0.5 }],
  },
  loads: {
    // Cold and warm loads are samples of their own.
    ours: [{ cold: 40 }, { warm: 10 }, { warm: 20 }],
    theirs: [{ cold: 20 }, { warm: 30 }],
  },
  hours: {
    ours: { visible: { wakeups: 120, requests: 12 }, hidden: { wakeups: 12, requests: 11 } },
    theirs: { visible: { wakeups: 12, requests: 12 }, hidden: { wakeups: 0, requests: 0 } },
  },
  tabs: { ours: [1, 1.1], theirs: [1, 20] },
  counts: [1, 20],
});
const line = (text, label) => text.split('\n').filter((candidate) => candidate.includes(label));

describe('the statistics of the benchmark', () => {
  it('give median and quartiles, in whatever order the values come', () => {
    assert.deepEqual(spread([5, 1, 4, 2, 3]), { median: 3, from: 2, to: 4 });
    assert.deepEqual(spread([7]), { median: 7, from: 7, to: 7 });
    // By number, not by spelling.
    assert.equal(quantile([10, 9, 100], 0.5), 10);
  });

  it('lie between two values in proportion, and leave the values as they were', () => {
    const values = [4, 1];
    assert.equal(quantile(values, 0.5), 2.5);
    assert.equal(quantile(values, 0.25), 1.75);
    assert.deepEqual(values, [4, 1]);
    assert.throws(() => quantile([], 0.5), /nothing/);
  });

  it('begin with another candidate each round, and leave none out', () => {
    assert.deepEqual([0, 1, 2, 3].map((round) => rotated(['a', 'b', 'c'], round).join('')), ['abc', 'bca', 'cab', 'abc']);
  });
});

describe('the table of the benchmark', () => {
  it('compares every candidate with the first', () => {
    assert.equal(ratio(2, 3), '1.50×');
    assert.equal(ratio(4, 0), '0.00×');
    // Less than nothing is noise, and nothing can not be divided by.
    assert.equal(ratio(0, 5), '–');
    assert.equal(ratio(2, -0.1), '–');
  });

  it('tells medians with their quartiles, and counts without', () => {
    const [ratios, values] = line(markdown(candidates, measured), 'Main thread for one check');
    assert.equal(ratios, '| Main thread for one check | 2.00× |');
    assert.equal(values, '| Main thread for one check | 2.00 ms (1.50–2.50) | 4.00 ms |');
    assert.equal(line(markdown(candidates, measured), 'filled cache')[1], '| Import to the first verdict, filled cache | 15.0 ms (12.5–17.5) | 30.0 ms |');
    assert.equal(line(markdown(candidates, measured), 'Requests per interval, 20 tabs')[1], '| Requests per interval, 20 tabs | 1.1 | 20.0 |');
    assert.equal(line(markdown(candidates, measured), 'Download')[1], '| Download, brotli 11 | 20.0 kB | 10.0 kB |');
    assert.equal(line(markdown(candidates, measured), 'Wake-ups in an hour, hidden tab')[1], '| Wake-ups in an hour, hidden tab | 12 | 0 |');
  });

  it('has a head of as many cells as every line', () => {
    for (const table of markdown(candidates, measured).split('\n\n')) {
      const cells = table.split('\n').map((line) => line.split('|').length);
      assert.equal(new Set(cells).size, 1, table);
    }
  });

  it('stands in columns when it is printed', () => {
    for (const table of plain(candidates, measured).split('\n\n')) {
      assert.equal(new Set(table.split('\n').map((line) => line.length)).size, 1, table);
    }
  });

  it('is put between its markers, and nothing else changes', () => {
    const document = '# Title\n\n<!-- bench:begin -->\nold\n<!-- bench:end -->\n\nThe end.\n';
    const written = withResults(document, 'new, $& and $1');
    assert.equal(written, '# Title\n\n<!-- bench:begin -->\nnew, $& and $1\n<!-- bench:end -->\n\nThe end.\n');
    assert.equal(withResults(written, 'new, $& and $1'), written);
    assert.equal(withResults('# Title\n', 'new'), null);
  });
});

describe('the token that auth-js gets', () => {
  // auth-js: at each tick of 30 s, a token with three whole ticks left or fewer is refreshed.
  const tick = 30;
  const refreshedAfter = (life) => {
    for (let age = tick; ; age += tick) if (Math.floor((life - age) / tick) <= 3) return age;
  };

  it('is refreshed once in every interval, and not by a tab that looks a little later', () => {
    for (const interval of [30, 60, 300, 3600]) {
      const life = tokenLifeMs(interval * 1000) / 1000;
      assert.equal(refreshedAfter(life), interval);
      assert.ok(Math.floor((life - 10) / tick) > 3, `refreshed again after 10 s of ${life} s`);
    }
  });
});
