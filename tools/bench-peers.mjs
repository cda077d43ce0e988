// `npm run bench:peers`: what other keepers of sessions weigh, and what some of them do when a backend has trouble.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { folder, ensurePeers } from '../bench/install.mjs';
import { peers } from '../bench/peers/list.mjs';
import { entries } from './build/bundle.mjs';
import { Failure, main } from './lib/failure.mjs';
import { ensurePackages } from './lib/npm.mjs';
import { inRoot } from './lib/paths.mjs';
import { kB, measure } from './lib/size.mjs';
import { ensureNodePackages } from './lib/toolchain.mjs';

const help = `npm run bench:peers: what other keepers of sessions weigh and do, next to session-keepalive.

Installs them from npm into bench/, bundles each with esbuild, and runs those that check a session in Chromium in front of a backend that
fails. Needs npm run build before it. About two minutes.

  npm run bench:peers -- --write   puts the table into README.md`;

const own = join(folder, 'peers');
const settings = {
  bundle: true, minify: true, write: false, format: 'esm', platform: 'browser', target: 'es2022', logLevel: 'error',
  define: { 'process.env.NODE_ENV': '"production"', 'process.env': '{}' }, nodePaths: [join(folder, 'node_modules'), join(own, 'node_modules')],
  alias: { 'session-keepalive/slim': entries.slim, 'session-keepalive': entries.inlined },
};

const versionOf = ({ package: name }) => {
  const path = [inRoot('package.json'), ...[own, folder].map((at) => join(at, 'node_modules', name, 'package.json'))]
    .find((file) => existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === name);
  return JSON.parse(readFileSync(path, 'utf8')).version;
};

/** What a page downloads before it can begin; what a client loads later by itself is a file of its own. */
async function weigh(build, { code, external = [], slim }) {
  const { outputFiles, metafile } = await build({
    ...settings, external, stdin: { contents: code, resolveDir: own }, splitting: true, outdir: own, absWorkingDir: own, metafile: true,
  });
  const [entry] = Object.entries(metafile.outputs).filter(([, { entryPoint }]) => entryPoint === '<stdin>');
  const first = new Set();
  const visit = (path) => {
    if (!metafile.outputs[path] || first.has(path)) return;
    first.add(path);
    metafile.outputs[path].imports.filter(({ kind }) => kind === 'import-statement').forEach((one) => visit(one.path));
  };
  visit(entry[0]);
  const sizes = outputFiles.filter(({ path }) => first.has(relative(own, path))).map(({ contents }) => measure(contents).brotli);
  return [...sizes, slim ? measure(readFileSync(entries.wasm)).brotli : 0].reduce((sum, size) => sum + size, 0);
}

const clientOf = async (build, name) => {
  const { outputFiles } = await build({ ...settings, entryPoints: [join(own, 'clients', `${name}.js`)] });
  return outputFiles[0].text;
};

const after = ({ kept, back }) => (kept ? 'kept' : back ? 'signed out, back later' : '**signed out**');
const obeys = (result) => ([503, 429].every((status) => result[status].tooSoon === 0) ? 'yes' : 'no');

function cells(peer, brotli, result) {
  const about = result ? [after(result[503]), after(result[429]), obeys(result), result.restart ? 'brought back' : '**signed out**'] : ['', '', '', ''];
  return [`\`${peer.name}\` ${versionOf(peer)}`, kB(brotli), ...about];
}

const table = (rows) => {
  const heads = ['', 'brotli 11', 'after a 503', 'after a 429', 'waits as `Retry-After` says', 'after a restart'];
  return [`| ${heads.join(' | ')} |`, '|---|--:|---|---|---|---|', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n');
};

const block = /(<!-- peers:begin -->\n)[\s\S]*?(<!-- peers:end -->)/;

main(async () => {
  const { values } = parseArgs({ options: { write: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) return void console.log(help);
  const missing = Object.values(entries).filter((path) => !existsSync(path));
  if (missing.length > 0) throw new Failure('the module is not built yet: npm run build');
  const readme = readFileSync(inRoot('README.md'), 'utf8');
  if (!block.test(readme)) throw new Failure('README.md has no place for the table: <!-- peers:begin --> and <!-- peers:end -->');
  await ensureNodePackages();
  await ensurePeers();
  await ensurePackages(own);
  const { build } = await import('esbuild');
  const { behaviour } = await import('../bench/peers/behaviour.mjs');
  const { launch } = await import('../tests/e2e/support/browser.mjs');
  const browser = await launch();
  const rows = [];
  try {
    for (const peer of peers) {
      const result = peer.client && (await behaviour(browser, await clientOf(build, peer.client)));
      if (result) console.log(peer.name, JSON.stringify(result));
      rows.push(cells(peer, await weigh(build, peer), result));
    }
  } finally {
    await browser.close();
  }
  console.log(`\n${table(rows)}`);
  if (values.write) writeFileSync(inRoot('README.md'), readme.replace(block, (_, begin, end) => `${begin}${table(rows)}\n${end}`));
});
