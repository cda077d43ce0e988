/** What is true where there is no session: on a server, and before anything else is known. */
export const INACTIVE = /* @__PURE__ */ Object.freeze({
  status: 'inactive', reason: null, subject: null, epoch: 0, data: undefined, lastOkAt: null, nextCheckAt: null,
  expiresInMs: null, error: null,
});
