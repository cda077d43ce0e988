// The test files of a folder, named one by one: `node --test FOLDER` means different things to different versions of Node.
import { existsSync } from 'node:fs';
import { Failure } from '../lib/failure.mjs';
import { inRoot } from '../lib/paths.mjs';
import { filesUnder } from '../lib/stamp.mjs';

export function testFiles(folder, ending) {
  const path = inRoot(...folder.split('/'));
  const files = existsSync(path) ? filesUnder([path]).filter((file) => file.endsWith(ending)) : [];
  if (files.length === 0) throw new Failure(`${folder} holds no *${ending}`);
  return files;
}
