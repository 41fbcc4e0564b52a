import type { AddressMapPart, AddressMapReport } from '../../../sandbox/lab/report.ts';
import { addStyle } from '../../lib/style.ts';
import css from './address-map.css?inline';
import { h } from './dom.ts';
import { behind, dataTable, figure } from './figure.ts';
import { bytes, number } from './format.ts';

addStyle(css);

const hex = (address: number) => `0x${Math.floor(address).toString(16)}`;

/** With more parts than this the lines between those that nobody uses would cover them. */
const DENSE = 64;

/** Parts that lie side by side under one name. */
interface Run {
  group: string;
  parts: AddressMapPart[];
  start: number;
  end: number;
}

function runsOf(parts: readonly AddressMapPart[]): Run[] {
  const runs = new Map<string, Run>();
  for (const part of parts) {
    const { group, start, size } = part;
    const run = runs.get(group) ?? { group, parts: [], start, end: start };
    run.parts.push(part);
    run.start = Math.min(run.start, start);
    run.end = Math.max(run.end, start + size);
    runs.set(group, run);
  }
  return [...runs.values()].sort((a, b) => a.start - b.start);
}

/** A window of addresses as one bar; each run of equal parts is shown larger below it. */
export function addressMapView(report: AddressMapReport): HTMLElement {
  const { base, size, parts } = report;
  const share = (length: number, of: number) => `${((100 * length) / of).toFixed(4)}%`;
  const runs = runsOf(parts);
  const taken = parts.reduce((sum, part) => sum + part.size, 0);
  const used = parts.reduce((sum, part) => sum + (part.used ? part.size : 0), 0);
  const bar = h(
    'div',
    { class: 'window-bar', 'aria-hidden': 'true' },
    ...runs.map((run, index) =>
      h('span', {
        'data-run': index % 2,
        title: run.group,
        style: `left:${share(run.start - base, size)};width:${share(run.end - run.start, size)}`,
      }),
    ),
  );
  const zoomed = runs.map((run, index) =>
    h(
      'li',
      {},
      h(
        'p',
        { class: 'run-head' },
        h('strong', {}, run.group),
        h('span', { class: 'unit' }, `${hex(run.start)}, ${bytes(run.end - run.start)}`),
      ),
      h(
        'div',
        {
          class: 'run-bar',
          'data-run': index % 2,
          'data-dense': run.parts.length > DENSE,
          'aria-hidden': 'true',
        },
        ...run.parts.map((part) =>
          h('span', {
            'data-used': part.used ? 'yes' : 'no',
            title: `${part.name}: ${hex(part.start)}, ${bytes(part.size)}`,
            style: `left:${share(part.start - run.start, run.end - run.start)};width:${share(part.size, run.end - run.start)}`,
          }),
        ),
      ),
    ),
  );
  const table = () =>
    dataTable(
      report.title,
      [{ name: 'From' }, { name: 'Bytes', numeric: true }, { name: 'What' }, { name: 'In use' }],
      parts.map((part) => [
        h('code', {}, hex(part.start)),
        number(part.size),
        part.name,
        part.used ? 'yes' : 'no',
      ]),
    );
  const words = `A window of ${bytes(size)}; ${bytes(taken)} reserved, ${bytes(used)} in use.`;
  return figure(
    'address-map',
    report.title,
    h('p', { class: 'report-config' }, words),
    bar,
    h(
      'p',
      { class: 'window-ends', 'aria-hidden': 'true' },
      h('code', {}, hex(base)),
      h('code', {}, hex(base + size)),
    ),
    runs.length > 0
      ? h('ul', { class: 'run-list' }, ...zoomed)
      : h('p', {}, 'Nothing has an address in it.'),
    parts.length > 0 ? behind('Every part as a table', table) : undefined,
  );
}
