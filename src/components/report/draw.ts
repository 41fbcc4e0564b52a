import type { Report, SweepReport } from '../../../sandbox/lab/report.ts';
import { addStyle } from '../../lib/style.ts';
import { barsView } from './bars.ts';
import { captureView } from './capture.ts';
import { chartView } from './chart.ts';
import { compareView } from './compare.ts';
import { h } from './dom.ts';
import { hexdumpView } from './hexdump.ts';
import css from './report.css?inline';
import { sanitize } from './sanitize.ts';
import { tableView, textView } from './small.ts';
import type { SweepPicture } from './sweep.ts';
import { figureTools } from './tools.ts';
import { walkView } from './walk.ts';

addStyle(css);

/** A picture whose drawing code is large and seldom needed: it comes with the first of its kind. */
function later(load: () => Promise<HTMLElement>): HTMLElement {
  const place = h('div', {});
  load()
    .then((picture) => place.prepend(picture))
    .catch(() => place.prepend('The code that draws this picture could not be loaded.'));
  return place;
}

/** How to draw a sweep again with more points, by the element that it is in. */
const redraws = new WeakMap<Element, (report: SweepReport) => void>();

function sweepPlace(report: SweepReport): HTMLElement {
  let newest = report;
  let picture: SweepPicture | undefined;
  const place = later(async () => {
    const { SweepPicture } = await import('./sweep.ts');
    picture = new SweepPicture(newest);
    return picture.element;
  });
  redraws.set(place, (next) => {
    newest = next;
    picture?.update(next);
  });
  return place;
}

function view(report: Report): HTMLElement {
  switch (report.kind) {
    case 'compare':
      return compareView(report);
    case 'repeat':
      return later(async () => (await import('./sureness.ts')).repeatView(report));
    case 'sensitivity':
      return later(async () => (await import('./sureness.ts')).sensitivityView(report));
    case 'architecture':
      return later(async () => (await import('./architecture.ts')).architectureView(report));
    case 'timeline':
      return later(async () => (await import('./timeline.ts')).timelineView(report));
    case 'table':
      return tableView(report);
    case 'chart':
      return chartView(report);
    case 'bars':
      return barsView(report);
    case 'hexdump':
      return hexdumpView(report);
    case 'registers':
      return later(async () => (await import('./registers.ts')).registersView(report));
    case 'ring':
      return later(async () => (await import('./ring.ts')).ringView(report));
    case 'bus-map':
      return later(async () => (await import('./bus-map.ts')).busMapView(report));
    case 'address-map':
      return later(async () => (await import('./address-map.ts')).addressMapView(report));
    case 'walk':
      return walkView(report);
    case 'sweep':
      return sweepPlace(report);
    case 'capture':
      return captureView(report);
    case 'text':
      return textView(report);
  }
}

/** The report that an element shows now. */
const newest = new WeakMap<Element, Report>();

/**
 * Shows a report in `host`, and what it can be copied as. What arrives is not trusted: it is brought into
 * shape and cut to what a page can hold first (and says so), and its strings only ever become text.
 */
export function drawReport(host: Element, report: Report): void {
  const { report: clean, cut } = sanitize(report);
  const element = view(clean);
  if (cut.length > 0)
    element.append(h('p', { class: 'report-notes' }, `Shown in part. ${cut.join('; ')}.`));
  newest.set(element, clean);
  host.append(element);
  // A sentence is no figure: a reader copies it as any other text.
  if (clean.kind === 'text') return;
  host.append(
    figureTools(
      () => newest.get(element) ?? clean,
      () => element,
    ),
  );
}

/** Draws a sweep again, with what has come since, where `drawReport` put it. */
export function redrawReport(element: Element, report: Report): void {
  const { report: clean } = sanitize(report);
  newest.set(element, clean);
  if (clean.kind === 'sweep') redraws.get(element)?.(clean);
}
