import type { CompareOptions } from '../options.ts';
import { sessionProgress } from '../session.ts';
import { UsageError } from '../usage.ts';
import { planSweep, type SweepOver, type SweepPlan } from './points.ts';
import { runTasks } from './pool.ts';
import type { SweepFigure, SweepPoint, SweepReport } from './report.ts';
import type { Task } from './task.ts';

/** What a sweep takes: every option of `compare`, the same for all points but the one that it goes over. */
export interface SweepOptions extends CompareOptions {
  over: SweepOver;
  title?: string;
  /** What its picture shows first; throughput when left out. */
  figure?: SweepFigure;
  /** Whether points are shown as they come; yes when left out. */
  live?: boolean;
}

const FIGURES: readonly SweepFigure[] = [
  'throughputGbps',
  'framesPerSecond',
  'cores',
  'cyclesPerFrame',
  'cyclesPerByte',
  'latencyP50',
  'latencyP99',
  'lossRate',
  'ioExits',
];

/**
 * Runs a workload at each value of one option on each path: `sweep({ over: { frame: [64, 1514] } })`. The
 * points are shown as they come. They are the same however many workers run them.
 * @throws UsageError before anything runs, for what cannot be
 */
export async function sweep(options: SweepOptions): Promise<SweepReport> {
  const { over, ...rest } = options;
  if (over === undefined)
    throw new UsageError('sweep: say what it goes over, as in over: { frame: [64, 512, 1514] }');
  return run('run', over, { figure: 'throughputGbps', ...rest });
}

/**
 * The highest load of each path at which every frame arrives as fast as it is offered, found by bisection
 * (RFC 2544, section 26.1), to within two per cent; with `over`, at each value of an option.
 * @throws UsageError before anything runs, for what cannot be
 */
export async function highestLossFree(
  options: Omit<SweepOptions, 'over' | 'load'> & { over?: Omit<SweepOver, 'load'> } = {},
): Promise<SweepReport> {
  const { over, ...rest } = options;
  if ('load' in options || (over !== undefined && 'load' in over))
    throw new UsageError('highestLossFree searches the load: do not give one');
  return run('loss-free', over, { figure: 'framesPerSecond', ...rest });
}

type RunOptions = Omit<SweepOptions, 'over' | 'figure'> & { figure: SweepFigure };

async function run(
  find: Task['find'],
  over: SweepOver | undefined,
  { title, figure, live = true, ...options }: RunOptions,
): Promise<SweepReport> {
  if (!FIGURES.includes(figure))
    throw new UsageError(`figure: '${String(figure)}' is not one of ${FIGURES.join(', ')}`);
  const plan = planSweep(over, options, find);
  const { option, values, config } = plan;
  const listener = live ? sessionProgress() : undefined;
  const report: SweepReport = {
    kind: 'sweep',
    ...(title !== undefined && { title }),
    ...(listener && { id: listener.id }),
    find,
    over: { option, values },
    config,
    figure,
    points: [],
  };
  listener?.tell({ id: listener.id, sweep: report });
  const points = await pointsOf(plan, (point) => listener?.tell({ id: listener.id, point }));
  return { ...report, points };
}

async function pointsOf(
  { values, tasks }: SweepPlan,
  show: (point: SweepPoint) => void,
): Promise<SweepPoint[]> {
  const points: SweepPoint[] = [];
  const paths = tasks.length / values.length;
  // The last path of a value first: paths are named from the slowest on, and something is to be seen soon.
  const order = tasks.map((_, i) => i + paths - 1 - 2 * (i % paths));
  const inOrder = order.map((index) => tasks[index]);
  await runTasks(inOrder, (at, result) => {
    const index = order[at];
    const point = { value: values[Math.floor(index / paths)], path: tasks[index].path, ...result };
    points[index] = point;
    show(point);
  });
  return points;
}
