import type { CompareConfig, PathReport } from '../report.ts';
import { UsageError } from '../usage.ts';
import { findUnit, type Quantity } from './units.ts';

/** Ethernet, IPv4 and UDP headers in front of a datagram's payload. */
const HEADERS = 42;

/** What an experiment was, complete, and the report of the path that is read. */
export interface Outcome {
  config: CompareConfig;
  report: PathReport;
}

/** A figure that can be read off an outcome, in the base unit of its quantity. */
interface Figure {
  of: Quantity;
  read: (outcome: Outcome) => number;
}

function perFrame(name: keyof PathReport['perFrame']): Figure {
  return { of: 'count', read: ({ report }) => report.perFrame[name] };
}

/** The report of a stream counts payload; that of frames counts their headers too. */
function payloadBits({ config, report }: Outcome): number {
  const { throughputGbps, deliveredBytes, deliveredFrames } = report;
  if (config.bulk !== undefined || deliveredBytes === 0) return throughputGbps * 1e9;
  return (throughputGbps * 1e9 * (deliveredBytes - HEADERS * deliveredFrames)) / deliveredBytes;
}

function allCores({ report: { cores } }: Outcome): number {
  return cores.guest + cores.hypervisor + cores.rootKernel + cores.rootUser;
}

/** What a row may say that it reads. */
const FIGURES: Readonly<Record<string, Figure>> = {
  /** Payload of datagrams, as netperf and iperf count it. */
  goodput: { of: 'bits', read: payloadBits },
  /** Frames without FCS; of a stream of segments, its payload. */
  throughput: { of: 'bits', read: ({ report }) => report.throughputGbps * 1e9 },
  framesPerSecond: { of: 'frames', read: ({ report }) => report.framesPerSecond },
  /** Median: one way for tx and rx, the round trip for rr. */
  latency: { of: 'time', read: ({ report }) => report.latencyUs.p50 * 1e-6 },
  latencyP99: { of: 'time', read: ({ report }) => report.latencyUs.p99 * 1e-6 },
  cyclesPerByte: { of: 'cycles/byte', read: ({ report }) => report.cyclesPerByte },
  cyclesPerFrame: { of: 'cycles', read: ({ report }) => report.cyclesPerFrame },
  /** Busy cores of everyone, and of the parent partition alone. */
  cores: { of: 'share', read: allCores },
  rootCores: { of: 'share', read: ({ report: { cores } }) => cores.rootKernel + cores.rootUser },
  lossRate: { of: 'share', read: ({ report }) => report.lossRate },
  exits: perFrame('exits'),
  ioExits: perFrame('ioExits'),
  deviceAccesses: perFrame('deviceAccesses'),
  interrupts: perFrame('interrupts'),
  hypercalls: perFrame('hypercalls'),
  copies: perFrame('copies'),
};

/** What a row reads when it does not say. */
const USUAL: Partial<Record<Quantity, string>> = {
  bits: 'goodput',
  frames: 'framesPerSecond',
  time: 'latency',
  'cycles/byte': 'cyclesPerByte',
  cycles: 'cyclesPerFrame',
};

/** @throws UsageError that names the figures there are */
export function findFigure(name: string): Figure {
  if (Object.hasOwn(FIGURES, name)) return FIGURES[name];
  throw new UsageError(
    `figure '${name}' is none that a report has: ${Object.keys(FIGURES).join(', ')}`,
  );
}

/** The figure that a row in `unit` reads when it names none. @throws UsageError for a unit with several */
export function usualFigure(unit: string): string {
  const name = USUAL[findUnit(unit).of];
  if (name !== undefined) return name;
  throw new UsageError(
    `unit '${unit}' does not say what is read: give reading.figure, one of ${Object.keys(FIGURES).join(', ')}`,
  );
}
