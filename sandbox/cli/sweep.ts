import { parseArgs } from 'node:util';
import { beginSession, endSession } from '../lab/session.ts';
import type { SweepOver } from '../lab/sweep/points.ts';
import type { SweepProgress, SweepReport } from '../lab/sweep/report.ts';
import { highestLossFree, type SweepOptions, sweep } from '../lab/sweep/sweep.ts';
import { UsageError } from '../lab/usage.ts';
import { COMPARE_OPTIONS, refuseUnknown, toCompareOptions, toNumber } from './options.ts';
import { MOST_THREADS, USUAL_THREADS, WorkerThreads } from './pool/worker-threads.ts';
import { sweepHead, sweepLine } from './print-sweep.ts';

/**
 * `lab sweep`: a workload at each value of one option, on threads; each point is a line as soon as it is
 * there. `--loss-free` searches the highest load without loss instead. Ctrl-C keeps what came.
 */
export async function sweepCommand(args: string[]): Promise<number> {
  const options = {
    ...COMPARE_OPTIONS,
    over: { type: 'string' },
    'loss-free': { type: 'boolean' },
    workers: { type: 'string' },
    json: { type: 'boolean' },
  } as const;
  refuseUnknown(args, Object.keys(options));
  const { values } = parseArgs({ args, options, allowPositionals: false });
  const { over, 'loss-free': lossFree, workers, json, ...words } = values;
  const given = { ...toCompareOptions(words), ...(over !== undefined && { over: toOver(over) }) };
  const run = () => (lossFree === true ? highestLossFree(given) : sweep(given as SweepOptions));
  return withThreads(toThreads(workers), run, json === true);
}

/** Runs a sweep on `size` threads and prints it. */
async function withThreads(
  size: number,
  run: () => Promise<SweepReport>,
  json: boolean,
): Promise<number> {
  const pool = new WorkerThreads(size);
  const came = new Came(!json);
  let interrupted = false;
  const interrupt = (): void => {
    interrupted = true;
    void pool.end();
  };
  process.once('SIGINT', interrupt);
  beginSession({ knobs: {}, emit: () => {}, pool, progress: (part) => came.take(part) });
  try {
    const report = await run();
    if (json) console.log(toJson(report));
    return 0;
  } catch (error) {
    if (!interrupted) throw error;
    if (json) console.log(toJson(came.soFar));
    else console.log('stopped');
    return 130;
  } finally {
    process.off('SIGINT', interrupt);
    endSession();
    await pool.end();
  }
}

/** What has come of a sweep. */
class Came {
  #print: boolean;
  #sweep: SweepReport | undefined;

  constructor(print: boolean) {
    this.#print = print;
  }

  take(part: SweepProgress): void {
    if ('sweep' in part) {
      this.#sweep = { ...part.sweep, points: [] };
      if (this.#print) console.log(sweepHead(this.#sweep));
    } else if (this.#sweep) {
      this.#sweep.points.push(part.point);
      if (this.#print) console.log(sweepLine(this.#sweep, part.point));
    }
  }

  get soFar(): SweepReport | undefined {
    return this.#sweep;
  }
}

function toJson(report: SweepReport | undefined): string {
  if (report === undefined) return '{}';
  const { find, over, config, points } = report;
  return JSON.stringify({ find, over, config, points }, null, 2);
}

/** `frame=64,512`: an option of `compare` with its values. */
function toOver(words: string): SweepOver {
  const [, option, list] = /^([\w-]+)=(.+)$/.exec(words) ?? [];
  if (option === undefined || !Object.hasOwn(COMPARE_OPTIONS, option) || option === 'paths')
    throw new UsageError(
      `--over: '${words}' is not an option of compare and its values, as in frame=64,512,1514`,
    );
  const values = list
    .split(',')
    .map((word) => Object.entries(toCompareOptions({ [option]: word }))[0]);
  return { [values[0][0]]: values.map(([, value]) => value) };
}

function toThreads(word: string | undefined): number {
  if (word === undefined) return USUAL_THREADS;
  const threads = toNumber('workers', word);
  if (Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS) return threads;
  throw new UsageError(`--workers: ${word} is not a whole number from 1 to ${MOST_THREADS}`);
}
