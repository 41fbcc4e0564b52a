import type { TimelineReport, TimelineStep } from '../../../sandbox/lab/report.ts';
import { addStyle } from '../../lib/style.ts';
import { registerKeys } from '../notebook/keys.ts';
import { ACTOR_NAME, ACTORS, actorLabel, PATH_NAME } from './actors.ts';
import { h, uid } from './dom.ts';
import { behind, choice, dataTable, figure } from './figure.ts';
import { nanoseconds, quantity } from './format.ts';
import { labelledBytes, parseHex } from './hexdump.ts';
import { openMachine } from './open-machine.ts';
import css from './timeline.css?inline';
import { drawLanes, LANE, type Lanes } from './timeline-lanes.ts';
import { zoomable } from './timeline-zoom.ts';

addStyle(css);

const SCALES = ['compressed', 'to scale'] as const;
const NOTES = [
  'compressed: width grows with the logarithm of the time',
  'to scale: short steps are slivers',
];

registerKeys([
  { keys: ['←', '→'], does: 'Go a step back or on', where: 'In a timeline' },
  { keys: ['Home', 'End'], does: 'Go to the first or the last step', where: 'In a timeline' },
  { keys: ['+', '-', '0'], does: 'Zoom in, out, and back to the whole', where: 'In a timeline' },
]);

const inWords = ({ who, what }: TimelineStep, index: number) =>
  `Step ${index + 1}, ${ACTOR_NAME[who]}: ${what}`;

function stepDetail(step: TimelineStep, index: number, count: number): Node[] {
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
    openMachine(step.machine),
  );
  const parts: Node[] = [head];
  if (step.detail) parts.push(h('p', { class: 'step-text' }, step.detail));
  if (step.bytes)
    parts.push(labelledBytes(parseHex(step.bytes), 'the bytes of this step', step.fields));
  return parts;
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
  const last = steps.length - 1;
  const actors = ACTORS.filter((actor) => steps.some((step) => step.who === actor));
  const keys = uid('keys');
  const box = h('div', {
    class: 'lanes-box',
    role: 'group',
    'aria-label': 'Lanes',
    'aria-describedby': keys,
    tabindex: 0,
  });
  const detail = h('div', { class: 'step-detail' });
  const said = h('p', { class: 'visually-hidden', role: 'status' });
  const id = uid('step');
  const slider = h('input', {
    type: 'range',
    id,
    min: 0,
    max: last,
    step: 1,
    value: 0,
    class: 'step-slider',
  });
  let current = 0;
  let drawn: Lanes | undefined;
  const block = () => box.querySelector<HTMLElement>(`[data-step="${current}"]`);

  const show = (index: number) => {
    current = Math.max(0, Math.min(last, index));
    const step = steps[current];
    if (!step) return;
    box.querySelector('.is-current')?.classList.remove('is-current');
    block()?.classList.add('is-current');
    slider.value = String(current);
    slider.setAttribute('aria-valuetext', inWords(step, current));
    detail.replaceChildren(...stepDetail(step, current, steps.length));
  };
  const go = (to: number) => {
    show(to);
    const shown = block();
    if (!shown) return;
    const { offsetLeft: left, offsetWidth: width } = shown;
    const outside = left < box.scrollLeft || left + width > box.scrollLeft + box.clientWidth;
    if (outside) box.scrollLeft = left - Math.max(0, box.clientWidth - width) / 2;
  };
  const middle = () => {
    const shown = block();
    return shown ? shown.offsetLeft + shown.offsetWidth / 2 : 0;
  };
  const zoom = zoomable(box, (times) => drawn?.zoomTo(times), middle);
  const draw = (compressed: boolean) => {
    drawn = drawLanes(report, actors, compressed, show);
    box.replaceChildren(drawn.element);
    zoom.refresh();
    show(current);
  };
  box.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const to = { ArrowLeft: current - 1, ArrowRight: current + 1, Home: 0, End: last }[event.key];
    if (to !== undefined) {
      go(to);
      const step = steps[current];
      if (step) said.textContent = inWords(step, current);
    } else if (!zoom.key(event.key)) return;
    event.preventDefault();
  });
  slider.addEventListener('input', () => go(Number(slider.value)));
  const button = (label: string, sign: string, by: number) => {
    const node = h('button', { type: 'button', class: 'step-button', 'aria-label': label }, sign);
    node.addEventListener('click', () => go(current + by));
    return node;
  };

  draw(true);
  const names = actors.map((actor) => h('li', { style: `height:${LANE}px` }, actorLabel(actor)));
  const note = h('span', { class: 'unit' }, NOTES[0]);
  const scaleChoice = choice('Time axis', [...SCALES], (index) => {
    draw(index === 0);
    note.textContent = NOTES[index] ?? '';
  });
  const end = Math.max(...steps.map((step) => step.end));
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
      { class: 'lanes-foot' },
      zoom.controls,
      h(
        'span',
        { class: 'lanes-keys', id: keys },
        '← → a step, + − nearer and farther, drag to move',
      ),
    ),
    h(
      'div',
      { class: 'step-control' },
      button('Previous step', '‹', -1),
      h('label', { for: id, class: 'visually-hidden' }, 'Step'),
      slider,
      button('Next step', '›', 1),
    ),
    said,
    detail,
    behind('Every step as a table', () => stepTable(report)),
  );
}
