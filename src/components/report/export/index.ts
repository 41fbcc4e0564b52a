import type { Report } from '../../../../sandbox/lab/report.ts';
import { toCsv } from './csv.ts';
import { pictureOf } from './picture.ts';
import { sheetOf } from './sheets.ts';
import { toPng } from './to-png.ts';
import { toSvg } from './to-svg.ts';

/** How a report leaves the page: the table behind it, or the picture that is shown. */
export type Format = 'csv' | 'png' | 'svg';

const TITLES: Record<Report['kind'], string> = {
  compare: 'Comparison',
  repeat: 'Means of several seeds',
  sensitivity: 'What it hangs on',
  timeline: 'Timeline',
  architecture: 'The machine',
  table: 'Table',
  chart: 'Chart',
  bars: 'Bars',
  hexdump: 'Bytes',
  registers: 'Registers',
  ring: 'Ring',
  'bus-map': 'Buses',
  'address-map': 'Addresses',
  walk: 'Walk',
  capture: 'Capture',
  sweep: 'Sweep',
  text: 'Text',
};

/** What a report is called. */
export const titleOf = (report: Report): string =>
  ('title' in report && report.title) || TITLES[report.kind];

/** A file's name for a report. */
export function fileName(report: Report, format: Format): string {
  const words = titleOf(report)
    .toLowerCase()
    .match(/[a-z0-9]+/g) ?? ['report'];
  return `${words.join('-').slice(0, 60).replace(/-$/, '')}.${format}`;
}

/** The report in a format; `shown` is the element that shows it. */
export async function exported(report: Report, shown: Element, format: Format): Promise<Blob> {
  switch (format) {
    case 'csv':
      return new Blob([toCsv(sheetOf(report))], { type: 'text/csv;charset=utf-8' });
    case 'svg':
      return new Blob([toSvg(pictureOf(shown, titleOf(report)))], { type: 'image/svg+xml' });
    case 'png':
      return toPng(pictureOf(shown, titleOf(report)));
  }
}
