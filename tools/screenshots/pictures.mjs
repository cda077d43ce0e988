// The pictures in docs/images that are of the demo, in the order in which they are taken: a session from its beginning.
//
// `take(scene)` does what is to be seen and gives the picture; what one has done, the next one finds done. `scene` is
// `{ person, page, newPerson, backend, browser }`, a person being one of tests/e2e/support/browser.mjs.
import { until } from '../../tests/e2e/support/until.mjs';
import { look, part, view } from './shot.mjs';
import { together } from './steps.mjs';

const WIDE = 1280;
const PHONE = 390;
/** Checks often enough that something can be seen, and slow enough that a step can be looked at. */
const PAGE = '/?interval=2s&retryBase=500ms&retryCap=1s';

const status = (page, wanted) =>
  until(`the page says ${wanted}`, async () => (await page.locator('#status').textContent()) === wanted, { within: 20_000 });
const epoch = (page, wanted) =>
  until(`the epoch is ${wanted}`, async () => (await page.locator('#epoch').textContent()) === String(wanted), { within: 20_000 });

const words = 'Dear diary, today the backend restarted';
const more = ' while I was typing.\nI only know because a page told me.';

/** The person's work, and what is known of the session. */
const workAndSession = (page) => part(page, ['.grid .card:nth-child(1)', '.grid .card:nth-child(2)'], { tight: true });

async function connect({ page, person }) {
  await look(page, WIDE, 720);
  await page.goto(`${person.origin}/connect?returnTo=${encodeURIComponent(PAGE)}`);
  const picture = await view(page);
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.waitForURL(person.origin + PAGE);
  await status(page, 'connected');
  return picture;
}

async function restart({ page, backend, browser }) {
  // Its cards are as wide as the place for them: scaled pictures are heavier, and not as clear.
  await look(page, 1052, 900);
  const steps = [];
  const step = async (title, text) => steps.push({ title, text, picture: await workAndSession(page) });
  await page.locator('#tables li').first().waitFor();
  await page.locator('#work').pressSequentially(words);
  await step('Somebody types', 'Connected. What is in the text area is nowhere else.');
  await backend.stop();
  await status(page, 'degraded');
  await page.locator('#work').pressSequentially(more);
  await step('The backend ends', 'And with it every session that it knew. No answer is no verdict: the page asks again, and typing goes on.');
  await backend.start();
  await epoch(page, 2);
  await status(page, 'connected');
  await step('Healed', 'Epoch 2: the session was re-established. Nothing was lost, and nobody saw a login page.');
  return together(browser, steps, WIDE);
}

/** The page as it is then, from its top. */
const asIs = (width, height, scheme) => async ({ page }) => {
  await look(page, width, height, scheme);
  return view(page);
};

const button = (page, name) => page.getByRole('button', { name, exact: true });
const says = (page, selector, pattern) =>
  until(`${selector} says ${pattern}`, async () => pattern.test(await page.locator(selector).textContent()), { within: 20_000 });

/** All that can happen to a session and leave it whole, within the minute that the timeline shows. */
async function timeline({ page, person }) {
  // So tall that it is in view: what nobody sees is not drawn.
  await look(page, WIDE, 1180);
  const answered = () => page.locator('#log [data-event="checked"]').count();
  /** @param {number} more so many checks go well */
  const goWell = async (more) => {
    await status(page, 'connected');
    const before = await answered();
    await until('checks went well', async () => (await answered()) >= before + more, { within: 20_000 });
  };
  await goWell(3);
  await page.getByRole('spinbutton', { name: 'Seconds to be stopped' }).fill('5');
  await button(page, 'Stop the backend').click();
  await status(page, 'degraded');
  await epoch(page, 3);
  await goWell(3);
  await button(page, 'Answer 503').click();
  await status(page, 'degraded');
  const waited = await page.locator('#log [data-event="degraded"]').count();
  await until('it has waited and asked again', async () => (await page.locator('#log [data-event="degraded"]').count()) >= waited + 2);
  await button(page, 'Answer normally').click();
  await goWell(3);
  await person.context.setOffline(true);
  await status(page, 'offline');
  const before = Date.now();
  // For as long as can be seen.
  await until('a while has passed', () => Date.now() - before > 3000);
  await person.context.setOffline(false);
  await goWell(3);
  return part(page, ['#timeline']);
}

async function breakIt({ page }) {
  await look(page, WIDE, 900);
  await says(page, '#before-says', /^Signed in/);
  for (const side of ['before', 'after']) await page.locator(`#${side}-words`).fill(words);
  await button(page, 'Answer 503').click();
  await says(page, '#in-force', /503/);
  await status(page, 'degraded');
  const picture = await part(page, ['#break-it']);
  await says(page, '#before-says', /^Thrown out/);
  return picture;
}

async function comparison({ page }) {
  const picture = await part(page, ['#comparison']);
  await button(page, 'Answer normally').click();
  await status(page, 'connected');
  return picture;
}

/** Two more tabs, and a second device of the same person. */
async function tabsAndSessions({ page, newPerson }) {
  const elsewhere = await newPerson();
  await elsewhere.connect(PAGE);
  for (const tab of [2, 3]) {
    await button(page, 'Open another tab').click();
    await until(`tab ${tab} is there`, async () => (await page.locator('#tab-rows tr').count()) === tab);
  }
  const saved = async () => Number(await page.locator('#requests-saved').textContent());
  await until('requests were saved', async () => (await saved()) >= 6, { within: 20_000 });
  await button(page, 'Refresh').click();
  await until('both devices are listed', async () => (await page.locator('#session-rows li').count()) === 2);
  return part(page, ['#tabs', '#sessions']);
}

async function expiring({ page, person }) {
  await look(page, PHONE, 844);
  await person.call('POST', '/demo/session/expire', { limit: 'absolute', seconds: 40 });
  await page.locator('#expiring').waitFor();
  return view(page);
}

/** @type {{ name: string, width: number, take: (scene: object) => Promise<Buffer> }[]} */
export const pictures = [
  { name: 'connect', width: WIDE, take: connect },
  { name: 'restart', width: WIDE, take: restart },
  { name: 'timeline', width: WIDE, take: timeline },
  { name: 'demo', width: WIDE, take: asIs(WIDE, 1180, 'light') },
  { name: 'demo-dark', width: WIDE, take: asIs(WIDE, 1180, 'dark') },
  { name: 'phone', width: PHONE, take: asIs(PHONE, 844, 'light') },
  { name: 'phone-dark', width: PHONE, take: asIs(PHONE, 844, 'dark') },
  { name: 'break-it', width: WIDE, take: breakIt },
  { name: 'comparison', width: WIDE, take: comparison },
  { name: 'tabs', width: WIDE, take: tabsAndSessions },
  { name: 'expiring', width: PHONE, take: expiring },
];
