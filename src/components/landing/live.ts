import type { CompareReport } from '../../../sandbox/lab/report.ts';
import { createRunner } from '../../../sandbox/runner/index.ts';
import { siteRoot } from '../../lib/root.ts';
import { sanitize } from '../report/sanitize.ts';
import { LANES, METERS, pace } from './meters.ts';

let runner: ReturnType<typeof createRunner> | undefined;

/** Runs the cell `hero` of lesson 1 in its sandbox, like any other cell. */
function compute(knobs: Record<string, string | number>): Promise<CompareReport> {
  runner ??= createRunner({ base: new URL('sandbox/', siteRoot()) });
  const running = runner;
  return new Promise((resolve, reject) => {
    let found: CompareReport | undefined;
    let message = 'no result';
    running.run(
      { lesson: '01-the-ledger', cell: 'hero', knobs },
      {
        report(report) {
          const clean = sanitize(report).report;
          if (clean.kind === 'compare') found = clean;
        },
        error(error) {
          message = error.text;
        },
        done: () => (found ? resolve(found) : reject(new Error(message))),
      },
    );
  });
}

/** Computes the three lanes and puts their numbers and their pace into the drawing. */
export async function runLive(
  hero: HTMLElement,
  options: { frame: number; profile: string },
): Promise<void> {
  const report = await compute({ 'Frame size': options.frame, 'Costs of': options.profile });
  const { seconds, words } = pace(report);
  for (const lane of LANES) {
    const row = hero.querySelector(`[data-lane="${lane}"]`);
    const path = report.paths[lane];
    if (!row || !path) continue;
    for (const [label, value] of METERS) {
      const cell = row.querySelector(`[data-meter="${label}"]`);
      if (cell) cell.textContent = value(path);
    }
    for (const motion of row.querySelectorAll('animateMotion'))
      motion.setAttribute('dur', `${seconds[lane].toFixed(2)}s`);
  }
  const said = hero.querySelector('[data-words]');
  if (said) said.textContent = words;
}
