import type { ChartReport, CompareReport, HistogramBucket, PathName } from '../report.ts';

/** What part of the frames took how long, for each path of a comparison: a step line over its buckets. */
export function latencyChart({ config, paths }: CompareReport): ChartReport {
  const series = config.paths.map((path) => ({
    name: path,
    path,
    points: steps(paths[path]?.latencyHistogram ?? []),
  }));
  const way = config.direction === 'rr' ? 'Round trip' : 'Latency, one way';
  return {
    kind: 'chart',
    title: 'How long the frames took',
    x: { label: way, unit: 'µs', log: true },
    y: { label: 'Share of the frames', unit: '%' },
    series,
  };
}

/** Up at the start of a bucket, level through it, and down to zero where the next one is empty. */
function steps(buckets: readonly HistogramBucket[]): { x: number; y: number }[] {
  const frames = buckets.reduce((sum, { count }) => sum + count, 0);
  return buckets.flatMap(({ from, to, count }, i) => {
    const y = (100 * count) / frames;
    const edge = (x: number, open: boolean) => (open ? [{ x, y: 0 }] : []);
    return [
      ...edge(from, buckets[i - 1]?.to !== from),
      { x: from, y },
      { x: to, y },
      ...edge(to, buckets[i + 1]?.from !== to),
    ];
  });
}

/** The series of one path, for a chart of one's own. */
export function latencySteps(report: CompareReport, path: PathName): { x: number; y: number }[] {
  return steps(report.paths[path]?.latencyHistogram ?? []);
}
