import type { Report } from '../../../sandbox/lab/report.ts';
import { architectureView } from './architecture.ts';
import { barsView } from './bars.ts';
import { chartView } from './chart.ts';
import { compareView } from './compare.ts';
import { h } from './dom.ts';
import { hexdumpView } from './hexdump.ts';
import { sanitize } from './sanitize.ts';
import { captureView, registersView, ringView, tableView, textView } from './small.ts';
import { timelineView } from './timeline.ts';
import './report.css';
import './architecture.css';

function view(report: Report): HTMLElement {
  switch (report.kind) {
    case 'compare':
      return compareView(report);
    case 'architecture':
      return architectureView(report);
    case 'timeline':
      return timelineView(report);
    case 'table':
      return tableView(report);
    case 'chart':
      return chartView(report);
    case 'bars':
      return barsView(report);
    case 'hexdump':
      return hexdumpView(report);
    case 'registers':
      return registersView(report);
    case 'ring':
      return ringView(report);
    case 'capture':
      return captureView(report);
    case 'text':
      return textView(report);
  }
}

/**
 * Draws a report. What arrives is not trusted: it is brought into shape and cut to what a page can hold
 * first (and says so), and its strings only ever become text.
 */
export function drawReport(report: Report): HTMLElement {
  const { report: clean, cut } = sanitize(report);
  const element = view(clean);
  if (cut.length > 0)
    element.append(h('p', { class: 'report-notes' }, `Shown in part. ${cut.join('; ')}.`));
  return element;
}
