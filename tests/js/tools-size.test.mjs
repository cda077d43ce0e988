import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { markdown, measure, stale, together, withTable } from '../../tools/lib/size.mjs';

const rows = [
  { name: 'Wasm', raw: 40_123, gzip: 14_000, brotli: 12_345 },
  { name: '`slim`, both', raw: 52_000, gzip: 18_000, brotli: 15_300 },
];
const readme = `# Title\n\n<!-- size:begin -->\nold\n<!-- size:end -->\n\nThe end.\n`;

describe('sizes', () => {
  it('are those of the bytes, gzip -9 and brotli 11', () => {
    const text = 'keepalive '.repeat(1000);
    const { raw, gzip, brotli } = measure(text);
    assert.equal(raw, 10_000);
    assert.ok(brotli < gzip && gzip < 100, `${gzip}, ${brotli}`);
    assert.equal(measure('é').raw, 2);
  });

  it('add up for files that are loaded together', () => {
    assert.deepEqual(together({ raw: 1, gzip: 2, brotli: 3 }, { raw: 10, gzip: 20, brotli: 30 }), { raw: 11, gzip: 22, brotli: 33 });
  });
});

describe('the size table of a document', () => {
  const written = withTable(readme, markdown(rows));

  it('is put between its markers, and nothing else changes', () => {
    assert.match(written, /^# Title\n\n<!-- size:begin -->\n\| \|[^]+\n<!-- size:end -->\n\nThe end\.\n$/);
    assert.match(written, /\| Wasm \| 40\.1 kB \| 14\.0 kB \| 12\.3 kB \|/);
    assert.equal(withTable(written, markdown(rows)), written);
  });

  it('needs its markers', () => {
    assert.equal(withTable('# Title\n', ''), null);
    assert.equal(stale('# Title\n', rows, 0.02), null);
  });

  it('is up to date within the tolerance', () => {
    assert.deepEqual(stale(written, rows, 0.02), []);
    const grown = (by) => rows.map((row) => ({ ...row, brotli: row.brotli * by }));
    assert.deepEqual(stale(written, grown(1.01), 0.02), []);
    assert.deepEqual(stale(written, grown(1.05), 0.02).length, 2);
  });

  it('is out of date when a row is missing or unreadable', () => {
    assert.deepEqual(stale(readme, rows.slice(0, 1), 0.02), ['no row for Wasm']);
    assert.equal(stale(written.replace('12.3 kB', 'tiny'), rows, 0.02).length, 1);
  });
});
