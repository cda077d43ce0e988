// What the registries would take, and say of it. Nothing is sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { npm } from '../../tools/lib/npm.mjs';
import { root } from '../../tools/lib/paths.mjs';
import { run } from '../../tools/lib/run.mjs';
import { cargoEnvironment } from '../../tools/lib/toolchain.mjs';

const crate = ['-p', 'session-keepalive', '--locked', '--allow-dirty'];
const cargo = (...args) => run('cargo', [...args, ...crate], { cwd: root, show: 'none', env: cargoEnvironment() });

test('npm publish', async () => {
  const { stdout } = await npm(['publish', '--dry-run', '--loglevel=notice'], { cwd: root, show: 'none' });
  assert.match(stdout, /^\+ session-keepalive@\d/m);
});

test('cargo publish', async () => {
  const { stderr } = await cargo('publish', '--dry-run');
  assert.match(stderr, /Verifying session-keepalive/);
  assert.match(stderr, /aborting upload due to dry run/);
});

test('the crate holds its own sources and no others', async () => {
  const { stdout } = await cargo('package', '--list');
  const files = stdout.trim().split('\n');
  // Its JavaScript belongs to it: frontends in Rust need some of that.
  const besides = files.filter((file) => !/^src\/(.*\.rs|js\/[a-z/]+\.js)$/.test(file));
  const cargos = ['.cargo_vcs_info.json', 'Cargo.lock', 'Cargo.toml', 'Cargo.toml.orig'];
  assert.deepEqual(besides.filter((file) => !cargos.includes(file)), ['LICENSE-APACHE', 'LICENSE-MIT', 'README.md']);
  for (const file of ['src/lib.rs', 'src/js/rust.js', 'src/js/keepalive.js']) assert.ok(files.includes(file), file);
});
