import type { PathReport } from '../report.ts';
import { UsageError } from '../usage.ts';

/** A figure of a path's report: its unit, and whether more of it is better. */
export interface FigureKind {
  unit: string;
  moreIsBetter: boolean;
}

const less = (unit: string): FigureKind => ({ unit, moreIsBetter: false });
const more = (unit: string): FigureKind => ({ unit, moreIsBetter: true });

/** Every figure that a comparison measures, by where it stands in a path's report; `busyCores` is a sum. */
export const FIGURES: Readonly<Record<string, FigureKind>> = {
  throughputGbps: more('Gb/s'),
  framesPerSecond: more('frames/s'),
  lossRate: less(''),
  'latencyUs.p50': less('µs'),
  'latencyUs.p99': less('µs'),
  'latencyUs.p999': less('µs'),
  cyclesPerByte: less('cycles/byte'),
  cyclesPerFrame: less('cycles'),
  busyCores: less('cores'),
  'cores.guest': less('cores'),
  'cores.hypervisor': less('cores'),
  'cores.rootKernel': less('cores'),
  'cores.rootUser': less('cores'),
  'perFrame.exits': less('per frame'),
  'perFrame.ioExits': less('per frame'),
  'perFrame.deviceAccesses': less('per frame'),
  'perFrame.hypercalls': less('per frame'),
  'perFrame.copies': less('per frame'),
  'perFrame.copiedBytes': less('B per frame'),
  'perFrame.interrupts': less('per frame'),
  'perFrame.contextSwitches': less('per frame'),
  'perFrame.events': less('per frame'),
};

/** @throws UsageError that names the figures there are */
export function figureKind(name: string): FigureKind {
  if (Object.hasOwn(FIGURES, name)) return FIGURES[name];
  const names = Object.keys(FIGURES).join(', ');
  throw new UsageError(`figure: there is no '${name}'; choose one of ${names}`);
}

/** The figure of that name. */
export function figureOf(path: PathReport, name: string): number {
  if (name === 'busyCores') return Object.values(path.cores).reduce((sum, busy) => sum + busy, 0);
  const value = name
    .split('.')
    .reduce((from: unknown, key) => (from as Record<string, unknown>)[key], path);
  return value as number;
}
