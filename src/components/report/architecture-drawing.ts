import type { ArchitectureNode, ArchitectureReport } from '../../../sandbox/lab/report.ts';
import { GLYPH } from './actors.ts';
import { type Box, type Layout, layOut, lineOf, type Point, wayOf } from './architecture-layout.ts';
import { svg } from './dom.ts';

/** One drawing of the machine, which can show any step. */
export interface Drawing {
  element: SVGSVGElement;
  /** Shows step `index` and the way so far; what moves in it takes `milliseconds`, 0 for at once. */
  show(index: number, milliseconds: number): void;
}

const NOWHERE: { names: string[]; points: Point[] } = { names: [], points: [] };

const path = (points: Point[]): string => (points.length > 0 ? `M${points.join('L')}` : '');

/** Neither what is only imagined nor what is too small has its actor's sign. */
const hasSign = ({ part }: ArchitectureNode): boolean =>
  part !== 'channel' && part !== 'hypervisor' && part !== 'virtual-device';

/** A label over as many lines as the box is narrow. */
function label(node: ArchitectureNode, box: Box, layout: Layout): SVGTextElement {
  const { text, narrow } = layout;
  const lines =
    node.label.length * text * 0.5 + (narrow ? 4 : hasSign(node) ? 30 : 12) > box.width
      ? node.label.split(' ')
      : [node.label];
  const under = node.part === 'hypervisor' ? (layout.boxes.get('vsp') ?? box) : box;
  const x = under.x + under.width / 2 + (narrow || !hasSign(node) ? 0 : 7);
  const first = box.y + box.height / 2 + text * 0.34 - ((lines.length - 1) * text * 1.05) / 2;
  return svg(
    'text',
    { 'text-anchor': 'middle' },
    ...lines.map((line, i) => svg('tspan', { x, y: first + i * text * 1.05 }, line)),
  );
}

/** A part: its box, its actor's sign, its name. */
function partOf(node: ArchitectureNode, box: Box, layout: Layout): SVGGElement {
  const size = layout.narrow ? 0.55 : 0.8;
  const at = layout.narrow ? 3 : 9;
  const y = layout.narrow ? box.y + 3 : box.y + box.height / 2 - 6 * size;
  const sign =
    hasSign(node) &&
    svg('path', {
      class: 'arch-sign',
      d: GLYPH[node.who],
      transform: `translate(${box.x + at} ${y}) scale(${size})`,
    });
  return svg(
    'g',
    { class: `arch-part is-${node.part}`, 'data-actor': node.who },
    svg('rect', { ...box, rx: 2 }),
    sign,
    label(node, box, layout),
  );
}

/** Windows in the hypervisor's bar for what passes it by. */
function windows(lines: Map<string, Point[]>, layout: Layout): SVGElement[] {
  const bar = layout.boxes.get('hypervisor');
  if (!bar) return [];
  return [...lines.values()]
    .filter((points) => points.some(([, y]) => y > bar.y + bar.height))
    .filter((points) => points.some(([, y]) => y < bar.y))
    .map((points) =>
      svg('rect', {
        class: 'arch-window',
        x: (points.at(-1)?.[0] ?? 0) - 8,
        y: bar.y - 1,
        width: 16,
        height: bar.height + 2,
      }),
    );
}

/** Moves `node` along `points` in the given time; without time, or ways to go, it is there at once. */
function move(node: SVGElement, points: Point[], milliseconds: number): void {
  const last = points.at(-1);
  if (!last) return;
  const frames = points.map(([x, y]) => ({ transform: `translate(${x}px, ${y}px)` }));
  for (const running of node.getAnimations()) running.cancel();
  node.style.transform = frames.at(-1)?.transform ?? '';
  if (milliseconds === 0 || points.length < 2) return;
  const far = [0];
  for (let i = 1; i < points.length; i++) {
    const [[x, y], [u, w]] = [points[i - 1] as Point, points[i] as Point];
    far.push((far[i - 1] ?? 0) + Math.abs(u - x) + Math.abs(w - y));
  }
  const whole = far.at(-1) || 1;
  node.animate(
    frames.map((frame, i) => ({ ...frame, offset: (far[i] ?? 0) / whole })),
    { duration: milliseconds, easing: 'ease-in-out' },
  );
}

