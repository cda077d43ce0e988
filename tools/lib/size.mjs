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

/** A cell in tenths of a kB. `slack` is what may differ whatever the tolerance, in bytes. */
const inKB = (head, of, slack = 50) => ({ head, of, write: kB, read: (cell) => Math.round(parseFloat(cell) * 1000), slack });

/** What the published files weigh. */
export const files = {
  marker: 'size',
  columns: [inKB('raw', ({ raw }) => raw), inKB('gzip -9', ({ gzip }) => gzip), inKB('brotli 11', ({ brotli }) => brotli)],
  tolerance: 0.02,
};

/** Which package the module's bytes come from. Inlining shifts them between packages, so this has more tolerance. */
export const perPackage = {
  marker: 'packages',
  columns: [
    inKB('raw', ({ raw }) => raw, 200),
    {
      head: 'share',
      of: ({ share }) => share,
      write: (share) => `${(share * 100).toFixed(1)} %`,
      read: (cell) => parseFloat(cell) / 100,
      slack: 0.01,
    },
    { head: 'imports', of: ({ imports }) => imports, write: String, read: Number, slack: 2 },
  ],
  tolerance: 0.1,
};

/** The table as it stands in a document. */
export function markdown(rows, { columns } = files) {
  const line = (name, cells) => `| ${[name, ...cells].join(' | ')} |`;
  return [
    line('', columns.map(({ head }) => head)).replace('|  |', '| |'),
    `|---|${'--:|'.repeat(columns.length)}`,
    ...rows.map((row) => line(row.name, columns.map(({ of, write }) => write(of(row))))),
  ].join('\n');
}

/** The table as it is printed. */
export function plain(rows, { columns } = files) {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const line = (name, cells) => [name.padEnd(width), ...cells.map((cell) => cell.padStart(9))].join('  ');
  return [
    line('', columns.map(({ head }) => head)),
    ...rows.map((row) => line(row.name, columns.map(({ of, write }) => write(of(row))))),
  ].join('\n');
}

const begin = (marker) => `<!-- ${marker}:begin -->`;
const finish = (marker) => `<!-- ${marker}:end -->`;
const block = (marker) => new RegExp(`${begin(marker)}([\\s\\S]*?)${finish(marker)}`);

/** The document with these rows between the markers of their table; null if it has no markers. */
export function withTable(document, rows, table = files) {
  const { marker } = table;
  if (!block(marker).test(document)) return null;
  return document.replace(block(marker), () => `${begin(marker)}\n${markdown(rows, table)}\n${finish(marker)}`);
}

/**
 * What a document's table says differently from `rows` by more than its tolerance; an empty list if it is up to date.
 * Null if it has no markers.
 */
export function stale(document, rows, { marker, columns, tolerance } = files) {
  const text = block(marker).exec(document)?.[1];
  if (text === undefined) return null;
  const lines = text.split('\n').filter((line) => line.startsWith('|')).slice(2); // the head and the line below it
  const written = new Map(lines.map((line) => {
    const [name, ...cells] = line.split('|').slice(1, -1).map((cell) => cell.trim());
    return [name, cells];
  }));
  const gone = new Set(written.keys());
  const differences = rows.flatMap((row) => {
    gone.delete(row.name);
    const cells = written.get(row.name);
    if (cells?.length !== columns.length) return [`no row for ${row.name}`];
    return columns.flatMap(({ of, write, read, slack }, i) => {
      const [now, then] = [of(row), read(cells[i])];
      return Math.abs(then - now) <= now * tolerance + slack ? [] : [`${row.name}: the table says ${cells[i]}, it is ${write(now)}`];
    });
  });
  return [...differences, ...[...gone].map((name) => `a row for ${name}, which no longer exists`)];
}
