import type { Actor, TimelineReport } from '../../../sandbox/lab/report.ts';
import { ACTOR_NAME } from './actors.ts';
import { h, svg } from './dom.ts';
import { nanoseconds } from './format.ts';
import { timeScale } from './scale.ts';

/** Height of a lane, in pixels. */
export const LANE = 34;

/** Lanes with their blocks, which can be drawn wider. */
export interface Lanes {
  element: HTMLElement;
  /** Draws the lanes `zoom` times as wide as the whole needs, with as many times as then have room. */
  zoomTo(zoom: number): void;
}

/** A line through the middles of all steps, in order: the way of the frame. */
function trail(
  report: TimelineReport,
  lanes: readonly Actor[],
  at: (time: number) => number,
): SVGSVGElement {
  const y = (who: Actor) => (lanes.indexOf(who) + 0.5) * LANE;
  const points = report.steps.flatMap((step) => [
    `${(at(step.start) * 1000).toFixed(2)} ${y(step.who)}`,
    `${(at(step.end) * 1000).toFixed(2)} ${y(step.who)}`,
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

/** A lane for each actor, a block for each step, and the times below. */
export function drawLanes(
  report: TimelineReport,
  lanes: readonly Actor[],
  compressed: boolean,
  select: (index: number) => void,
): Lanes {
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
      style: `left:${left.toFixed(4)}%;width:${width.toFixed(4)}%;top:${top}px`,
    });
    block.addEventListener('click', () => select(index));
    return block;
  });
  const rules = lanes.map((_, index) =>
    h('span', { class: 'lane-rule', style: `top:${(index + 0.5) * LANE}px` }),
  );
  const plot = h(
    'div',
    { class: 'lanes-plot', style: `height:${lanes.length * LANE}px` },
    ...rules,
    trail(report, lanes, scale.at),
    ...blocks,
  );
  const whole = new Set(scale.ticks);
  const times = h('div', { class: 'lanes-ticks' });
  const element = h('div', { class: 'lanes-inner' }, plot, times);
  const least = Math.min(160, Math.max(30, report.steps.length * 0.55));
  const tick = (time: number, zoom: number) => {
    const place = scale.at(time);
    const names = ['tick', place > 1 - 0.06 / zoom && 'is-last', !whole.has(time) && 'is-fine'];
    return h(
      'span',
      { class: names.filter(Boolean).join(' '), style: `left:${(place * 100).toFixed(4)}%` },
      nanoseconds(time),
    );
  };
  const zoomTo = (zoom: number) => {
    element.style.width = `${100 * zoom}%`;
    element.style.minWidth = `${least * zoom}rem`;
    times.replaceChildren(...scale.ticksAt(zoom).map((time) => tick(time, zoom)));
  };
  return { element, zoomTo };
}
