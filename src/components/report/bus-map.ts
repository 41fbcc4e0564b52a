import type { BusMapFunction, BusMapReport, BusMapState } from '../../../sandbox/lab/report.ts';
import { addStyle } from '../../lib/style.ts';
import css from './bus-map.css?inline';
import { h, svg } from './dom.ts';
import { behind, dataTable, figure } from './figure.ts';

addStyle(css);

const DEVICES = 32;
const FUNCTIONS = 8;

const hex2 = (value: number) => value.toString(16).padStart(2, '0');

/** How each state is called, in the order of the key. */
const WORDS: Record<BusMapState, string> = {
  answers: 'answers',
  'not enabled': 'place of a function that is not enabled',
  silent: 'enabled, and no request gets there',
  'no bus': 'no port leads to its bus',
};

/**
 * A cell of the grid and the functions that stand there: the device is the column, the function number the
 * row. The first that answers is shown; where there are several it has the colour of a fault around it.
 */
function cell(functions: readonly BusMapFunction[]): HTMLElement | undefined {
  const shown = functions.find(({ state }) => state === 'answers') ?? functions[0];
  if (!shown) return undefined;
  const { requesterId, label, role, group, state } = shown;
  const column = ((requesterId >>> 3) & 31) + 1;
  const row = (requesterId & 7) + 1;
  return h(
    'li',
    {
      'data-role': role,
      'data-group': group,
      'data-state': state,
      'data-contested': functions.length > 1,
      style: `grid-area:${row}/${column}`,
      title: functions.map((one) => `${one.place}: ${one.name}, ${one.state}`).join('\n'),
    },
    h('span', {}, label),
  );
}

/** Functions by where they stand. */
function byPlace(functions: readonly BusMapFunction[]): BusMapFunction[][] {
  const places = new Map<number, BusMapFunction[]>();
  for (const one of functions) {
    const there = places.get(one.requesterId);
    if (there) there.push(one);
    else places.set(one.requesterId, [one]);
  }
  return [...places.values()];
}

/** What the colours and lines mean, as far as they occur. */
function key(functions: readonly BusMapFunction[]): HTMLElement {
  const item = (attributes: Record<string, string | number>, words: string) =>
    h('li', {}, h('i', { ...attributes, 'aria-hidden': 'true' }), words);
  const virtual = functions.filter(({ role }) => role === 'vf');
  const groups = [...new Set(functions.map(({ group }) => group))].sort((a, b) => a - b);
  const answering = groups
    .filter((group) => virtual.some((one) => one.state === 'answers' && one.group === group))
    .map((group) => {
      const port = groups.length > 1 ? ` of port ${group}` : '';
      return item({ 'data-group': group }, `virtual function${port} that answers`);
    });
  const others = (Object.keys(WORDS) as BusMapState[])
    .filter((state) => state !== 'answers' && virtual.some((one) => one.state === state))
    .map((state) => item({ 'data-state': state }, WORDS[state]));
  const physical = item({ 'data-role': 'pf' }, 'physical function');
  return h('ul', { class: 'legend bus-legend' }, physical, ...answering, ...others);
}

/** Lines between the places of a bus. */
function gridLines(): SVGSVGElement {
  const upright = Array.from({ length: DEVICES - 1 }, (_, i) => `M${i + 1} 0V${FUNCTIONS}`);
  const level = Array.from({ length: FUNCTIONS - 1 }, (_, i) => `M0 ${i + 1}H${DEVICES}`);
  return svg(
    'svg',
    { class: 'bus-lines', viewBox: `0 0 ${DEVICES} ${FUNCTIONS}`, preserveAspectRatio: 'none' },
    svg('path', { d: [...upright, ...level].join(''), 'vector-effect': 'non-scaling-stroke' }),
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
      gridLines(),
      h('ol', { class: 'bus-grid' }, ...byPlace(there).map(cell)),
    ),
  );
}

/** Which function stands where: a grid for each bus, 32 devices wide and 8 functions high. */
export function busMapView(report: BusMapReport): HTMLElement {
  const { buses, functions } = report;
  const answering = functions.filter(({ state }) => state === 'answers').length;
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
    key(functions),
    behind('Every function as a table', table),
  );
}
