import type { CompareReport } from '../../../sandbox/lab/report.ts';

/** What the drawing on the landing page shows first. Lesson 1's cell `hero` runs the same in a browser. */
export const HERO_OPTIONS = {
  frame: 1514,
  line: '10G',
  profile: 'nehalem-2008r2',
  direction: 'tx',
  load: 'paced',
  frames: 100,
} as const;

type Lab = { compare(options: typeof HERO_OPTIONS): Promise<CompareReport> };

/** Runs the model. Undefined while there is no lab, so that a page never shows a figure nobody computed. */
export async function runHero(): Promise<CompareReport | undefined> {
  const [load] = Object.values(import.meta.glob<Lab>('../../../sandbox/lab/index.ts'));
  return load ? (await load()).compare(HERO_OPTIONS) : undefined;
}
