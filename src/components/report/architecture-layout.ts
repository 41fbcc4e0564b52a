import type { ArchitectureNode, ArchitectureReport } from '../../../sandbox/lab/report.ts';

/**
 * Where the parts stand. Child partitions left, the root right, the hypervisor under them, the NIC under
 * that: a partition's user mode is above its kernel mode. Lengths in the drawing's own units.
 */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Layout {
  width: number;
  height: number;
  /** Size of the letters. */
  text: number;
  boxes: Map<string, Box>;
  /** Partitions and the NIC, which hold parts, with their titles. */
  frames: { box: Box; title?: string; who: string }[];
  /** Names of what is no part, and where they begin. */
  names: [name: string, x: number, y: number][];
  /** Where user mode ends. */
  split: number;
  narrow: boolean;
}

export type Point = [x: number, y: number];

interface Measures {
  width: number;
  gap: number;
  text: number;
  row: number;
  space: number;
  child: (children: number) => number;
  pad: number;
}

const WIDE: Measures = {
  width: 880,
  gap: 14,
  text: 14,
  row: 36,
  space: 24,
  child: (children) => (children === 1 ? 220 : children === 2 ? 168 : 136),
  pad: 14,
};
const NARROW: Measures = {
  width: 340,
  gap: 6,
  text: 11.5,
  row: 40,
  space: 22,
  child: (children) => (children === 1 ? 98 : 76),
  pad: 4,
};

/** The child partitions that a step is in: on a narrow page there is no room for idle ones. */
function busy(report: ArchitectureReport): Set<number> {
  const ids = new Set(report.steps.flatMap(({ at, from, to }) => [at, from, to]));
  return new Set(
    report.nodes
      .flatMap(({ id, vm }) => (vm !== undefined && ids.has(id) ? [vm] : []))
      .slice(0, 64),
  );
}

/** The parts in their places; parts of child partitions that are left out have none. */
export function layOut(report: ArchitectureReport, narrow: boolean): Layout {
  const m = narrow ? NARROW : WIDE;
  const all = [...new Set(report.nodes.flatMap(({ vm }) => (vm === undefined ? [] : [vm])))];
  const some = busy(report);
  const shown = (narrow ? all.filter((vm) => some.has(vm)) : all).slice(0, narrow ? 2 : 3);
  const cw = m.child(Math.max(1, shown.length));
  const left = m.gap / 2;
  const top = 2;
  const title = m.text + 10;
  const y = (row: number) => top + title + row * (m.row + m.space);
  const split = y(0) + m.row + m.space / 2;
  const floor = y(4) + m.row * 0.5;
  const childX = (vm: number) => left + shown.indexOf(vm) * (cw + m.gap);
  const rootX = left + Math.max(1, shown.length) * (cw + m.gap) + m.gap / 2;
  const rootWidth = m.width - left - rootX;
  const column = (rootWidth - 2 * m.pad - 2 * m.gap * 1.3) / 3;
  const rootColumn = (n: number) => rootX + m.pad + n * (column + m.gap * 1.3);
  const bar = floor + m.space * 0.6;
  const nicTop = bar + m.row * 0.75 + m.space * 0.8;
  const nicRow = (n: number) => nicTop + m.space * 0.6 + n * (m.row * 0.8 + m.space * 0.7);
  const nicEnd = nicRow(2) - m.space * 0.2;
  const nicRight = rootColumn(2) - m.gap * 0.65;

  const box = (x: number, at: number, width: number, height = m.row): Box => ({
    x,
    y: at,
    width,
    height,
  });
  const place = ({ part, vm }: ArchitectureNode): Box | undefined => {
    if (vm !== undefined && !shown.includes(vm)) return undefined;
    const x = childX(vm ?? 0) + m.pad;
    const inner = cw - 2 * m.pad;
    const workers = (rootWidth - 2 * m.pad - (shown.length - 1) * m.gap) / shown.length;
    const rows = { application: 0, stack: 1, driver: 2, 'virtual-device': 3 } as const;
    switch (part) {
      case 'application':
      case 'stack':
      case 'driver':
        return box(x, y(rows[part]), inner);
      case 'virtual-device':
        return box(x + inner * 0.02, y(3), inner * 0.78);
      case 'channel':
        return box(x + inner * 0.16, y(4), inner * 0.5, m.row * 0.5);
      case 'worker':
        return box(rootX + m.pad + shown.indexOf(vm ?? 0) * (workers + m.gap), y(0), workers);
      case 'kernel':
        return box(rootColumn(2), y(1), column, y(3) + m.row - y(1));
      case 'vsp':
        return box(rootColumn(0), y(1), column);
      case 'switch':
        return box(rootColumn(1), y(2), column);
      case 'pf-driver':
        return box(rootColumn(1), y(3), column);
      case 'hypervisor':
        return box(left, bar, m.width - 2 * left, m.row * 0.75);
      case 'vf':
        return box(x + inner * 0.02, nicRow(0), inner * 0.78, m.row * 0.8);
      case 'pf':
        return box(rootColumn(1), nicRow(0), column, m.row * 0.8);
      case 'nic-switch':
        return box(left + m.pad, nicRow(1), nicRight - left - 2 * m.pad, m.row * 0.8);
      case 'peer':
        return box(rootColumn(2) + column * 0.2, nicRow(1), column * 0.8 + m.pad, m.row * 0.8);
    }
  };
  const boxes = new Map<string, Box>();
  for (const node of report.nodes) {
    const found = place(node);
    if (found) boxes.set(node.id, found);
  }
  const names: Layout['names'] = [
    [narrow ? 'NIC' : 'physical NIC', rootColumn(0), nicRow(0) + m.row * 0.5],
    ['wire', nicRight + (narrow ? 3 : 7), nicRow(1) - 5],
  ];
  if (report.nodes.some(({ part }) => part === 'channel'))
    names.push(['VMBus', rootColumn(0) + column * 0.3 + 7, y(4) + m.row * 0.25 + 4]);
  const frames: Layout['frames'] = shown.map((vm) => ({
    box: box(childX(vm), top, cw, floor - top),
    title: narrow ? `child ${vm + 1}` : `child partition ${vm + 1}`,
    who: 'guest-kernel',
  }));
  frames.push({
    box: box(rootX, top, rootWidth, floor - top),
    title: 'root partition',
    who: 'root-kernel',
  });
  frames.push({
    box: box(left, nicTop, nicRight - left, nicEnd - nicTop),
    who: 'device',
  });
  const height = nicEnd + 4;
  return { width: m.width, height, text: m.text, boxes, frames, names, split, narrow };
}

