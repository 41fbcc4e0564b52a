import type { SweepFigure, SweepPoint } from '../../../sandbox/lab/report.ts';

/** What a sweep can show over its option. */
interface Axis {
  label: string;
  unit?: string;
  of(point: SweepPoint): number;
}

export const cores = ({ run: { cores: c } }: SweepPoint): number =>
  c.guest + c.hypervisor + c.rootKernel + c.rootUser;

export const AXES: Record<SweepFigure, Axis> = {
  throughputGbps: { label: 'Throughput', unit: 'Gb/s', of: ({ run }) => run.throughputGbps },
  framesPerSecond: { label: 'Frames a second', of: ({ run }) => run.framesPerSecond },
  cores: { label: 'Busy cores', of: cores },
  cyclesPerFrame: { label: 'Cycles per frame', of: ({ run }) => run.cyclesPerFrame },
  cyclesPerByte: { label: 'Cycles per byte', of: ({ run }) => run.cyclesPerByte },
  latencyP50: { label: 'Latency, p50', unit: 'µs', of: ({ run }) => run.latencyUs.p50 },
  latencyP99: { label: 'Latency, p99', unit: 'µs', of: ({ run }) => run.latencyUs.p99 },
  lossRate: { label: 'Lost', unit: '%', of: ({ run }) => run.lossRate * 100 },
  ioExits: { label: 'Exits for I/O per frame', of: ({ run }) => run.perFrame.ioExits },
};
export const FIGURES = Object.keys(AXES) as SweepFigure[];
