// @ts-check
/**
 * What is true where there is no session: on a server, and before anything else is known.
 * @type {import('./index.js').Snapshot<any>}
 */
export const INACTIVE = /* @__PURE__ */ Object.freeze({
  status: 'inactive', reason: null, subject: null, epoch: 0, data: null, lastOkAt: null, nextCheckAt: null,
  expiresInMs: null, error: null,
});
