// `npm run docs`: puts into docs/ what is made from something else: the quoted files, and the reference from the types.
//   -- --check   only says what is out of date
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Failure, main } from './lib/failure.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { filesUnder } from './lib/stamp.mjs';
import { ensureNodePackages } from './lib/toolchain.mjs';

main(async () => {
  const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
  await ensureNodePackages();
  // Not before its package is there.
  const { withParts } = await import('./docs/parts.mjs');
  const documents = filesUnder([inRoot('docs')]).filter((path) => path.endsWith('.md'));
  const stale = documents.map((path) => ({ path, text: readFileSync(path, 'utf8') }))
    .map((document) => ({ ...document, made: withParts(document.text) }))
    .filter(({ text, made }) => text !== made);
  const names = stale.map(({ path }) => relative(root, path)).join(', ');
  if (values.check && stale.length > 0) throw new Failure(`out of date: ${names}; npm run docs`);
  for (const { path, made } of stale) writeFileSync(path, made);
  console.log(names ? `written: ${names}` : 'docs/ is up to date');
});
