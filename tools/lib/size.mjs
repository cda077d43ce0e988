// Sizes of what is published, as the network sees them. kB is 1000 bytes.
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** Bytes as they are, with gzip -9, with brotli 11. */
export function measure(content) {
  const bytes = Buffer.from(content);
  const brotli = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes, { params: brotli }).length };
}

/** Two files that are loaded together. Each is compressed by itself. */
export const together = (a, b) => ({ raw: a.raw + b.raw, gzip: a.gzip + b.gzip, brotli: a.brotli + b.brotli });

export const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

/** The table as it stands in the README. */
export function markdown(rows) {
  const lines = rows.map(({ name, raw, gzip, brotli }) => `| ${name} | ${kB(raw)} | ${kB(gzip)} | ${kB(brotli)} |`);
  return ['| | raw | gzip -9 | brotli 11 |', '|---|--:|--:|--:|', ...lines].join('\n');
}

/** The table as it is printed. */
export function plain(rows) {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const line = (name, ...cells) => [name.padEnd(width), ...cells.map((cell) => cell.padStart(9))].join('  ');
  return [line('', 'raw', 'gzip -9', 'brotli 11'), ...rows.map(({ name, raw, gzip, brotli }) => line(name, kB(raw), kB(gzip), kB(brotli)))].join('\n');
}

const begin = '<!-- size:begin -->';
const finish = '<!-- size:end -->';
const block = new RegExp(`${begin}([\\s\\S]*?)${finish}`);

/** The document with this table between its markers; null if it has no markers. */
export function withTable(document, table) {
  return block.test(document) ? document.replace(block, () => `${begin}\n${table}\n${finish}`) : null;
}

// A cell is written in tenths of a kB.
const rounding = 50;

/**
 * What a document's table says differently from `rows` by more than `tolerance`; an empty list if it is up to date.
 * Null if it has no markers.
 */
export function stale(document, rows, tolerance) {
  const table = block.exec(document)?.[1];
  if (table === undefined) return null;
  const told = new Map(
    table.split('\n').filter((line) => line.startsWith('|')).map((line) => {
      const [name, ...cells] = line.split('|').slice(1, -1).map((cell) => cell.trim());
      return [name, cells.map((cell) => Math.round(parseFloat(cell) * 1000))];
    }),
  );
  return rows.flatMap(({ name, raw, gzip, brotli }) => {
    const cells = told.get(name);
    if (!cells || cells.length !== 3) return [`no row for ${name}`];
    return [raw, gzip, brotli].flatMap((size, i) =>
      Math.abs(cells[i] - size) <= size * tolerance + rounding ? [] : [`${name}: the table says ${kB(cells[i])}, it is ${kB(size)}`]);
  });
}
