import type { BusMapFunction, BusMapReport, BusMapState } from '../../../sandbox/lab/report.ts';
import { h } from './dom.ts';
import { behind, dataTable, figure } from './figure.ts';
import './bus-map.css';

const DEVICES = 32;
const FUNCTIONS = 8;

const hex2 = (value: number) => value.toString(16).padStart(2, '0');

/** How each state is called in the key, in the order of the key. */
const WORDS: Record<BusMapState, string> = {
  answers: 'virtual function that answers',
  'not enabled': 'place of a function that is not enabled',
  silent: 'enabled, and no request gets there',
  'no bus': 'no port leads to its bus',
};

/** A function in its cell: its device is the column, its function number the row. */
function cell({
  requesterId,
  label,
  name,
  place,
  role,
  group,
  state,
}: BusMapFunction): HTMLElement {
  const column = ((requesterId >>> 3) & 31) + 1;
  const row = (requesterId & 7) + 1;
  return h(
    'li',
    {
      'data-role': role,
      'data-group': group,
      'data-state': state,
      style: `grid-area:${row}/${column}`,
      title: `${place}: ${name}, ${state}`,
    },
    h('span', {}, label),
  );
}

function busGrid(bus: number, routed: boolean, functions: readonly BusMapFunction[]): HTMLElement {
  const there = functions.filter(({ requesterId }) => requesterId >>> 8 === bus);
  const columns = Array.from({ length: DEVICES / 4 }, (_, i) => h('span', {}, hex2(4 * i)));
  const rows = Array.from({ length: FUNCTIONS }, (_, i) => h('span', {}, String(i)));
  const words = routed ? '' : ', no port leads here';
  return h(
    'div',
    { class: 'bus', 'data-routed': routed ? 'yes' : 'no' },
    h('p', { class: 'report-subtitle' }, `Bus ${hex2(bus)}`, h('span', { class: 'unit' }, words)),
    h(
      'div',
      { class: 'bus-box', 'aria-hidden': 'true' },
      h('p', { class: 'bus-devices' }, ...columns),
      h('p', { class: 'bus-functions' }, ...rows),
      h('ol', { class: 'bus-grid' }, ...there.map(cell)),
    ),
  );
}

/** Which function stands where: a grid for each bus, 32 devices wide and 8 functions high. */
export function busMapView(report: BusMapReport): HTMLElement {
  const { buses, functions } = report;
  const answering = functions.filter(({ state }) => state === 'answers').length;
  const present = (Object.keys(WORDS) as BusMapState[]).filter((state) =>
    functions.some((one) => one.role === 'vf' && one.state === state),
  );
  const table = () =>
    dataTable(
      report.title,
      [{ name: 'Function' }, { name: 'What' }, { name: 'State' }],
      functions.map((one) => [
        h('code', {}, one.place),
        one.name,
        one.state === 'answers' ? 'answers' : WORDS[one.state],
      ]),
    );
  return figure(
    'bus-map',
    report.title,
    h(
      'p',
      { class: 'report-config' },
      `${answering} ${answering === 1 ? 'function answers' : 'functions answer'}. Columns are devices, in hexadecimal; rows are functions.`,
    ),
    ...buses.map(({ bus, routed }) => busGrid(bus, routed, functions)),
    h(
      'ul',
      { class: 'legend bus-legend' },
      h('li', {}, h('i', { 'data-role': 'pf', 'aria-hidden': 'true' }), 'physical function'),
      ...present.map((state) =>
        h('li', {}, h('i', { 'data-state': state, 'aria-hidden': 'true' }), WORDS[state]),
      ),
    ),
    behind('Every function as a table', table),
  );
}
