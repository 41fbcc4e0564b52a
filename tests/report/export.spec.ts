import { expect, type Page, test } from '@playwright/test';
import { SAMPLES } from '../../src/components/report/samples.ts';
import { type Gallery, serveGallery } from './rig.ts';

let gallery: Gallery;
test.beforeAll(async () => {
  gallery = await serveGallery();
});
test.afterAll(() => gallery.close());

const KINDS = Object.keys(SAMPLES);

async function open(page: Page, theme: 'light' | 'dark' = 'light'): Promise<string[]> {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(gallery.url);
  await page.evaluate((name) => {
    document.documentElement.dataset.theme = name;
  }, theme);
  await expect(page.locator('section:has(.report)')).toHaveCount(KINDS.length);
  return errors;
}

async function press(page: Page, kind: string, format: string): Promise<void> {
  const section = page.locator(`section[id="${kind}"]`);
  await section.getByRole('button', { name: `as ${format}` }).press('Enter');
  await expect(section.locator('.figure-said')).toHaveText(
    `Copied the ${format === 'CSV' ? 'table' : 'picture'} as ${format}.`,
  );
}

const clipboardText = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

/** The colours of the image on the clipboard, each with the number of its pixels, and its size. */
function clipboardPixels(page: Page) {
  return page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const image = await createImageBitmap(await item.getType('image/png'));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context?.drawImage(image, 0, 0);
    const found = context?.getImageData(0, 0, image.width, image.height).data.buffer;
    const seen = new Map<number, number>();
    // Little-endian: the lowest byte of a pixel is its red.
    for (const pixel of new Uint32Array(found ?? new ArrayBuffer(0)))
      seen.set(pixel, (seen.get(pixel) ?? 0) + 1);
    const hex = (pixel: number) =>
      `#${[0, 8, 16].map((by) => ((pixel >>> by) & 255).toString(16).padStart(2, '0')).join('')}`;
    const counts = Object.fromEntries([...seen].map(([pixel, count]) => [hex(pixel), count]));
    return { width: image.width, height: image.height, counts };
  });
}

/** A colour of the page as `#rrggbb`. */
const token = (page: Page, name: string) =>
  page.evaluate(
    (key) => getComputedStyle(document.documentElement).getPropertyValue(key).trim(),
    name,
  );

test.describe('on the clipboard', () => {
  test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

  test('every kind, as table and as picture, under a policy that allows nothing', async ({
    page,
  }) => {
    const errors = await open(page);
    for (const kind of KINDS.filter((one) => one !== 'text')) {
      await press(page, kind, 'CSV');
      const lines = (await clipboardText(page)).split('\r\n');
      expect(lines.length, kind).toBeGreaterThan(2);
      await press(page, kind, 'SVG');
      const markup = await clipboardText(page);
      const parsed = await page.evaluate((text) => {
        const document = new DOMParser().parseFromString(text, 'image/svg+xml');
        const root = document.documentElement;
        return {
          name: root.localName,
          shapes: root.querySelectorAll('path, text').length,
          foreign: root.querySelectorAll('script, style, image, foreignObject, [href], [class]')
            .length,
        };
      }, markup);
      expect(parsed, kind).toMatchObject({ name: 'svg', foreign: 0 });
      expect(parsed.shapes, kind).toBeGreaterThan(0);
      expect(markup).not.toMatch(/url\(|var\(|http:\/\/(?!www\.w3\.org)/);
      await press(page, kind, 'PNG');
      const { width, counts } = await clipboardPixels(page);
      expect(width, kind).toBeGreaterThanOrEqual(1680);
      expect(Object.keys(counts).length, kind).toBeGreaterThan(2);
    }
    expect(errors).toEqual([]);
  });

  for (const theme of ['light', 'dark'] as const)
    test(`the picture has the page’s colours, ${theme}`, async ({ page }) => {
      await open(page, theme);
      await press(page, 'compare', 'PNG');
      const { width, height, counts } = await clipboardPixels(page);
      const share = async (name: string) =>
        (counts[await token(page, name)] ?? 0) / (width * height);
      expect(await share('--paper')).toBeGreaterThan(0.7);
      for (const actor of ['guest-kernel', 'hypervisor', 'root-kernel', 'root-user'])
        expect(await share(`--actor-${actor}`), actor).toBeGreaterThan(0.001);
      expect(await share('--ink')).toBeGreaterThan(0.005);
    });

  test('a picture is the same on a narrow screen', async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 800 });
    await open(page);
    await press(page, 'timeline', 'PNG');
    expect((await clipboardPixels(page)).width).toBe(1680);
  });

  test('a sentence has no tools: it is copied as text', async ({ page }) => {
    await open(page);
    const sentence = page.locator('section:has(.report-text)');
    await expect(sentence).toHaveCount(1);
    await expect(sentence.locator('button')).toHaveCount(0);
  });

  test('the table has the figures as computed', async ({ page }) => {
    await open(page);
    await press(page, 'table', 'CSV');
    expect(await clipboardText(page)).toBe(
      '"Frame, B",Frames a second at 10G,Verdict\r\n' +
        '64,14880952,never from one core\r\n1518,812744,within reach\r\n',
    );
    await press(page, 'compare', 'CSV');
    const rows = (await clipboardText(page)).split('\r\n');
    expect(rows[0]).toBe('Group,Figure,Unit,emulated,VMBus,SR-IOV');
    expect(rows).toContain('result,throughput,Gb/s,0.48,6.1,9.84');
    expect(rows).toContain('per frame,exits,,9.2,0.3,0.24');
  });

  test('a hostile report runs nowhere: not in a spreadsheet, not in a file', async ({ page }) => {
    const errors = await open(page);
    const evil = '=HYPERLINK("http://evil.example","x")';
    const markup = '<script>alert(1)</script>"><img src=x onerror=alert(1)>\u0001';
    await page.evaluate(
      ([formula, html]) =>
        (window as unknown as { show(report: unknown): void }).show({
          kind: 'table',
          title: html,
          columns: [{ name: html }, { name: '+1+1' }],
          rows: [[formula, html]],
        }),
      [evil, markup],
    );
    await press(page, 'shown', 'CSV');
    const [head, row] = (await clipboardText(page)).split('\r\n');
    expect(head).toMatch(/,'\+1\+1$/);
    expect(row).toMatch(/^"'=HYPERLINK\(""http/);
    await press(page, 'shown', 'SVG');
    const svg = await clipboardText(page);
    const found = await page.evaluate((text) => {
      const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
      return {
        error: parsed.querySelector('parsererror') !== null,
        active: parsed.querySelectorAll('script, img, [onerror]').length,
        text: parsed.documentElement.textContent,
      };
    }, svg);
    expect(found).toMatchObject({ error: false, active: 0 });
    expect(found.text).toContain('<script>alert(1)</script>');
    expect(errors).toEqual([]);
  });
});

test('where the clipboard is refused, a link saves the file', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', {
      value: { write: () => Promise.reject(new DOMException('no', 'NotAllowedError')) },
    });
  });
  await open(page);
  const section = page.locator('section#chart');
  for (const [format, name] of [
    ['CSV', 'throughput-by-frame-size.csv'],
    ['PNG', 'throughput-by-frame-size.png'],
    ['SVG', 'throughput-by-frame-size.svg'],
  ] as const) {
    await section.getByRole('button', { name: `as ${format}` }).press('Enter');
    const link = section.getByRole('link', { name: `Download ${name}` });
    await expect(link).toBeFocused();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.keyboard.press('Enter'),
    ]);
    expect(download.suggestedFilename()).toBe(name);
  }
});
