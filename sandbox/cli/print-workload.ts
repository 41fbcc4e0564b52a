import type { CompareConfig, PathName, PathReport } from '../lab/report.ts';

/** What was run, in one line. */
export function describeWorkload(config: CompareConfig): string {
  const { line, direction, vms, arrivals, inFlight, appShare } = config;
  const load = typeof config.load === 'number' ? Math.round(config.load) : config.load;
  const words = [costsIn(config), line, frames(config), direction, `load ${load}`, `${vms} VM`];
  if (arrivals !== undefined) words.push(`${arrivals} arrivals`);
  if (inFlight !== undefined) words.push(`${inFlight} in flight`);
  if (appShare !== undefined) words.push(`an application with ${appShare} of each guest core`);
  return words.join(', ');
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
    row(`${way}: lost`, ({ ways }) => ways?.[way].lossRate);
  }
  row('share of the application', ({ appShare }) => appShare);
  return rows;
}

function roundedRate(rate: number | undefined): number | undefined {
  return rate === undefined ? undefined : Math.round(rate);
}
