// `npm run docs`: puts into docs/ what is made from something else: the quoted files, the reference from the types, and how the
// status changes from the engine's own states.
//   -- --check   only says what is out of date
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { writeStates } from './docs/engine.mjs';
import { Failure, main } from './lib/failure.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { filesUnder } from './lib/stamp.mjs';
import { ensureNodePackages } from './lib/toolchain.mjs';

main(async () => {
  const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
  await ensureNodePackages();
  await writeStates(values);
  // Not before their packages are there.
  const { withParts } = await import('./docs/parts.mjs');
  const { picture, svg } = await import('./docs/states.mjs');
  const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  const documents = filesUnder([inRoot('docs')]).filter((path) => path.endsWith('.md'));
  const stale = [
    ...documents.map((path) => ({ path, made: withParts(read(path)) })),
    { path: picture, made: await svg() },
  ].filter(({ path, made }) => read(path) !== made);
  const names = stale.map(({ path }) => relative(root, path)).join(', ');
  if (values.check && stale.length > 0) throw new Failure(`out of date: ${names}; npm run docs`);
  for (const { path, made } of stale) writeFileSync(path, made);
  console.log(names ? `written: ${names}` : 'docs/ is up to date');
});
