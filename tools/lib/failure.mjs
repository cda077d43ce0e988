// A failure that a person can act on: its message is the whole report, no stack is shown.
export class Failure extends Error {
  constructor(message, { exitCode = 1, ...options } = {}) {
    super(message, options);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}

/** Runs a script's main function; a `Failure` is printed as one message, anything else with its stack. */
export async function main(script) {
  try {
    process.exitCode = (await script()) ?? 0;
  } catch (error) {
    console.error(error instanceof Failure ? `\nerror: ${error.message}` : error);
    process.exitCode = error.exitCode ?? 1;
  }
}
