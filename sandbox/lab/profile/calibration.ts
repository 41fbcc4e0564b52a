import cuomo from '../../../content/measurements/e2e-cuomo-3-5.json' with { type: 'json' };
import howard from '../../../content/measurements/e2e-howard.json' with { type: 'json' };
import type { CompareOptions } from '../options.ts';
import { findProfile } from './choice.ts';
import { type RootCost, rootCost } from './root-cost.ts';

/** An aggregate cost that nobody charges, beside the sum of the parts that are charged. */
export interface CalibrationRow {
  /** Profile and aggregate, as in `nehalem-2008r2/host_pv_byte_rx`. */
  id: string;
  unit: 'cycles/byte';
  /** The aggregate as it stands in the profile. */
  published: number;
  /** The same from either end of the published rate of one core. */
  band: [number, number];
  /** Rows in content/measurements with that rate. */
  source: string[];
  simulated: number;
  ratio: number;
  within: boolean;
  parts: RootCost['parts'];
  /** Share of the time that the core was busy, and what it carried. */
  busy: number;
  throughputGbps: number;
  experiment: CompareOptions;
}

interface Aggregate {
  profile: string;
  figure: string;
  /** What one core carries, Gb/s. */
  rate: number[];
  source: string;
}

/** The aggregates of frames that nothing coalesces, with the rates they come from. */
const AGGREGATES: readonly Aggregate[] = [
  {
    profile: 'nehalem-2008r2',
    figure: 'host_pv_byte_rx',
    rate: howard.value,
    source: 'e2e-howard',
  },
  {
    profile: 'sandybridge-2012',
    figure: 'host_pv_byte_rx_hyperv',
    rate: cuomo.value,
    source: 'e2e-cuomo-3-5',
  },
];

/** Four machines receive as fast as one core of the root carries. */
const EXPERIMENT = {
  paths: ['vmbus'],
  direction: 'rx',
  vms: 4,
  queues: 1,
  rootCores: 1,
} satisfies CompareOptions;

/**
 * The check of decision 0007: what driver, switch, ring, copy, interrupt and scheduling cost a byte on the
 * root's core, beside the aggregate that was published. The aggregate is never an input.
 */
export function calibrate(): CalibrationRow[] {
  return AGGREGATES.map(({ profile, figure, rate, source }) => {
    const { ghz, p } = findProfile(profile);
    const experiment = { ...EXPERIMENT, profile };
    const { sum, parts, busy, throughputGbps } = rootCost('vmbus', experiment);
    const band: [number, number] = [(ghz * 8) / Math.max(...rate), (ghz * 8) / Math.min(...rate)];
    return {
      id: `${profile}/${figure}`,
      unit: 'cycles/byte',
      published: p[figure].value,
      band,
      source: [source],
      simulated: sum,
      ratio: sum / p[figure].value,
      within: sum >= band[0] && sum <= band[1],
      parts,
      busy,
      throughputGbps,
      experiment,
    };
  });
}
