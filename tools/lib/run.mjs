// Running a program to its end.
import { stripVTControlCharacters } from 'node:util';
import { start } from './children.mjs';
import { Failure } from './failure.mjs';

/**
 * Runs a program and resolves to what it wrote.
 *
 * - `show: 'all'` (default) passes its output through; `'keep'` passes it through and returns it too (without colours);
 *   `'none'` only returns it; `'errors'` returns what it wrote to stdout and passes stderr through.
 * - Fails with a `Failure` if it ends other than with 0, unless `mayFail`.
 */
export function run(program, args, { show = 'all', mayFail = false, env, ...options } = {}) {
  const stdio = { all: ['inherit', 'inherit'], errors: ['pipe', 'inherit'] }[show] ?? ['pipe', 'pipe'];
  return new Promise((resolve, reject) => {
    const child = start(program, args, {
      stdio: ['ignore', ...stdio],
      env: { ...process.env, ...env },
      ...options,
    });
    const written = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name]?.setEncoding('utf8').on('data', (text) => {
        written[name] += text;
        if (show === 'keep') process[name].write(text);
      });
    }
    child.once('error', (error) => reject(new Failure(`cannot run ${program}: ${error.message}`, { cause: error })));
    child.once('close', (code, signalName) => {
      const result = {
        ok: code === 0,
        stdout: stripVTControlCharacters(written.stdout),
        stderr: stripVTControlCharacters(written.stderr),
      };
      if (result.ok || mayFail) return resolve(result);
      const how = code === null ? `was ended by ${signalName}` : `ended with exit code ${code}`;
      const said = show === 'none' ? `\n${result.stderr || result.stdout}`.trimEnd() : '';
      const failure = new Failure(`${[program, ...args].join(' ')} ${how}${said}`);
      reject(Object.assign(failure, result));
    });
  });
}
