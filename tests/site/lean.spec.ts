import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { DIST, pages } from './serve.ts';

/** Parts of Starlight whose style src/weight/starlight.ts leaves out of the site. */
const UNSTYLED =
  /<(starlight-tabs|starlight-file-tree|starlight-toc|starlight-theme-select|starlight-lang-select)\b|class="(?:[^"]* )?(starlight-aside|sl-badge|sl-banner|sl-link-button|sl-link-card|sl-steps|hero|card-grid|social-icons)[" ]/;

test('no page has a part whose style is left out', () => {
  const all = pages().filter((page) => page !== '');
  expect(all.length).toBeGreaterThan(20);
  const found = all.flatMap((page) => {
    const part = UNSTYLED.exec(readFileSync(join(DIST, page, 'index.html'), 'utf8'));
    return part ? [`${page}: ${part[0]}`] : [];
  });
  expect(found).toEqual([]);
});
