// The facade's side of one session, and a browser whose clocks, dice and timers stand still until a test moves them.

const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
const { now } = Date;
const { random } = Math;

/** The numbers as text; what is not there is null, and nothing at the end. */
const shown = (numbers) => {
  const end = numbers.findLastIndex((number) => !Number.isNaN(number)) + 1;
  return numbers.slice(0, end).map((number) => JSON.stringify(number)).join();
};

export class World {
  /** The names of the kinds. */
  constructor(effects, inputs) {
    this.log = [];
    this.reactions = [];
    this.host = {
      effect: (kind, ...numbers) => this.called(effects[kind], numbers, 10),
      input: (instant, wall, chance, kind, ...numbers) => {
        this.called(`input ${instant} ${wall} ${chance} ${inputs[kind]}`, numbers, 12);
      },
    };
    this.monotonic = 1_000;
    this.wall = 1_700_000_000_000;
    this.dice = 0.5;
    this.timers = new Map();
    this.timersSet = 0;
    this.mostTimers = 0;
    performance.now = () => this.monotonic;
    Date.now = () => this.wall;
    Math.random = () => this.dice;
    globalThis.setTimeout = (callback, delay) => {
      this.timersSet += 1;
      // No real timer has a negative id, so that it may be cleared after `restore()` too.
      const id = -this.timersSet;
      this.timers.set(id, { callback, delay });
      this.mostTimers = Math.max(this.mostTimers, this.timers.size);
      return id;
    };
    globalThis.clearTimeout = (id) => void this.timers.delete(id);
  }

  called(name, numbers, count) {
    if (numbers.length !== count || numbers.some((number) => typeof number !== 'number')) throw new Error(`${count} numbers`);
    this.log.push(`${name}(${shown(numbers)})`);
    const [next] = this.reactions;
    if (next?.name === name) {
      this.reactions.shift();
      next.reaction();
    }
  }

  /** What the host was asked for since the last time. */
  take() { return this.log.splice(0); }

  /** At the next call of this name of the host, does this. */
  react(name, reaction) { this.reactions.push({ name, reaction }); }

  /** Lets both clocks go on; no timer fires by itself. */
  pass(milliseconds) {
    this.monotonic += milliseconds;
    this.wall += milliseconds;
  }

  /** The wall clock alone goes on, as in sleep. */
  sleep(milliseconds) { this.wall += milliseconds; }

  /** The delays of all timers that are set. */
  delays() { return [...this.timers.values()].map(({ delay }) => delay); }

  /** The timer fires now, whatever the clocks say. */
  fire() {
    const [[id, { callback }]] = this.timers;
    this.timers.delete(id);
    callback();
  }

  /** The real timers and clocks again. */
  restore() {
    Object.assign(globalThis, real);
    delete performance.now;
    Date.now = now;
    Math.random = random;
  }
}

/**
 * A host that answers every check after a moment; resolves with the kinds of the effects, once there were `count` checks.
 * `send` is the kind of effect that is one.
 */
export const answering = (count, send) => {
  const log = [];
  const host = {};
  const done = new Promise((resolve) => {
    host.effect = (kind, id) => {
      log.push(kind);
      if (kind !== send) return;
      if (log.filter((other) => other === send).length === count) resolve(log);
      else real.setTimeout.call(globalThis, () => host.answer(id), 1);
    };
  });
  return { host, done };
};
