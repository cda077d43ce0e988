// Where things are. Everything is derived from this file's own place, so the scripts work from any folder.
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
export const inRoot = (...parts) => join(root, ...parts);

/** Cargo's target folder; handed to every cargo, so that a setting elsewhere cannot make us look in the wrong place. */
export const target = resolve(root, process.env.CARGO_TARGET_DIR ?? 'target');
const exe = process.platform === 'win32' ? '.exe' : '';

/** A binary of the native `dev` profile, by its cargo name. */
export const nativeBinary = (name) => join(target, 'debug', name + exe);
export const dist = inRoot('dist');
