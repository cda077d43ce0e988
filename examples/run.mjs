// `npm run example -- NAME`: installs what the example needs and runs it.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Failure, main } from '../tools/lib/failure.mjs';
import { ensurePackages } from '../tools/lib/npm.mjs';
import { dist, inRoot } from '../tools/lib/paths.mjs';

const folder = inRoot('examples');
const names = readdirSync(folder).filter((name) => existsSync(`${folder}/${name}/start.mjs`));
const usesPackage = (own) => 'session-keepalive' in JSON.parse(readFileSync(`${own}/package.json`, 'utf8')).dependencies;

main(async () => {
  const [name] = process.argv.slice(2);
  if (!names.includes(name)) throw new Failure(`name an example: npm run example -- ${names.join(' | ')}`, { exitCode: 2 });
  if (!existsSync(`${dist}/index.js`)) throw new Failure('the module is not built yet: npm run build');
  const own = `${folder}/${name}`;
  // With the package itself, `develop` installs them: it is not in a lock file before it is packed.
  if (existsSync(`${own}/package-lock.json`) && !usesPackage(own)) await ensurePackages(own, { show: 'errors' });
  await import(pathToFileURL(`${own}/start.mjs`));
});
