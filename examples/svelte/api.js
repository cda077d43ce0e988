/** @param {string} path @param {object} [body] */
export const post = (path, body = {}) =>
  fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-session-keepalive': '1' },
    body: JSON.stringify(body),
  });
