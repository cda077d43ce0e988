// One call to the backend: the headers every state-changing request must carry, and its refusals as readable errors.

/**
 * A refusal in the backend's own words. `code` is the stable name from its problem document, if it sent one; without `status`
 * there was no answer at all.
 */
export class Refusal extends Error {
  /** @param {string} message @param {{status?: number, code?: string}} [facts] */
  constructor(message, { status, code } = {}) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
  }
}

/**
 * @param {'GET' | 'POST' | 'DELETE'} method
 * @param {string} path
 * @param {object} [body] sent as JSON; POST always has one
 * @param {typeof fetch} [send] `session.fetch` for what must survive a lost session
 * @throws {Refusal} when the backend refuses or cannot be reached
 */
export async function call(method, path, body = {}, send = fetch) {
  const headers = { 'x-session-keepalive': '1' };
  const init = { method, headers, credentials: 'include' };
  if (method === 'POST') {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await send(path, init);
  } catch {
    throw new Refusal('The backend cannot be reached. Try again in a moment.');
  }
  return accepted(response);
}

/**
 * What the backend has at `path`, read through the session.
 * @param {import('/dist/index.js').KeepAlive} session
 * @param {string} path
 * @throws {Refusal} when the backend refuses, cannot be reached, or answers with something else than JSON
 */
export async function read(session, path) {
  const response = await call('GET', path, {}, session.fetch);
  if (!isJson(response)) throw new Refusal('The backend answered with a page instead of what was asked for.');
  return response.json();
}

/** The response itself if it is a success, else a {@link Refusal}. @param {Response} response */
async function accepted(response) {
  if (response.ok) return response;
  const problem = isJson(response) ? await response.json().catch(() => ({})) : {};
  const wait = response.headers.get('retry-after');
  const detail = problem.detail ?? `The backend answered ${response.status}.`;
  const hint = wait && !detail.includes(wait) ? ` Try again in ${wait} s.` : '';
  throw new Refusal(detail + hint, { status: response.status, code: problem.code });
}

/** @param {Response} response */
export function isJson(response) {
  return /^application\/(problem\+)?json\b/.test(response.headers.get('content-type') ?? '');
}
