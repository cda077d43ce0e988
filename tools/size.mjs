// `npm run size`: what the published files weigh, and whether that is within the limits.
//   -- --packages   what of the module comes from which package, instead
//   -- --write      puts both tables into README.md and docs/sizes.md
//   -- --markdown   checks those tables, and prints the current ones as Markdown
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { adapters, entries, lazy, testing } from './build/bundle.mjs';
import { bindAndOptimiseNamed, compiled, glue, named } from './build/wasm.mjs';
import { Failure, main } from './lib/failure.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { files, kB, markdown, measure, perPackage, plain, stale, together, withTable } from './lib/size.mjs';
import { readModule } from './size/module.mjs';
import { packages } from './size/packages.mjs';

// Brotli 11, in bytes. Past the limit the build fails; the aim is where we would like to be.
const limits = {
  slim: { limit: 39_000, aim: 32_000 },
  inlined: { limit: 40_000, aim: 33_000 },
  ...Object.fromEntries(Object.keys(adapters).map((name) => [name, { limit: 1_000 }])),
};

const inlining = `A function that is inlined counts for the package it ends up in, so a row says how much code carries that package's name,
not how much would go with it.`;

function assertBuilt(paths) {
  const missing = paths.filter((path) => !existsSync(path));
  if (missing.length > 0) throw new Failure(`${missing.map((path) => basename(path)).join(', ')} not built yet: npm run build`);
}

/** The rows of the table of files. `inlined` and `slim` are what a page downloads with either entry. */
async function sizes() {
  assertBuilt([entries, lazy, adapters, { testing }].flatMap((paths) => Object.values(paths)));
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
    { name: '`session-keepalive`, Wasm inlined', key: 'inlined', ...measure(readFileSync(entries.inlined)) },
    ...Object.entries(adapters).map(([key, path]) => ({ name: `more for \`session-keepalive/${key}\``, key, ...measure(readFileSync(path)) })),
    { name: '`session-keepalive/testing`, in tests alone', ...measure(readFileSync(testing)) },
  ];
}

/** The rows of the table of packages. */
async function sizesOfPackages() {
  assertBuilt([entries.wasm, compiled]);
  await bindAndOptimiseNamed();
  const module = readModule(readFileSync(named));
  // Names take no part in optimising, so that what is attributed is what is published.
  const published = readFileSync(entries.wasm).length;
  if (module.total !== published) {
    throw new Failure(`the module with names has ${module.total} bytes without them, the one in dist/ ${published}: npm run build`);
  }
  return packages(module);
}

const documents = { README: inRoot('README.md'), sizes: inRoot('docs', 'sizes.md') };

/** Puts a table into a document. */
function write(path, rows, table) {
  const written = withTable(read(path), rows, table);
  if (written === null) throw new Failure(noMarkers(path, table));
  writeFileSync(path, written);
}

/** What is wrong with a document's table. */
function check(path, rows, table) {
  const differences = stale(read(path), rows, table);
  if (differences === null) return [noMarkers(path, table)];
  if (differences.length === 0) return [];
  return [`${relative(root, path)}'s table is out of date (npm run size -- --write): ${differences.join('; ')}`];
}

const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
const noMarkers = (path, { marker }) =>
  `${relative(root, path)} has no place for its table: <!-- ${marker}:begin --> and <!-- ${marker}:end -->`;

/** Prints what is above or below its limit; returns what is above. */
function judge(rows) {
  const problems = [];
  for (const { key, brotli } of rows.filter((row) => row.key)) {
    const { limit, aim } = limits[key];
    const within = brotli <= limit;
    const aimed = aim === undefined ? '' : `, aim ${kB(aim)} ${brotli <= aim ? 'reached' : `missed by ${kB(brotli - aim)}`}`;
    console.log(`${key}: ${kB(brotli)} brotli, limit ${kB(limit)} ${within ? 'kept' : 'BROKEN'}${aimed}`);
    if (!within) problems.push(`${key} weighs ${kB(brotli)}, the limit is ${kB(limit)}`);
  }
  return problems;
}

main(async () => {
  const { values } = parseArgs({
    options: { packages: { type: 'boolean' }, write: { type: 'boolean' }, markdown: { type: 'boolean' } },
  });
  const both = values.write || values.markdown;
  const print = values.markdown ? markdown : plain;
  const problems = [];
  if (both || !values.packages) {
    const rows = await sizes();
    console.log(print(rows, files));
    console.log();
    problems.push(...judge(rows));
    if (values.write) write(documents.README, rows, files);
    if (values.markdown) problems.push(...check(documents.README, rows, files));
  }
  if (both || values.packages) {
    const rows = await sizesOfPackages();
    console.log(`${print(rows, perPackage)}\n\n${inlining}`);
    if (values.write) write(documents.sizes, rows, perPackage);
    if (values.markdown) problems.push(...check(documents.sizes, rows, perPackage));
  }
  if (problems.length > 0) throw new Failure(problems.join('\n'));
});
