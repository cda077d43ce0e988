// Firefox without a screen, over geckodriver, and all that its pages complain of or ask for.
import { Builder, By, Key } from 'selenium-webdriver';
import firefox from 'selenium-webdriver/firefox.js';
import { end, signal, start } from '../../../tools/lib/children.mjs';
import { ensureFirefox } from '../../../tools/test/firefox.mjs';
import { removeFolder, temporaryFolder } from '../../e2e/support/folder.mjs';
import { until } from '../../e2e/support/until.mjs';

/** What `layout.css.prefers-color-scheme.content-override` calls them. */
const SCHEMES = { dark: 0, light: 1 };

const drivers = new Set();
process.on('exit', () => drivers.forEach((driver) => signal(driver, 'SIGKILL')));

/** Runs in every page before its own scripts: what the log of the protocol would not tell. */
const listen = `() => {
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => console.error('refused by the policy', violatedDirective, blockedURI));
  addEventListener('error', ({ target }) => target !== window && console.error('not loaded', target.outerHTML), { capture: true });
}`;

export class Firefox {
  /** @param {import('node:test').TestContext} t @param {string} origin @param {{scheme?: 'dark' | 'light'}} [options] */
  static async create(t, origin, { scheme = 'light' } = {}) {
    const person = new Firefox();
    person.origin = origin;
    /** What stood in the console, and what was refused or could not be loaded. @type {string[]} */
    person.console = [];
    /** Addresses that were asked for. @type {URL[]} */
    person.requests = [];
    t.after(() => person.#close());
    await person.#open(scheme);
    return person;
  }

  async #open(scheme) {
    const { firefox: program, geckodriver } = await ensureFirefox();
    this.folder = temporaryFolder('firefox');
    // On ports that are free, which only the two know.
    const anyPort = ['--host', '127.0.0.1', '--port', '0', '--websocket-port', '0'];
    this.process = start(geckodriver, [...anyPort, '--binary', program, '--profile-root', this.folder], {
      // Firefox leaves nothing in the home of whoever runs the tests.
      env: { ...process.env, HOME: this.folder, TMPDIR: this.folder, MOZ_CRASHREPORTER_DISABLE: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    drivers.add(this.process);
    let told = '';
    for (const stream of [this.process.stdout, this.process.stderr]) stream.setEncoding('utf8').on('data', (text) => { told += text; });
    const [, server] = await until('geckodriver listens', () => {
      if (this.process.exitCode !== null) throw new Error(`geckodriver has ended:\n${told}`);
      return /Listening on (127\.0\.0\.1:\d+)/.exec(told);
    });
    const options = new firefox.Options()
      .addArguments('-headless')
      .windowSize({ width: 1280, height: 900 })
      .setPreference('layout.css.prefers-color-scheme.content-override', SCHEMES[scheme])
      // Otherwise Tab passes links by, on macOS.
      .setPreference('accessibility.tabfocus', 7);
    options.enableBidi();
    this.driver = await new Builder().usingServer(`http://${server}`).forBrowser('firefox').setFirefoxOptions(options).build();
    await this.#hear();
  }

  async #hear() {
    this.bidi = await this.driver.getBidi();
    this.bidi.socket.on('message', (message) => {
      const { method, params } = JSON.parse(message.toString());
      if (method === 'log.entryAdded') this.console.push(`${params.level}: ${params.text}`);
      if (method === 'network.beforeRequestSent') this.requests.push(new URL(params.request.url));
    });
    await this.bidi.subscribe('log.entryAdded');
    await this.bidi.subscribe('network.beforeRequestSent');
    await this.#send('script.addPreloadScript', { functionDeclaration: listen });
  }

  async #send(method, params) {
    const { error, message, result } = await this.bidi.send({ method, params });
    if (error) throw new Error(`${method}: ${message}`);
    return result;
  }

  async #close() {
    await this.driver?.quit().catch(() => {});
    if (this.process) {
      await end(this.process);
      drivers.delete(this.process);
    }
    if (this.folder) removeFolder(this.folder);
  }

  /** The size of the page, which may be narrower than a window can be. */
  async setWidth(width, height = 900) {
    await this.#send('browsingContext.setViewport', { context: await this.driver.getWindowHandle(), viewport: { width, height } });
    await until(`the page is ${width} wide`, () => this.evaluate((wanted) => innerWidth === wanted, width));
  }

  /** @param {string} path with query and hash */
  go(path) {
    return this.driver.get(this.origin + path);
  }

  /** Signs in by the form and waits for the page it leads to. @param {string} path */
  async connect(path) {
    await this.go(`/connect?returnTo=${encodeURIComponent(path)}`);
    await this.find('#connection').sendKeys(Key.ENTER);
    await this.isAt(path);
    await until('the session is there', () => this.evaluate(() => window.session?.getSnapshot().status === 'connected'));
  }

  /** @param {string} path */
  isAt(path) {
    const there = (url) => location.href === url && document.readyState === 'complete';
    return until(`the page is ${path}`, () => this.evaluate(there, this.origin + path).catch(() => false));
  }

  /** @param {string} selector */
  find(selector) {
    return this.driver.findElement(By.css(selector));
  }

  /** A button of this name. */
  async press(name) {
    await this.driver.findElement(By.xpath(`//button[normalize-space()='${name}']`)).click();
  }

  /** @param {string} selector */
  text(selector) {
    return this.evaluate((selector) => document.querySelector(selector).textContent, selector);
  }

  /** Waits until the element says so. @param {string} selector @param {string | RegExp} wanted */
  async says(selector, wanted, limits) {
    let told;
    const fits = () => (typeof wanted === 'string' ? told === wanted : wanted.test(told));
    await until(`${selector} says ${wanted}`, async () => {
      told = await this.text(selector);
      return fits();
    }, limits);
  }

  /** Runs a function in the page and gives back what it returns or resolves to. @param {Function} script @param {...unknown} args */
  evaluate(script, ...args) {
    return this.driver.executeScript(`return (${script})(...arguments)`, ...args);
  }

  /** A further tab, in front. @returns {Promise<string>} its name, for {@link toTab} */
  async newTab() {
    await this.driver.switchTo().newWindow('tab');
    return this.driver.getWindowHandle();
  }

  toTab(name) {
    return this.driver.switchTo().window(name);
  }

  async tab() {
    await this.driver.actions().sendKeys(Key.TAB).perform();
  }
}
