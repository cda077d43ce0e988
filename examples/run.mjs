// `npm run example -- NAME`: installs what the example needs and runs it.
import { existsSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { Failure, main } from '../tools/lib/failure.mjs';
import { ensurePackages } from '../tools/lib/npm.mjs';
import { inRoot } from '../tools/lib/paths.mjs';
import { Stages } from '../tools/lib/stages.mjs';
import { developExample } from '../tools/start/develop.mjs';
import { prepare } from '../tools/start/prepare.mjs';

const at = (name, file) => inRoot('examples', name, file);
const runsItself = (name) => existsSync(at(name, 'start.mjs'));
const names = readdirSync(inRoot('examples')).filter((name) => name !== 'cluster' && (runsItself(name) || existsSync(at(name, 'package.json'))));

const help = `npm run example -- NAME: one of ${names.join(', ')}

examples/README.md says what each shows. Ctrl-C ends it.`;

main(async () => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) return console.log(help);
  const [name] = positionals;
  if (positionals.length !== 1 || !names.includes(name)) {
    throw new Failure(`name one example: npm run example -- ${names.join(' | ')}`, { exitCode: 2 });
  }
  if (!runsItself(name)) return developExample(name);
  // A server of its own has packages of its own, and serves the module as it is built here.
  if (existsSync(at(name, 'package-lock.json'))) {
    await prepare(new Stages());
    await ensurePackages(inRoot('examples', name), { show: 'errors' });
  }
  await import(pathToFileURL(at(name, 'start.mjs')));
});
