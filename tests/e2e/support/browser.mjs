// The system's Chromium, and pages that write down everything that can be seen of them.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { ensureBrowser } from '../../../tools/test/browser.mjs';

/** How every browser of the tests is started. */
export const chromiumArgs = [
  // Containers run as root, where Chromium's sandbox refuses to work.
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

/** The browser's program. */
export const chromiumPath = async () => process.env.CHROME_PATH ?? (await ensureBrowser()).chrome;

const settings = async () => ({ executablePath: await chromiumPath(), args: chromiumArgs });

export const launch = async () => chromium.launch(await settings());

/** A browser whose profile is this folder, as on a person's disk. @param {string} folder */
export const launchPersistent = async (folder) => chromium.launchPersistentContext(folder, await settings());

/** Runs in the page before its own scripts: hands over every event of `window.session` from the very first. */
function tap() {
  const names = [
    'change', 'connected', 'checking', 'checked', 'slow', 'degraded', 'reconnecting', 'reconnected', 'expiring',
    'disconnected', 'redirect', 'wake', 'idle', 'active',
  ];
  let session;
  Object.defineProperty(window, 'session', {
    get: () => session,
    set(value) {
      session = value;
      for (const name of names) {
        session.on(name, (event) => {
          const { error, ...rest } = event;
          const told = error ? { ...rest, error: { code: error.code, message: error.message } } : rest;
          window.recordSessionEvent(name, JSON.stringify(told));
        });
      }
    },
  });
}

/** A person with a browser profile of their own: cookies, pages, and what those pages did. */
export class Person {
  static async create(browser, origin) {
    const person = new Person();
    person.origin = origin;
    person.context = await browser.newContext();
    person.context.setDefaultTimeout(15_000);
    person.events = [];
    person.requests = [];
    person.navigations = [];
    person.console = [];
    await person.context.exposeBinding('recordSessionEvent', (_, name, detail) => {
      person.events.push({ name, at: performance.now(), ...JSON.parse(detail) });
    });
    await person.context.addInitScript(tap);
    person.page = await person.open();
    return person;
  }

  /** A new tab of this person's browser. */
  async open() {
    const page = await this.context.newPage();
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame()) this.navigations.push(frame.url());
    });
    page.on('request', (request) => this.requests.push(request));
    page.on('console', (message) => this.console.push(message.text()));
    page.on('pageerror', (error) => this.console.push(String(error.stack ?? error)));
    return page;
  }

  /** Signs in by the form and waits for the page it leads to. @param {string} path with query and hash */
  async connect(path, connectionString = 'sqlite:sample.db') {
    await this.page.goto(`${this.origin}/connect?returnTo=${encodeURIComponent(path)}`);
    await this.page.getByLabel('Connection string').fill(connectionString);
    await this.page.getByRole('button', { name: 'Connect' }).click();
    await this.page.waitForURL(this.origin + path);
    await this.page.evaluate(() => window.session.ready);
    this.navigations.length = 0;
  }

  /** The field for a person's work: on every page the first one for text. */
  get work() {
    return this.page.getByRole('textbox').first();
  }

  /** Types a text and leaves a mark that only a new document can wipe out. */
  async startWork(text) {
    await this.work.fill(text);
    await this.page.evaluate(() => { window.mark = 'still the same document'; });
  }

  /** Fails unless this is still the document of {@link startWork} with the text in it. */
  async assertNothingLost(text) {
    assert.equal(await this.page.evaluate(() => window.mark), 'still the same document');
    assert.equal(await this.work.inputValue(), text);
    assert.deepEqual(this.navigations, []);
    assert.deepEqual(this.named('redirect'), []);
  }

  /** The recorded events of a name. @param {string} name */
  named(name) {
    return this.events.filter((event) => event.name === name);
  }

  /** How often a path was asked for. @param {string} method @param {string} path */
  asked(method, path) {
    return this.requests.filter((request) => request.method() === method && new URL(request.url()).pathname === path);
  }

  /** The module's snapshot, its error in plain words. */
  snapshot() {
    return this.page.evaluate(() => {
      const { error, ...rest } = window.session.getSnapshot();
      return { ...rest, error: error && { code: error.code, message: error.message, name: error.name } };
    });
  }

  /** A call from the page that the module knows nothing of. */
  async call(method, path, body) {
    return this.page.evaluate(async ({ method, path, body }) => {
      const headers = { 'x-session-keepalive': '1', ...(body && { 'content-type': 'application/json' }) };
      const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
      const text = await response.text();
      return { status: response.status, body: text && JSON.parse(text) };
    }, { method, path, body });
  }

  /** The tables, read through the session. */
  async readTables() {
    return this.page.evaluate(async () => {
      const response = await window.session.fetch('/api/database');
      return { status: response.status, tables: (await response.json()).tables };
    });
  }

  /** The cookies that the API is sent: the session's and the ticket's, whatever else the page has. */
  cookies() {
    return this.context.cookies(`${this.origin}/api`);
  }

  /** The value of the cookie whose name starts with `kind`. @param {'session' | 'ticket'} kind */
  async cookie(kind) {
    const found = (await this.cookies()).find(({ name }) => name.startsWith(`${kind}-`));
    assert.ok(found, `no ${kind} cookie`);
    return found;
  }
}
