// Failures that a person can act on.
import { isStopping } from './children.mjs';

/** Its message is the whole report: no stack is shown. */
export class Failure extends Error {
  constructor(message, { exitCode = 1, ...options } = {}) {
    super(message, options);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}

/** A `Failure`, or an argument that the script does not know, is printed as one message, anything else with its stack. */
export function report(error) {
  const isForPeople = error instanceof Failure || error.code?.startsWith('ERR_PARSE_ARGS');
  console.error(isForPeople ? `\nerror: ${error.message}` : error);
}

/** Runs a script's main function; what it returns is the exit code (0 if nothing). */
export async function main(script) {
  try {
    process.exitCode = (await script()) ?? 0;
  } catch (error) {
    if (isStopping()) return; // cut short, not failed
    report(error);
    process.exitCode = error.exitCode ?? 1;
  }
}
