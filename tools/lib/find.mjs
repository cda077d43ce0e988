// Finding programs without a shell.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const extensions = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];

/** Is there a file here that may be executed? */
export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first program of one of these names on PATH, or in one of `alsoIn`, or null. */
export function findProgram(names, alsoIn = []) {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...alsoIn];
  for (const name of names) {
    for (const folder of folders) {
      for (const extension of extensions) {
        const path = join(folder, name + extension);
        if (isProgram(path)) return path;
      }
    }
  }
  return null;
}

/** The first of these paths that is a program, or null. */
export const firstProgram = (paths) => paths.find(isProgram) ?? null;
