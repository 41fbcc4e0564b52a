import type { Actor, TimelineReport, TimelineStep } from '../../../sandbox/lab/report.ts';
import { ACTOR_NAME, ACTORS, actorLabel, PATH_NAME } from './actors.ts';
import { h, svg, uid } from './dom.ts';
import { behind, choice, dataTable, figure } from './figure.ts';
import { nanoseconds, quantity } from './format.ts';
import { hexLines } from './hexdump.ts';
import { timeScale } from './scale.ts';

const LANE = 34;
const MAX_BYTES = 512;

/** Bytes from their digits. */
export function parseHex(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.min(MAX_BYTES, text.length >> 1));
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

function stepDetail(step: TimelineStep, index: number, count: number): HTMLElement[] {
  const took = step.end > step.start ? `took ${nanoseconds(step.end - step.start)}` : 'at once';
  const head = h(
    'p',
    { class: 'step-head' },
    actorLabel(step.who),
    h('strong', {}, step.what),
    h(
      'span',
      { class: 'unit' },
      `at ${nanoseconds(step.start)}, ${took} · step ${index + 1} of ${count}`,
    ),
  );
  const parts: HTMLElement[] = [head];
  if (step.detail) parts.push(h('p', { class: 'step-text' }, step.detail));
  if (step.bytes) parts.push(hexLines(parseHex(step.bytes), 'The bytes of this step'));
  return parts;
}

