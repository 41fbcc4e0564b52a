import { describe, expect, it } from 'vitest';
import { OFFLINE_PAGE } from './build.ts';
import { findUnits } from './units.ts';

const FILES = new Map<string, string | undefined>([
  ['favicon.svg', undefined],
  ['lessons.json', undefined],
  [OFFLINE_PAGE, '<script src="../_astro/start.A1.js"></script>'],
  [
    'lessons/01-a/index.html',
    '<link href="../../_astro/page.B2.css"><two-cell class="cell" data-lesson="01-a" data-name="x"></two-cell><linux-session>',
  ],
  ['progress/index.html', '<li class="lesson" data-lesson="01-a">'],
  ['_astro/start.A1.js', 'import("./late.C3.js")'],
  ['_astro/late.C3.js', 'import "./start.A1.js"'],
  ['_astro/page.B2.css', 'src: url(./letters.D4.woff2)'],
  ['_astro/letters.D4.woff2', undefined],
  ['_astro/unused.E5.js', ''],
  ['sandbox/manifest.json', undefined],
  ['sandbox/harness.F6.js', ''],
  ['sandbox/lesson-lab.G7.js', ''],
  ['sandbox/lesson-lab.H8.js', ''],
  ['sandbox/lessons/01-a/x.I9.js', ''],
  ['sandbox/lessons/01-abc/x.I9.js', ''],
  ['linux-session/manifest.json', undefined],
  ['linux-session/recorded.J0.js', ''],
  ['linux-session/v86.K1.wasm', undefined],
  ['linux/state.bin', undefined],
  ['pagefind/pagefind.js', ''],
]);
const SANDBOX = {
  harness: 'harness.F6.js',
  labs: { '01-a': 'lesson-lab.G7.js', '01-abc': 'lesson-lab.H8.js' },
};
const { core, units } = findUnits(FILES, SANDBOX);

describe('what goes with a page', () => {
  it('is what its text names, and what that names, once', () => {
    expect(core).toEqual([
      OFFLINE_PAGE,
      'favicon.svg',
      'lessons.json',
      '_astro/start.A1.js',
      '_astro/late.C3.js',
    ]);
  });

  it('is its fonts, and the code of its own lesson with its lab', () => {
    expect(new Set(units['lessons/01-a/index.html'])).toEqual(
      new Set([
        'lessons/01-a/index.html',
        'favicon.svg',
        'lessons.json',
        '_astro/page.B2.css',
        '_astro/letters.D4.woff2',
        'sandbox/manifest.json',
        'sandbox/harness.F6.js',
        'sandbox/lesson-lab.G7.js',
        'sandbox/lessons/01-a/x.I9.js',
        'linux-session/manifest.json',
        'linux-session/recorded.J0.js',
      ]),
    );
  });

  it('is not the code of lessons that it only names', () => {
    expect(units['progress/index.html']).toEqual([
      'progress/index.html',
      'favicon.svg',
      'lessons.json',
    ]);
  });
});

it('keeps the live Linux and search apart', () => {
  expect(units['live Linux']).toEqual(['linux-session/v86.K1.wasm', 'linux/state.bin']);
  expect(units.search).toEqual(['pagefind/pagefind.js']);
});

it('needs the page that stands in for others', () => {
  expect(() => findUnits(new Map(), SANDBOX)).toThrow(OFFLINE_PAGE);
});
