import type { Report, SweepReport } from '../../../sandbox/lab/report.ts';
import { addStyle } from '../../lib/style.ts';
import { h } from './dom.ts';
import css from './report.css?inline';
import { sanitize } from './sanitize.ts';
import { tableView, textView } from './small.ts';
import type { SweepPicture } from './sweep.ts';
import { figureTools } from './tools.ts';

addStyle(css);

type Kind = Report['kind'];
type View = (report: Report) => HTMLElement;

/** Pictures whose drawing code comes with the first of their kind: no page has them all. */
const CODE: { [K in Kind]?: () => Promise<(report: Extract<Report, { kind: K }>) => HTMLElement> } =
  {
    compare: async () => (await import('./compare.ts')).compareView,
    repeat: async () => (await import('./sureness.ts')).repeatView,
    sensitivity: async () => (await import('./sureness.ts')).sensitivityView,
    architecture: async () => (await import('./architecture.ts')).architectureView,
    timeline: async () => (await import('./timeline.ts')).timelineView,
    chart: async () => (await import('./chart.ts')).chartView,
    bars: async () => (await import('./bars.ts')).barsView,
    hexdump: async () => (await import('./hexdump.ts')).hexdumpView,
    registers: async () => (await import('./registers.ts')).registersView,
    ring: async () => (await import('./ring.ts')).ringView,
    'bus-map': async () => (await import('./bus-map.ts')).busMapView,
    'address-map': async () => (await import('./address-map.ts')).addressMapView,
    walk: async () => (await import('./walk.ts')).walkView,
    capture: async () => (await import('./capture.ts')).captureView,
  };

/** What has come. It draws at once, so that the next run of a cell shows no empty place in between. */
const views = new Map<Kind, View>();

function later(load: () => Promise<HTMLElement>): HTMLElement {
  const place = h('div', { 'data-coming': '' });
  load()
    .then((picture) => place.prepend(picture))
    .catch(() => place.prepend('The code that draws this picture could not be loaded.'))
    .finally(() => place.removeAttribute('data-coming'));
  return place;
}

function viewOf(report: Report): HTMLElement {
  const view = views.get(report.kind);
  if (view) return h('div', {}, view(report));
  return later(async () => {
    const view = (await CODE[report.kind]?.()) as View;
    views.set(report.kind, view);
    return view(report);
  });
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

function draw(report: Report): HTMLElement {
  if (report.kind === 'table') return tableView(report);
  if (report.kind === 'text') return textView(report);
  if (report.kind === 'sweep') return sweepPlace(report);
  return viewOf(report);
}

/** The report that an element shows now. */
const newest = new WeakMap<Element, Report>();

/**
 * Shows a report in `host`, and what it can be copied as. What arrives is not trusted: it is brought into
 * shape and cut to what a page can hold first (and says so), and its strings only ever become text.
 */
export function drawReport(host: Element, report: Report): void {
  const { report: clean, cut } = sanitize(report);
  const element = draw(clean);
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