/** A line through the middles of all steps, in order: the way of the frame. */
function trail(
  report: TimelineReport,
  lanes: Actor[],
  at: (time: number) => number,
): SVGSVGElement {
  const y = (who: Actor) => (lanes.indexOf(who) + 0.5) * LANE;
  const points = report.steps.flatMap((step) => [
    `${(at(step.start) * 1000).toFixed(1)} ${y(step.who)}`,
    `${(at(step.end) * 1000).toFixed(1)} ${y(step.who)}`,
  ]);
  return svg(
    'svg',
    {
      class: 'trail',
      viewBox: `0 0 1000 ${lanes.length * LANE}`,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    svg('path', {
      d: points.length > 0 ? `M${points.join('L')}` : '',
      'vector-effect': 'non-scaling-stroke',
    }),
  );
}

function drawing(
  report: TimelineReport,
  lanes: Actor[],
  compressed: boolean,
  select: (i: number) => void,
) {
  const end = Math.max(0, ...report.steps.map((step) => step.end));
  const scale = timeScale(
    [0, ...report.steps.flatMap((step) => [step.start, step.end]), end],
    compressed,
  );
  const blocks = report.steps.map((step, index) => {
    const left = scale.at(step.start) * 100;
    const width = (scale.at(step.end) - scale.at(step.start)) * 100;
    const top = lanes.indexOf(step.who) * LANE + 7;
    const block = h('span', {
      class: 'step',
      'data-actor': step.who,
      'data-step': index,
      title: `${ACTOR_NAME[step.who]}: ${step.what}`,
      style: `left:${left.toFixed(3)}%;width:${width.toFixed(3)}%;top:${top}px`,
    });
    block.addEventListener('click', () => select(index));
    return block;
  });
  const rules = lanes.map((_, index) =>
    h('span', { class: 'lane-rule', style: `top:${(index + 0.5) * LANE}px` }),
  );
  const ticks = scale.ticks.map((time) => {
    const place = scale.at(time);
    const side = place > 0.94 ? ' is-last' : '';
    return h(
      'span',
      { class: `tick${side}`, style: `left:${(place * 100).toFixed(3)}%` },
      nanoseconds(time),
    );
  });
  const plot = h(
    'div',
    { class: 'lanes-plot', style: `height:${lanes.length * LANE}px` },
    ...rules,
    trail(report, lanes, scale.at),
    ...blocks,
  );
  const width = `min-width:${Math.min(160, Math.max(30, report.steps.length * 0.55))}rem`;
  return h(
    'div',
    { class: 'lanes-inner', style: width },
    plot,
    h('div', { class: 'lanes-ticks' }, ...ticks),
  );
}

function stepTable(report: TimelineReport): HTMLElement {
  return dataTable(
    `Every step, ${PATH_NAME[report.path]}`,
    [
      { name: 'Start', numeric: true },
      { name: 'Took', numeric: true },
      { name: 'Who' },
      { name: 'What' },
      { name: 'Detail' },
    ],
    report.steps.map((step) => [
      nanoseconds(step.start),
      nanoseconds(step.end - step.start),
      actorLabel(step.who),
      step.what,
      step.detail ?? '',
    ]),
  );
}

/** One frame through the machine: a lane per actor, a block per step, and one step in full. */
export function timelineView(report: TimelineReport): HTMLElement {
  const { steps } = report;
  if (steps.length === 0)
    return figure('timeline', report.title, h('p', {}, 'No step was recorded.'));
  const lanes = ACTORS.filter((actor) => steps.some((step) => step.who === actor));
  const end = Math.max(...steps.map((step) => step.end));
  const box = h('div', { class: 'lanes-box', role: 'region', 'aria-label': 'Lanes', tabindex: 0 });
  const detail = h('div', { class: 'step-detail' });
  const id = uid('step');
  const slider = h('input', {
    type: 'range',
    id,
    min: 0,
    max: steps.length - 1,
    step: 1,
    value: 0,
    class: 'step-slider',
  });
  let current = 0;

  const show = (index: number) => {
    current = Math.max(0, Math.min(steps.length - 1, index));
    const step = steps[current];
    if (!step) return;
    for (const block of box.querySelectorAll('.step')) block.classList.remove('is-current');
    box.querySelector(`[data-step="${current}"]`)?.classList.add('is-current');
    slider.value = String(current);
    slider.setAttribute(
      'aria-valuetext',
      `Step ${current + 1}, ${ACTOR_NAME[step.who]}: ${step.what}`,
    );
    detail.replaceChildren(...stepDetail(step, current, steps.length));
  };
  const follow = () => {
    const block = box.querySelector<HTMLElement>('.is-current');
    if (!block) return;
    const outside =
      block.offsetLeft < box.scrollLeft ||
      block.offsetLeft + block.offsetWidth > box.scrollLeft + box.clientWidth;
    if (outside) box.scrollLeft = block.offsetLeft - box.clientWidth / 2;
  };
  const draw = (compressed: boolean) => {
    box.replaceChildren(drawing(report, lanes, compressed, show));
    show(current);
  };
  const move = (by: number) => {
    show(current + by);
    follow();
  };
  slider.addEventListener('input', () => move(Number(slider.value) - current));
  const button = (label: string, sign: string, by: number) => {
    const node = h('button', { type: 'button', class: 'step-button', 'aria-label': label }, sign);
    node.addEventListener('click', () => move(by));
    return node;
  };

  draw(true);
  const names = lanes.map((actor) => h('li', { style: `height:${LANE}px` }, actorLabel(actor)));
  const note = h(
    'span',
    { class: 'unit' },
    'compressed: width grows with the logarithm of the time',
  );
  const scaleChoice = choice('Time axis', ['compressed', 'to scale'], (index) => {
    draw(index === 0);
    note.textContent =
      index === 0
        ? 'compressed: width grows with the logarithm of the time'
        : 'to scale: short steps are slivers';
  });
  const words = `${PATH_NAME[report.path]}, ${quantity(report.frame, 'B')} frame, ${steps.length} steps in ${nanoseconds(end)}`;
  return figure(
    'timeline',
    report.title,
    h('p', { class: 'report-config' }, words),
    h(
      'div',
      { class: 'lanes' },
      h('ul', { class: 'lane-names', 'aria-hidden': 'true' }, ...names),
      box,
    ),
    h('div', { class: 'lanes-foot' }, scaleChoice, note),
    h(
      'div',
      { class: 'step-control' },
      button('Previous step', '‹', -1),
      h('label', { for: id, class: 'visually-hidden' }, 'Step'),
      slider,
      button('Next step', '›', 1),
    ),
    detail,
    behind('Every step as a table', () => stepTable(report)),
  );
}
