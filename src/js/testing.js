// @ts-check
/**
 * `session-keepalive/testing`: a fake clock, network and tabs around the real module, for an application's own tests. It is no part
 * of what a page downloads.
 */
export { createTestWorld } from './testing/world.js';
