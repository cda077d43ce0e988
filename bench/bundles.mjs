// The clients as a page would get them: each bundled and minified into one file, by the same bundler and settings.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { entries } from '../tools/build/bundle.mjs';
import { measure } from '../tools/lib/size.mjs';
import { candidates, slim } from './candidates.mjs';
import { folder } from './install.mjs';

/** Resolves to a map from a file's name to `{ content, type, brotli }`. */
export async function bundles() {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [...candidates, slim].map(({ key }) => join(folder, 'page', 'clients', `${key}.js`)),
    outdir: folder,
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  const files = outputFiles.map(({ path, contents }) => [path.slice(folder.length + 1), { content: Buffer.from(contents), type: 'text/javascript' }]);
  files.push(['session_keepalive_bg.wasm', { content: readFileSync(entries.wasm), type: 'application/wasm' }]);
  return new Map(files.map(([name, file]) => [name, { ...file, brotli: measure(file.content).brotli }]));
}
