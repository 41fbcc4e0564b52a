import type { CompareConfig, Report } from '../../../sandbox/lab/report.ts';

/** Samples of the reports on how sure a figure is. Made up, like all samples. */
export function metricsSamples(config: CompareConfig): Record<'repeat' | 'sensitivity', Report> {
  const interval = (mean: number, half: number) => ({ mean, low: mean - half, high: mean + half });
  return {
    repeat: {
      kind: 'repeat',
      config,
      seeds: [1, 2, 3, 4, 5],
      units: { throughputGbps: 'Gb/s', 'latencyUs.p99': 'µs', 'perFrame.exits': 'per frame' },
      paths: {
        vmbus: {
          throughputGbps: interval(5.2, 0.1),
          'latencyUs.p99': interval(61, 14),
          'perFrame.exits': interval(0.4, 0.02),
        },
        sriov: {
          throughputGbps: interval(9.4, 0),
          'latencyUs.p99': interval(12, 2),
          'perFrame.exits': interval(0, 0),
        },
      },
    },
    sensitivity: {
      kind: 'sensitivity',
      config,
      figure: 'latencyUs.p50',
      unit: 'µs',
      by: 2,
      base: { vmbus: 68, sriov: 40 },
      order: 'sriov > vmbus',
      rows: [
        {
          cost: 'vcpu_halt_wake',
          value: 14_000,
          unit: 'ns',
          status: 'interpolated',
          less: { vmbus: 60, sriov: 33 },
          more: { vmbus: 84, sriov: 54 },
          turns: false,
        },
        {
          cost: 'vsp_pkt',
          value: 1000,
          unit: 'cycles',
          status: 'assumed',
          less: { vmbus: 39, sriov: 40 },
          more: { vmbus: 71, sriov: 40 },
          turns: true,
        },
      ],
    },
  };
}
