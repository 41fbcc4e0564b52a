import { expect, type Locator, type Page, test } from '@playwright/test';
import { type Gallery, serveGallery } from './rig.ts';

let gallery: Gallery;
test.beforeAll(async () => {
  gallery = await serveGallery();
});
test.afterAll(() => gallery.close());

const width = (lanes: Locator) => lanes.evaluate((box) => box.scrollWidth);
const scroll = (lanes: Locator) => lanes.evaluate((box) => box.scrollLeft);

async function timeline(page: Page): Promise<{ figure: Locator; lanes: Locator }> {
  await page.goto(gallery.url);
  const figure = page.locator('section#timeline .report-timeline');
  const lanes = figure.getByRole('group', { name: 'Lanes' });
  await lanes.focus();
  return { figure, lanes };
}

test('arrows, Home and End go from step to step, and say which', async ({ page }) => {
  const { figure } = await timeline(page);
  const said = figure.locator('[role="status"]').filter({ hasText: /^Step/ });
  await page.keyboard.press('ArrowRight');
  await expect(said).toHaveText('Step 2, guest, kernel: network stack');
  await expect(figure.locator('.step.is-current')).toHaveAttribute('data-step', '1');
  await page.keyboard.press('End');
  await expect(said).toHaveText('Step 13, guest, kernel: return from send');
  await page.keyboard.press('ArrowRight');
  await expect(figure.locator('.step.is-current')).toHaveAttribute('data-step', '12');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Home');
  await expect(said).toHaveText('Step 1, guest, user: send');
  await expect(figure.locator('.step.is-current')).toHaveCount(1);
});

test('keys, buttons and the wheel zoom; the step stays in sight', async ({ page }) => {
  const { figure, lanes } = await timeline(page);
  const whole = await width(lanes);
  await page.keyboard.press('End');
  for (let i = 0; i < 4; i++) await page.keyboard.press('+');
  expect(await width(lanes)).toBeGreaterThan(4.5 * whole);
  const [box, step] = await Promise.all([
    lanes.boundingBox(),
    figure.locator('.step.is-current').boundingBox(),
  ]);
  expect(step?.x).toBeLessThan((box?.x ?? 0) + (box?.width ?? 0));
  expect((step?.x ?? 0) + (step?.width ?? 0)).toBeGreaterThan(box?.x ?? 0);
  await expect(figure.locator('.zoom-said')).toHaveText('5.1 times');
  await page.keyboard.press('-');
  await expect(figure.locator('.zoom-said')).toHaveText('3.4 times');
  await page.keyboard.press('0');
  expect(await width(lanes)).toBe(whole);

  await figure.getByRole('button', { name: 'Zoom in' }).click();
  expect(await width(lanes)).toBeGreaterThan(1.4 * whole);
  await figure.getByRole('button', { name: 'All of the time' }).click();
  expect(await width(lanes)).toBe(whole);

  await lanes.hover();
  await page.mouse.wheel(0, -100);
  expect(await width(lanes), 'without Ctrl the page scrolls').toBe(whole);
  await lanes.hover();
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -100);
  await page.keyboard.up('Control');
  await expect.poll(() => width(lanes)).toBeGreaterThan(1.3 * whole);
});

test('more zoom shows more times', async ({ page }) => {
  const { figure } = await timeline(page);
  const before = await figure.locator('.tick').count();
  for (let i = 0; i < 6; i++) await page.keyboard.press('+');
  expect(await figure.locator('.tick').count()).toBeGreaterThan(before);
});

test('a drag pans and chooses no step; a click chooses one', async ({ page }) => {
  const { figure, lanes } = await timeline(page);
  for (let i = 0; i < 4; i++) await page.keyboard.press('+');
  const block = figure.locator('.step[data-step="1"]');
  await block.hover({ position: { x: 5, y: 10 } });
  const from = await scroll(lanes);
  const { x = 0, y = 0 } = (await block.boundingBox()) ?? {};
  await page.mouse.down();
  await page.mouse.move(x + 5 - 150, y + 60, { steps: 4 });
  await page.mouse.up();
  expect(await scroll(lanes)).toBe(from + 150);
  await expect(figure.locator('.step.is-current')).toHaveAttribute('data-step', '0');
  await figure.locator('.step[data-step="2"]').click();
  await expect(figure.locator('.step.is-current')).toHaveAttribute('data-step', '2');
});

test('a step’s bytes have names; coming to one marks its bytes', async ({ page }) => {
  const { figure } = await timeline(page);
  await page.keyboard.press('ArrowRight');
  const name = figure.getByRole('button', { name: 'to' });
  await name.focus();
  await expect(figure.locator('.hex-field.is-marked')).toHaveCount(6);
  await page.keyboard.press('Tab');
  await expect(figure.locator('.hex-field.is-marked')).toHaveCount(0);
});

test('the machine opens from a step where the page says that it can', async ({ page }) => {
  const { figure } = await timeline(page);
  const button = figure.getByRole('button', { name: 'Open in the machine: WorkerProcess' });
  await expect(button).toHaveCount(0);
  const opened = page.evaluate(
    () =>
      new Promise((done) =>
        document.addEventListener('two-open-machine', (event) =>
          done((event as CustomEvent).detail),
        ),
      ),
  );
  await page.evaluate(() => {
    document.querySelector('main')?.setAttribute('data-can-open-machine', '');
  });
  await button.press('Enter');
  expect(await opened).toEqual({ name: 'WorkerProcess' });
});