/** The machine at rest, wide or narrow. */
export function drawing(report: ArchitectureReport, narrow: boolean): Drawing {
  const layout = layOut(report, narrow);
  const { boxes, frames, names, split, text, width, height } = layout;
  const key = (a: string, b: string) => (a < b ? `${a} ${b}` : `${b} ${a}`);
  const lines = new Map(
    report.edges.map(({ from, to }) => [key(from, to), lineOf(report, layout, from, to)]),
  );
  const edges = new Map(
    [...lines].map(([name, points]) => [
      name,
      svg('path', { class: 'arch-edge', d: path(points) }),
    ]),
  );
  const wires = svg('g', {}, ...edges.values());
  const parts = new Map(
    report.nodes.flatMap((node) => {
      const box = boxes.get(node.id);
      return box ? [[node.id, partOf(node, box, layout)] as const] : [];
    }),
  );
  const jump = svg('path', { class: 'arch-jump' });
  const pulse = svg('circle', { class: 'arch-pulse', r: narrow ? 4 : 5 });
  const token = svg(
    'g',
    { class: 'arch-token' },
    svg('rect', { x: -9, y: -5.5, width: 18, height: 11 }),
    svg('path', { d: 'M-9 -5.5L0 1.5 9 -5.5' }),
  );
  const element = svg(
    'svg',
    {
      class: `arch-drawing ${narrow ? 'is-narrow' : 'is-wide'}`,
      viewBox: `0 0 ${width} ${Math.ceil(height)}`,
      'font-size': text,
      'aria-hidden': 'true',
    },
    ...frames.map(({ box, title, who }) =>
      svg(
        'g',
        { class: 'arch-frame', 'data-actor': who },
        svg('rect', { ...box, rx: 3 }),
        title && svg('text', { x: box.x + (narrow ? 5 : 14), y: box.y + text + 4 }, title),
        title && svg('path', { class: 'arch-split', d: `M${box.x} ${split}h${box.width}` }),
      ),
    ),
    ...[parts.get('hypervisor')].flatMap((bar) => bar ?? []),
    ...windows(lines, layout),
    wires,
    ...names.map(([name, x, y]) => svg('text', { class: 'arch-name', x, y }, name)),
    ...[...parts].flatMap(([id, part]) => (id === 'hypervisor' ? [] : part)),
    jump,
    pulse,
    token,
  );

  /** The edges of a step, and the points they go through. */
  const routeOf = (from: string, to: string) => {
    const way = wayOf(report, from, to);
    const names = way.slice(1).map((id, i) => key(way[i] ?? '', id));
    const points = way.slice(1).flatMap((id, i) => lineOf(report, layout, way[i] ?? '', id));
    return { names, points };
  };
  const corner = (id: string): Point[] => {
    const box = boxes.get(id);
    return box ? [[box.x + box.width - 6, box.y + 1]] : [];
  };

  /** The hypervisor carries no frame: a worker reaches straight into its guest's memory. */
  const carry = (from: string, to: string) => {
    const route = routeOf(from, to);
    if (!route.names.some((name) => name.split(' ').includes('hypervisor'))) return route;
    return { names: [], points: [...corner(from), ...corner(to)] };
  };

  /** Of each step: the edges that something passes on, and the way of the frame when it moves. */
  const passed = report.steps.map(({ from, to, holder }, i) => {
    const moved = from !== undefined && to !== undefined ? routeOf(from, to) : NOWHERE;
    const before = report.steps[i - 1]?.holder ?? (i === 0 ? from : undefined);
    const carries = holder !== undefined && before !== undefined && holder !== before;
    return { moved, carried: carries ? carry(before, holder) : NOWHERE, before };
  });
  const mark = (index: number, name: string) => {
    const step = report.steps[index];
    const route = passed[index];
    if (!step || !route) return;
    for (const id of [step.at, step.from, step.to]) parts.get(id ?? '')?.classList.add(name);
    for (const edge of [...route.moved.names, ...route.carried.names]) {
      const line = edges.get(edge);
      if (!line) continue;
      line.classList.add(name);
      line.setAttribute('data-actor', step.who);
      wires.append(line);
    }
  };

  const show = (index: number, milliseconds: number) => {
    for (const node of [...edges.values(), ...parts.values()])
      node.classList.remove('is-done', 'is-now');
    for (let i = 0; i < index; i++) mark(i, 'is-done');
    mark(index, 'is-now');
    const step = report.steps[index];
    const route = passed[index];
    if (!step || !route) return;
    if (step.to !== undefined) parts.get(step.from ?? '')?.classList.remove('is-now');
    const { moved, carried, before } = route;
    pulse.classList.toggle('is-out', moved.points.length > 0 && carried.points.length === 0);
    pulse.setAttribute('data-actor', step.who);
    move(pulse, moved.points, milliseconds);
    token.classList.toggle('is-out', step.holder !== undefined);
    const jumps = carried.names.length === 0 && carried.points.length > 0;
    jump.setAttribute('d', jumps ? path(carried.points) : '');
    if (step.holder === undefined) return;
    const start = carried.points.length > 0 ? corner(before ?? '') : [];
    move(token, [...start, ...carried.points, ...corner(step.holder)], milliseconds);
  };
  return { element, show };
}
