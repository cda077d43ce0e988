// One tab: what a person does with it, and what its page has written down (`tests/e2e/pages`).
import assert from 'node:assert/strict';
import { until } from './until.mjs';

/** Of the DevTools protocol: no limit. */
const UNLIMITED = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };

export class Tab {
  constructor(profile, target, session) {
    this.profile = profile;
    this.devtools = profile.devtools;
    this.target = target;
    this.session = session;
    this.crashed = false;
    /** Requests that its pages made, also those that never left the browser. @type {{method: string, path: string, at: number}[]} */
    this.requests = [];
    this.devtools.listen(session, (method, params) => this.#hear(method, params));
  }

  #hear(method, { request }) {
    if (method === 'Inspector.targetCrashed') {
      this.crashed = true;
      this.devtools.hangUp(this.session, 'the tab has crashed');
    }
    if (method === 'Network.requestWillBeSent') {
      this.requests.push({ method: request.method, path: new URL(request.url).pathname, at: Date.now() });
    }
  }

  send(method, params) {
    return this.devtools.send(method, params, this.session);
  }

  async prepare(before) {
    await this.send('Page.enable');
    await this.send('Network.enable');
    await this.send('Inspector.enable');
    if (before) await this.send('Page.addScriptToEvaluateOnNewDocument', { source: `(${before})();` });
  }

  /** Leaves the page for another and waits until that has loaded. @param {string} path */
  async go(path) {
    const { errorText } = await this.send('Page.navigate', { url: this.profile.origin + path });
    assert.equal(errorText, undefined, `the tab could not open ${path}`);
    await this.#loaded(path);
  }

  /** Waits until the page of this path is there, by whatever way. @param {string} path */
  isAt(path) {
    const there = (path) => location.pathname === path && document.readyState === 'complete';
    return until(`the tab is at ${path}`, () => this.evaluate(there, path).catch(() => false));
  }

  async reload() {
    await this.evaluate(() => { window.reloading = true; });
    await this.send('Page.reload');
    await until('the page is a new one', () => this.evaluate(() => window.reloading === undefined).catch(() => false));
    await this.#loaded('its page again');
  }

  #loaded(path) {
    const ready = () => location.href !== 'about:blank' && document.readyState === 'complete';
    return until(`the tab has loaded ${path}`, () => this.evaluate(ready).catch(() => false));
  }

  /**
   * Runs a function in the page and gives back what it returns or resolves to.
   * @param {Function} script @param {...unknown} args plain data
   */
  async evaluate(script, ...args) {
    const expression = `(${script})(...${JSON.stringify(args)})`;
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** A POST that the module knows nothing of. @param {string} path @param {object} body */
  call(path, body = {}) {
    return this.evaluate(async (path, body) => {
      const headers = { 'x-session-keepalive': '1', 'content-type': 'application/json' };
      const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
      const text = await response.text();
      return { status: response.status, body: text && JSON.parse(text) };
    }, path, body);
  }

  snapshot() {
    return this.evaluate(() => {
      const { error, ...rest } = window.session.getSnapshot();
      return { ...rest, error: error && { code: error.code, message: error.message } };
    });
  }

  /** Waits for a status, and for its reason if one is named. */
  hasStatus(status, reason, limits) {
    return until(`the tab is ${status}${reason ? ` because of ${reason}` : ''}`, () =>
      this.evaluate((status, reason) => {
        const now = window.session?.getSnapshot();
        return now?.status === status && (!reason || now.reason === reason);
      }, status, reason), limits);
  }

  /** What its page has written down: its own events and the session's. @param {string} [name] of an event; all without */
  log(name) {
    return this.evaluate((name) => window.page.log.filter((entry) => !name || entry.name === name), name);
  }

  /** How often an API path was asked for. @param {string} path */
  asked(path) {
    return this.requests.filter((request) => request.method === 'POST' && request.path === path);
  }

  /** Brings it to the front; what was there is hidden then. */
  async activate() {
    await this.devtools.send('Target.activateTarget', { targetId: this.target });
    this.profile.front = this;
  }

  /** @param {'frozen' | 'active'} state */
  async setLifecycle(state) {
    await this.send('Page.setWebLifecycleState', { state });
  }

  /** @param {string} key a letter */
  async press(key) {
    for (const type of ['keyDown', 'keyUp']) await this.send('Input.dispatchKeyEvent', { type, key, text: key });
  }

  /** Takes the network away, or gives it back. @param {boolean} offline */
  async setOffline(offline) {
    await this.send('Network.emulateNetworkConditions', { offline, ...UNLIMITED });
  }

  /** Ends its process, as the system does when memory runs out. */
  async crash() {
    this.send('Page.crash').catch(() => {});
    await until('the tab has crashed', () => this.crashed);
  }

  async close() {
    await this.devtools.send('Target.closeTarget', { targetId: this.target });
    this.devtools.hangUp(this.session, 'the tab is closed');
    await until('the tab is gone', async () => {
      const { targetInfos } = await this.devtools.send('Target.getTargets');
      return targetInfos.every(({ targetId }) => targetId !== this.target);
    });
  }

  /** Types a text and leaves a mark that only a new document can wipe out. */
  startWork(text) {
    return this.evaluate((text) => {
      document.getElementById('work').value = text;
      window.mark = 'still the same document';
    }, text);
  }

  /** Fails unless this is still the document of {@link startWork} with the text in it, and nobody wanted to leave it. */
  async assertNothingLost(text) {
    const kept = await this.evaluate(() => ({ mark: window.mark, text: document.getElementById('work').value }));
    assert.deepEqual(kept, { mark: 'still the same document', text });
    assert.deepEqual(await this.log('redirect'), []);
    assert.deepEqual(await this.log('disconnected'), []);
  }
}
