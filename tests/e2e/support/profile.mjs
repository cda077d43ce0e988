// Real tabs of one browser profile. Playwright lets every tab believe that it is the one in front, and WebDriver brings
// each tab to the front to look at it; here one tab is visible, the others are hidden, slowed down or frozen, as a
// person's are.
import assert from 'node:assert/strict';
import { chromiumArgs, chromiumPath } from './browser.mjs';
import { Devtools } from './devtools.mjs';
import { removeFolder, temporaryFolder } from './folder.mjs';
import { Tab } from './tab.mjs';
import { until } from './until.mjs';

export class Profile {
  /** @param {string} origin of the backend, as the browser sees it */
  static async create(origin) {
    const profile = new Profile();
    profile.origin = origin;
    profile.folder = temporaryFolder('profile');
    profile.devtools = new Devtools(await chromiumPath(), [...chromiumArgs, '--headless', `--user-data-dir=${profile.folder}`]);
    return profile;
  }

  /**
   * A new tab; the first one is in front, the others behind it.
   * @param {string} path of the page it opens
   * @param {{before?: Function | string, window?: boolean}} [options] `before`: a function that runs in every page of the tab
   *   before the page's own scripts; `window`: in a window of its own, where it is in front too
   */
  async open(path, { before, window: newWindow = false } = {}) {
    const background = this.front !== undefined && !newWindow;
    const { targetId } = await this.devtools.send('Target.createTarget', { url: 'about:blank', background, newWindow });
    const { sessionId } = await this.devtools.send('Target.attachToTarget', { targetId, flatten: true });
    const tab = new Tab(this, targetId, sessionId);
    this.front ??= tab;
    await tab.prepare(before);
    await tab.go(path);
    return tab;
  }

  /** A new tab whose session is connected. @param {string} query the options, `interval=2s&validate=1s` */
  async connect(query, options) {
    const tab = await this.open(`/e2e/tab.html?${query}`, options);
    await tab.hasStatus('connected');
    return tab;
  }

  /** Several of them, one after the other. @param {number} count @returns {Promise<Tab[]>} */
  async connectMany(count, query) {
    const tabs = [];
    while (tabs.length < count) tabs.push(await this.connect(query));
    return tabs;
  }

  /** Signs in without the module, as a page of the application would. */
  async signIn() {
    const tab = await this.open('/e2e/elsewhere.html');
    const { status } = await tab.call('/api/connect', { connectionString: 'sqlite:sample.db', remember: true });
    assert.equal(status, 200, 'the sign-in was accepted');
    await tab.close();
    // The next one opened is in front.
    this.front = undefined;
  }

  async remove() {
    await this.devtools.close();
    removeFolder(this.folder);
  }
}

/** Fails unless one tab alone is visible. @param {Tab[]} tabs @param {Tab} front */
export async function assertHiddenBut(front, tabs) {
  for (const tab of tabs) {
    assert.equal(await tab.evaluate(() => document.visibilityState), tab === front ? 'visible' : 'hidden');
  }
}

/** Freezes tabs, and fails unless their clocks have stopped while `witness` ticks. @param {Tab[]} tabs @param {Tab} witness */
export async function freeze(tabs, witness) {
  const count = (tab) => tab.evaluate(() => window.page.ticks.count);
  for (const tab of tabs) await tab.setLifecycle('frozen');
  const before = await Promise.all(tabs.map(count));
  const seen = await count(witness);
  await until('the tab in front has ticked thirty times', async () => (await count(witness)) >= seen + 30);
  assert.deepEqual(await Promise.all(tabs.map(count)), before, 'no frozen tab has ticked');
}
