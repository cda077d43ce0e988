// The steps of a script: each is announced, timed, and remembered for a summary.

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** Announces steps as they go. `stages.run('name', fn)` resolves to what `fn` returns; what it threw is thrown again. */
export class Stages {
  #done = [];
  #started = performance.now();

  async run(name, work) {
    console.log(`\n▸ ${name}`);
    const started = performance.now();
    const entry = { name, ok: false, ms: 0, result: undefined };
    this.#done.push(entry);
    try {
      entry.result = await work();
      entry.ok = true;
      return entry.result;
    } catch (error) {
      entry.result = error;
      throw error;
    } finally {
      entry.ms = performance.now() - started;
      console.log(`${entry.ok ? '✓' : '✗'} ${name}: ${seconds(entry.ms)}`);
    }
  }

  get done() {
    return this.#done;
  }

  get total() {
    return seconds(performance.now() - this.#started);
  }

  /** One line per step. `note(entry)` may add something to it. */
  table(note = () => '') {
    const width = Math.max(...this.#done.map(({ name }) => name.length), 'total'.length);
    const line = (mark, name, time, text) => `${mark} ${name.padEnd(width)} ${time.padStart(9)}  ${text}`.trimEnd();
    return [
      ...this.#done.map((entry) => line(entry.ok ? '✓' : '✗', entry.name, seconds(entry.ms), note(entry))),
      line(' ', 'total', this.total, ''),
    ].join('\n');
  }
}
