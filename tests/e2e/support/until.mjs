// Waiting for a fact, never for a time.
import assert from 'node:assert/strict';

/**
 * Polls `probe` until it gives something truthy, and gives that back.
 * @template T
 * @param {string} what the fact, for the message when it never comes true
 * @param {() => T | Promise<T>} probe
 * @param {{within?: number}} [limits] milliseconds
 */
export async function until(what, probe, { within = 10_000 } = {}) {
  const deadline = performance.now() + within;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (performance.now() > deadline) assert.fail(`waited ${within} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
