import type { ArchitectureReport, ArchitectureStep } from '../../../sandbox/lab/report.ts';
import { addStyle } from '../../lib/style.ts';
import { ACTOR_NAME, actorLabel, PATH_NAME } from './actors.ts';
import css from './architecture.css?inline';
import { drawing } from './architecture-drawing.ts';
import { h, uid } from './dom.ts';
import { behind, choice, dataTable, figure, legend } from './figure.ts';
import { nanoseconds, number, quantity } from './format.ts';
import { labelledBytes, parseHex } from './hexdump.ts';
import { openMachine } from './open-machine.ts';

addStyle(css);

const SPEEDS = ['1×', '2×', '4×'];

/** Where a step is, in words. */
function placeOf({ nodes }: ArchitectureReport, { at, from, to }: ArchitectureStep): string {
  const name = (id: string | undefined) => {
    const node = nodes.find((candidate) => candidate.id === id);
    if (!node) return '';
    const inside = /^(application|stack|driver|virtual-device|channel)$/.test(node.part);
    return inside && node.vm !== undefined ? `${node.label} of child ${node.vm + 1}` : node.label;
  };
  return from !== undefined && to !== undefined ? `${name(from)} → ${name(to)}` : name(at);
}

function caption(report: ArchitectureReport, index: number): HTMLElement[] {
  const step = report.steps[index];
  if (!step) return [];
  const took = step.end > step.start ? `takes ${nanoseconds(step.end - step.start)}` : 'at once';
  return [
    h(
      'p',
      { class: 'step-head' },
      actorLabel(step.who),
      h('strong', {}, step.what),
      h('span', {}, placeOf(report, step)),
      openMachine(step.machine),
    ),
    h('p', { class: 'step-text' }, step.detail ?? ''),
    h(
      'p',
      { class: 'unit' },
      `Step ${index + 1} of ${report.steps.length}, at ${nanoseconds(step.start)}, ${took}.`,
    ),
  ];
}

function stepTable(report: ArchitectureReport): HTMLElement {
  const numeric = (name: string) => ({ name, numeric: true });
  return dataTable(
    report.title,
    [
      numeric('Start'),
      numeric('Took'),
      { name: 'Who' },
      { name: 'What' },
      { name: 'Where' },
      { name: 'Detail' },
      numeric('Exits'),
      numeric('Copies'),
      numeric('Cycles'),
    ],
    report.steps.map((step) => [
      nanoseconds(step.start),
      nanoseconds(step.end - step.start),
      actorLabel(step.who),
      step.what,
      placeOf(report, step),
      step.detail ?? '',
      number(step.exits),
      number(step.copies),
      number(Math.round(step.cycles)),
    ]),
  );
}

/** What the steps have cost so far. */
function meters(report: ArchitectureReport) {
  const names = ['exits', 'copies', 'cycles'] as const;
  const values = names.map(() => h('dd', {}));
  const element = h(
    'dl',
    { class: 'arch-meters' },
    ...names.map((name, i) => h('div', {}, h('dt', {}, name), values[i])),
  );
  const update = (index: number) => {
    for (const [i, name] of names.entries()) {
      const sum = report.steps.slice(0, index + 1).reduce((total, step) => total + step[name], 0);
      values[i]?.replaceChildren(number(Math.round(sum)));
    }
  };
  return { element, update };
}

/** How long a step takes in the drawing, in milliseconds: longer ones longer, by the logarithm. */
const pace = ({ start, end }: ArchitectureStep): number =>
  240 + 80 * Math.log10(Math.max(1, end - start));

/** The machine as a drawing, in which the frame goes its way step by step. */
export function architectureView(report: ArchitectureReport): HTMLElement {
  const { steps } = report;
  if (steps.length === 0)
    return figure('architecture', report.title, h('p', {}, 'No step was recorded.'));
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const drawings = [drawing(report, false), drawing(report, true)];
  const totals = meters(report);
  const words = h('div', { class: 'step-detail', 'aria-live': 'polite' });
  const bytes = h('div', { class: 'arch-bytes' });
  const id = uid('arch');
  const last = steps.length - 1;
  const slider = h('input', {
    type: 'range',
    id,
    min: 0,
    max: last,
    value: 0,
    class: 'step-slider',
  });
  const send = h('button', { type: 'button', class: 'step-button arch-send' }, 'Send');
  let current = 0;
  let speed = 1;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const show = (index: number, milliseconds: number) => {
    current = Math.max(0, Math.min(last, index));
    const step = steps[current];
    if (!step) return;
    for (const { show } of drawings) show(current, milliseconds);
    totals.update(current);
    slider.value = String(current);
    slider.setAttribute(
      'aria-valuetext',
      `Step ${current + 1}, ${ACTOR_NAME[step.who]}: ${step.what}, ${placeOf(report, step)}`,
    );
    words.replaceChildren(...caption(report, current));
    const { bytes: digits, fields } = step;
    bytes.replaceChildren(
      ...(digits
        ? [behind('The bytes of this step', () => labelledBytes(parseHex(digits), 'Bytes', fields))]
        : []),
    );
  };
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
    send.textContent = current === last ? 'Send again' : current === 0 ? 'Send' : 'Go on';
    words.setAttribute('aria-live', 'polite');
  };
  const play = (index: number) => {
    const step = steps[index];
    if (!step || (timer !== undefined && !words.isConnected)) return stop();
    const milliseconds = pace(step) / speed;
    show(index, calm.matches ? 0 : milliseconds * 0.8);
    timer = setTimeout(() => (index < last ? play(index + 1) : stop()), milliseconds);
  };
  const go = (to: number) => {
    show(to, 0);
    stop();
  };
  send.addEventListener('click', () => {
    if (timer !== undefined) return stop();
    send.textContent = 'Pause';
    words.setAttribute('aria-live', 'off');
    play(current === last ? 0 : current);
  });
  slider.addEventListener('input', () => go(Number(slider.value)));
  const button = (label: string, sign: string, by: number) => {
    const node = h('button', { type: 'button', class: 'step-button', 'aria-label': label }, sign);
    node.addEventListener('click', () => go(current + by));
    return node;
  };
  const speeds = choice('Speed', SPEEDS, (index) => {
    speed = 2 ** index;
  });
  const controls = h(
    'div',
    { class: 'arch-control', role: 'group', 'aria-label': 'Follow the frame' },
    send,
    button('Previous step', '‹', -1),
    h('label', { for: id, class: 'visually-hidden' }, 'Step'),
    slider,
    button('Next step', '›', 1),
    speeds,
  );
  controls.addEventListener('keydown', (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined || (event.target as Element).matches('input')) return;
    event.preventDefault();
    go(current + by);
  });
  if (calm.matches) {
    controls.classList.add('is-calm');
    send.remove();
    speeds.remove();
  }
  show(0, 0);
  return figure(
    'architecture',
    report.title,
    h(
      'p',
      { class: 'report-config' },
      `${PATH_NAME[report.path]}, ${quantity(report.frame, 'B')}, ${steps.length} steps`,
    ),
    h('div', { class: 'arch-stage' }, ...drawings.map(({ element }) => element)),
    controls,
    h('div', { class: 'arch-says' }, words, totals.element),
    bytes,
    legend(report.nodes.map(({ who }) => who)),
    behind('Every step as a table', () => stepTable(report)),
  );
}
