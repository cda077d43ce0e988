// The pictures in docs/images that are of the demo, in the order in which they are taken: a session from its beginning.
//
// `take(scene)` does what is to be seen and gives the picture; what one has done, the next one finds done. `scene` is
// `{ person, page, backend, browser }`, the person being one of tests/e2e/support/browser.mjs.
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

/** @type {{ name: string, width: number, take: (scene: object) => Promise<Buffer> }[]} */
export const pictures = [
  { name: 'connect', width: WIDE, take: connect },
  { name: 'restart', width: WIDE, take: restart },
  { name: 'demo', width: WIDE, take: asIs(WIDE, 900, 'light') },
  { name: 'demo-dark', width: WIDE, take: asIs(WIDE, 900, 'dark') },
  { name: 'phone', width: PHONE, take: asIs(PHONE, 844, 'light') },
  { name: 'phone-dark', width: PHONE, take: asIs(PHONE, 844, 'dark') },
];
