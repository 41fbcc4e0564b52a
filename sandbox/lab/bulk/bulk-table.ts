import type { CompareConfig, PathName, TableReport } from '../report.ts';
import { type BulkOptions, bulk } from './bulk.ts';

const CUTTING = '+ segmentation';

/** What the offloads are, one more in each step. */
const STEPS: readonly [string, BulkOptions][] = [
  ['no offload', { checksum: false, segmentation: false, coalescing: false }],
  ['+ checksums', { checksum: true, segmentation: false, coalescing: false }],
  [CUTTING, { checksum: true, segmentation: true, coalescing: false }],
  ['+ coalescing', { checksum: true, segmentation: true, coalescing: true }],
];

/**
 * The same streams with one offload more in each step, on each of the paths: throughput, and processors of guest and
 * root that are busy with it. Takes what `bulk` takes but for the offloads.
 * @throws UsageError for an option that cannot be
 */
export async function bulkTable(options: BulkOptions = {}): Promise<TableReport> {
  const rows: string[][] = [];
  let run: CompareConfig | undefined;
  // A guest that only receives has nothing to cut.
  const steps = options.direction === 'rx' ? STEPS.filter(([name]) => name !== CUTTING) : STEPS;
  for (const [name, offloads] of steps) {
    const { config, paths } = await bulk({ ...options, ...offloads });
    run = config;
    for (const path of config.paths) {
      const report = paths[path];
      if (report === undefined) continue;
      const { throughputGbps, cyclesPerByte, cores, limitedBy } = report;
      const all = cores.guest + cores.hypervisor + cores.rootKernel + cores.rootUser;
      const row = [throughputGbps.toFixed(2), cyclesPerByte.toFixed(2), cores.guest.toFixed(2)];
      rows.push([name, NAMES[path], ...row, (all - cores.guest).toFixed(2), limitedBy]);
    }
  }
  const { direction = 'tx', line = '', profile = '' } = run ?? {};
  return {
    kind: 'table',
    title: `TCP streams, ${DIRECTIONS[direction]}, ${line} line, ${profile}`,
    columns: [
      { name: 'offloads' },
      { name: 'path' },
      { name: 'throughput', unit: 'Gb/s' },
      { name: 'cycles', unit: 'per byte' },
      { name: 'guest', unit: 'cores' },
      { name: 'host', unit: 'cores' },
      { name: 'limited by' },
    ],
    rows,
  };
}

const NAMES: Record<PathName, string> = {
  native: 'native',
  emulated: 'emulated',
  vmbus: 'VMBus',
  sriov: 'SR-IOV',
};

const DIRECTIONS: Record<CompareConfig['direction'], string> = {
  tx: 'sent',
  rx: 'received',
  rr: 'asked and answered',
  both: 'sent and received',
};
