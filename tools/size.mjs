// `npm run size`: what the published files weigh, and whether that is within the limits.
//   -- --write      puts the table into README.md
//   -- --markdown   checks README.md's table, and prints the current one as Markdown
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { adapters, entries, lazy, testing } from './build/bundle.mjs';
import { glue } from './build/wasm.mjs';
import { Failure, main } from './lib/failure.mjs';
import { inRoot } from './lib/paths.mjs';
import { kB, markdown, measure, plain, stale, together, withTable } from './lib/size.mjs';

// Brotli 11, in bytes. Past the limit the build fails; the aim is where we would like to be.
const limits = {
  slim: { limit: 20_000, aim: 15_400 },
  inlined: { limit: 25_000, aim: 18_500 },
  ...Object.fromEntries(Object.keys(adapters).map((name) => [name, { limit: 1_000 }])),
};
const tolerance = 0.02;

/** The rows of the table. `inlined` and `slim` are what a page downloads with either entry. */
async function sizes() {
  const files = [entries, lazy, adapters].flatMap((paths) => Object.values(paths));
  const missing = [...files, testing].filter((path) => !existsSync(path));
  if (missing.length > 0) throw new Failure(`${missing.map((path) => basename(path)).join(', ')} not built yet: npm run build`);
  const wasm = measure(readFileSync(entries.wasm));
  const slimScript = measure(readFileSync(entries.slim));
  const { transform } = await import('esbuild');
  const { code } = await transform(readFileSync(glue.script, 'utf8'), { minify: true, format: 'esm' });
  return [
    { name: 'Wasm', ...wasm },
    { name: 'its glue, alone', ...measure(code) },
    { name: 'JavaScript of `session-keepalive/slim`, glue and facade', ...slimScript },
    { name: '`session-keepalive/slim`, both', key: 'slim', ...together(wasm, slimScript) },
    { name: "more for `credential: 'sealed'`", ...measure(readFileSync(lazy.sealed)) },
    { name: '`session-keepalive`, one file', key: 'inlined', ...measure(readFileSync(entries.inlined)) },
    ...Object.entries(adapters).map(([key, path]) => ({ name: `more for \`session-keepalive/${key}\``, key, ...measure(readFileSync(path)) })),
    { name: '`session-keepalive/testing`, in tests alone', ...measure(readFileSync(testing)) },
  ];
}

main(async () => {
  const { values } = parseArgs({ options: { write: { type: 'boolean' }, markdown: { type: 'boolean' } } });
  const rows = await sizes();
  const readme = inRoot('README.md');
  console.log(values.markdown ? markdown(rows) : plain(rows));

  const document = () => (existsSync(readme) ? readFileSync(readme, 'utf8') : '');
  const noMarkers = 'README.md has no place for the size table: <!-- size:begin --> and <!-- size:end -->';
  if (values.write) {
    const written = withTable(document(), markdown(rows));
    if (written === null) throw new Failure(noMarkers);
    writeFileSync(readme, written);
  }

  const problems = [];
  console.log();
  for (const { key, brotli } of rows.filter((row) => row.key)) {
    const { limit, aim } = limits[key];
    const within = brotli <= limit;
    const aimed = aim === undefined ? '' : `, aim ${kB(aim)} ${brotli <= aim ? 'reached' : `missed by ${kB(brotli - aim)}`}`;
    console.log(`${key}: ${kB(brotli)} brotli, limit ${kB(limit)} ${within ? 'kept' : 'BROKEN'}${aimed}`);
    if (!within) problems.push(`${key} weighs ${kB(brotli)}, the limit is ${kB(limit)}`);
  }
  if (values.markdown) {
    const differences = stale(document(), rows, tolerance);
    if (differences === null) problems.push(noMarkers);
    else if (differences.length > 0) problems.push(`README.md's size table is out of date (npm run size -- --write): ${differences.join('; ')}`);
  }
  if (problems.length > 0) throw new Failure(problems.join('\n'));
});
