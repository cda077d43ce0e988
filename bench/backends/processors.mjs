// Which processor does what: the server has one for itself, so that all candidates have the same, however many threads they
// start; what asks, and the stores, share another.
import { cpus } from 'node:os';
import { findProgram } from '../../tools/lib/find.mjs';
import { run } from '../../tools/lib/run.mjs';

const taskset = findProgram(['taskset']);
const [rest, server] = ['0', '1'];

/** Whether processes can be bound to processors here; where not, the numbers say less. */
export const bound = taskset !== null && cpus().length > 1;

const on = (processor) => (program, args) => (bound ? [taskset, ['-c', processor, program, ...args]] : [program, args]);

export const forServer = on(server);
export const forTheRest = on(rest);

/** A process that runs already, with what it starts from now on. */
export const moveToTheRest = async (pid) => bound && run(taskset, ['-a', '-p', '-c', rest, String(pid)], { show: 'none' });