const middle = ({ x, width }: Box): number => x + width / 2;
const bottom = ({ y, height }: Box): number => y + height;
const right = ({ x, width }: Box): number => x + width;
/** Where a straight line can go from one to the other: in the middle of the narrower if it can be. */
const overlap = (a: Box, b: Box): number | undefined => {
  const [thin, thick] = a.width <= b.width ? [a, b] : [b, a];
  if (middle(thin) > thick.x && middle(thin) < right(thick)) return middle(thin);
  const from = Math.max(a.x, b.x);
  const to = Math.min(right(a), right(b));
  return to - from > 6 ? (from + to) / 2 : undefined;
};

/** The line between two parts, from the first to the second: straight where it can be, else one corner. */
export function lineOf(
  report: ArchitectureReport,
  layout: Layout,
  from: string,
  to: string,
): Point[] {
  const [a, b] = [layout.boxes.get(from), layout.boxes.get(to)];
  const part = (id: string) => report.nodes.find((node) => node.id === id)?.part;
  if (!a || !b) return [];
  const [upper, lower] = a.y <= b.y ? [a, b] : [b, a];
  const parts = [part(from), part(to)];
  const turn = (points: Point[]) => (upper === a ? points : points.reverse());
  if (parts.includes('driver') && parts.includes('hypervisor')) {
    const x = right(upper) - upper.width * 0.08;
    return turn([
      [x, bottom(upper)],
      [x, lower.y],
    ]);
  }
  if (parts.includes('channel') && parts.includes('vsp')) {
    const x = upper.x + upper.width * 0.3;
    const y = lower.y + lower.height / 2;
    return turn([
      [x, bottom(upper)],
      [x, y],
      [right(lower), y],
    ]);
  }
  if (parts.includes('nic-switch') && parts.includes('peer')) {
    const [first, second] = a.x <= b.x ? [a, b] : [b, a];
    const y = first.y + first.height / 2;
    const points: Point[] = [
      [right(first), y],
      [second.x, y],
    ];
    return first === a ? points : points.reverse();
  }
  if (parts.includes('vsp') && parts.includes('switch')) {
    const y = upper.y + upper.height / 2;
    return turn([
      [right(upper), y],
      [middle(lower), y],
      [middle(lower), lower.y],
    ]);
  }
  if (parts.includes('worker') && parts.includes('switch')) {
    const x = lower.x + lower.width * 0.72;
    const y = layout.split - 5;
    return turn(
      upper.x < x - 3 && right(upper) > x + 3
        ? [
            [x, bottom(upper)],
            [x, lower.y],
          ]
        : [
            [middle(upper), bottom(upper)],
            [middle(upper), y],
            [x, y],
            [x, lower.y],
          ],
    );
  }
  const x = overlap(upper, lower);
  if (x !== undefined)
    return turn([
      [x, bottom(upper)],
      [x, lower.y],
    ]);
  const y = (bottom(upper) + lower.y) / 2 + 5;
  return turn([
    [middle(upper), bottom(upper)],
    [middle(upper), y],
    [middle(lower), y],
    [middle(lower), lower.y],
  ]);
}

/** The parts on the shortest way between two, over what is connected; only the two when nothing is. */
export function wayOf({ edges }: ArchitectureReport, from: string, to: string): string[] {
  const before = new Map<string, string>([[from, '']]);
  for (const id of before.keys())
    for (const edge of edges) {
      const next = edge.from === id ? edge.to : edge.to === id ? edge.from : undefined;
      if (next !== undefined && !before.has(next)) before.set(next, id);
    }
  if (!before.has(to)) return [from, to];
  const way = [to];
  for (let id = before.get(to); id; id = before.get(id)) way.unshift(id);
  return way;
}
