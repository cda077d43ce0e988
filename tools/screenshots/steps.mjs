// A restart survived, in steps: each is a picture of the page as it was, and the picture of all is one of a page that has them.

const style = `
  body { margin: 0; background: #f5f7f8; color: #10191d; font: 19px/1.45 system-ui, "DejaVu Sans", sans-serif; }
  ol { display: grid; gap: 20px; margin: 0; padding: 24px; list-style: none; }
  li { display: grid; grid-template-columns: 220px 1fr; gap: 24px; align-items: center; }
  b { display: block; font-size: 22px; }
  b span { color: #0f766e; }
  p { margin: 6px 0 0; color: #51616a; font-size: 17px; }
  img { display: block; width: 100%; }
`;

/**
 * @param {import('playwright-core').Browser} browser
 * @param {{title: string, text: string, picture: Buffer}[]} steps
 * @param {number} width of the whole
 */
export async function together(browser, steps, width) {
  const page = await browser.newPage({ viewport: { width, height: 400 } });
  const item = ({ title, text, picture }, index) =>
    `<li><div><b><span>${index + 1}</span> ${title}</b><p>${text}</p></div><img src="data:image/png;base64,${picture.toString('base64')}"></li>`;
  await page.setContent(`<style>${style}</style><ol>${steps.map(item).join('')}</ol>`);
  await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode())));
  const whole = await page.screenshot({ fullPage: true });
  await page.close();
  return whole;
}
