import type { CompareConfig, PathName, PathReport } from '../lab/report.ts';

/** What was run, in one line. */
export function describeWorkload(config: CompareConfig): string {
  const { line, direction, vms, arrivals, inFlight, appShare } = config;
  const load = typeof config.load === 'number' ? Math.round(config.load) : config.load;
  const words = [costsIn(config), line, frames(config), direction, `load ${load}`, `${vms} VM`];
  if (config.bulk !== undefined) words.push(...bulkWords(config.bulk));
  if (arrivals !== undefined) words.push(`${arrivals} arrivals`);
  if (inFlight !== undefined) words.push(`${inFlight} in flight`);
  if (appShare !== undefined) words.push(`an application with ${appShare} of each guest core`);
  return words.join(', ');
}

/** A bulk transfer: which offloads it has. */
function bulkWords(bulk: NonNullable<CompareConfig['bulk']>): string[] {
  const { checksum, segmentation, coalescing, window } = bulk;
  const where = typeof coalescing === 'string' ? `coalescing in the ${coalescing}` : 'coalescing';
  const offloads = [
    checksum ? 'checksums' : undefined,
    segmentation ? 'segmentation' : undefined,
    coalescing === false ? undefined : where,
  ].filter((word) => word !== undefined);
  const list = offloads.length === 0 ? 'without offloads' : `with ${offloads.join(' and ')}`;
  return [`TCP streams ${list}`, `windows of ${window} bytes`];
}

/** Whose costs were charged. */
function costsIn({ profile, ownProfile, mitigations }: CompareConfig): string {
  const whose = ownProfile === undefined ? profile : `${profile} (${ownProfile.name})`;
  if (mitigations === undefined) return whose;
  return `${whose} ${mitigations ? 'with' : 'without'} mitigations`;
}

function frames({ frame, sizes, recorded }: CompareConfig): string {
  if (recorded !== undefined) return `${recorded.length} recorded frames of at most ${frame} bytes`;
  if (sizes === 'imix') return 'the simple IMIX';
  if (sizes !== undefined) return `${sizes.length} sizes of at most ${frame} bytes`;
  return `${frame} bytes`;
}

/** Rows of the table that only some workloads have. */
export function workloadRows(paths: readonly [PathName, PathReport][]): (string | number)[][] {
  const rows: (string | number)[][] = [];
  const row = (name: string, value: (path: PathReport) => number | undefined) => {
    const values = paths.map(([, path]) => value(path));
    if (values.some((each) => each !== undefined))
      rows.push([name, ...values.map((each) => each ?? '')]);
  };
  for (const way of ['tx', 'rx'] as const) {
    row(`${way}: throughput (Gb/s)`, ({ ways }) => ways?.[way].throughputGbps);
    row(`${way}: frames per second`, ({ ways }) => roundedRate(ways?.[way].framesPerSecond));
    row(`${way}: latency p50 (µs)`, ({ ways }) => ways?.[way].latencyUs.p50);
    row(`${way}: latency p99 (µs)`, ({ ways }) => ways?.[way].latencyUs.p99);
    row(`${way}: latency p99.9 (µs)`, ({ ways }) => ways?.[way].latencyUs.p999);
    row(`${way}: lost`, ({ ways }) => ways?.[way].lossRate);
  }
  row('frames per segment sent', ({ bulk }) => bulk?.framesPerSegmentSent);
  row('frames per segment received', ({ bulk }) => bulk?.framesPerSegmentReceived);
  row('acknowledgements per segment received', ({ bulk }) => bulk?.acknowledgementsSent);
  row('share of the application', ({ appShare }) => appShare);
  return rows;
}

function roundedRate(rate: number | undefined): number | undefined {
  return rate === undefined ? undefined : Math.round(rate);
}
