// How a picture of a page is taken.

/** A window as wide as the picture is going to be. @param {'light' | 'dark'} colorScheme */
export async function look(page, width, height, colorScheme = 'light') {
  await page.setViewportSize({ width, height });
  // No cursor that blinks, nothing half-way.
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.evaluate(() => scrollTo(0, 0));
}

/** What the window shows. */
export const view = (page) => page.screenshot({ animations: 'disabled', caret: 'hide' });

const margin = 20;

/** These elements and what is between them, over the width of the window, or `tight` around them. */
export async function part(page, selectors, { tight = false } = {}) {
  const boxes = await page.evaluate((selectors) => selectors.map((selector) => {
    const { left, right, top, bottom } = document.querySelector(selector).getBoundingClientRect();
    return { left: left + scrollX, right: right + scrollX, top: top + scrollY, bottom: bottom + scrollY };
  }), selectors);
  const most = (side, of) => of(...boxes.map((box) => box[side]));
  const space = tight ? 0 : margin;
  const x = tight ? most('left', Math.min) : 0;
  const y = Math.max(0, most('top', Math.min) - space);
  const width = tight ? most('right', Math.max) - x : page.viewportSize().width;
  const height = most('bottom', Math.max) + space - y;
  return page.screenshot({ animations: 'disabled', caret: 'hide', fullPage: true, clip: { x, y, width, height } });
}
