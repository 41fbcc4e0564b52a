import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { Expectation, KnobSpec, Report } from '../sandbox/lab/report.ts';
import type { KnobValues } from '../sandbox/lab/session.ts';
import * as session from '../sandbox/lab/session.ts';

/** Runs one cell, or one version of an exercise under its check, as a reader's worker does. */

/**
 * Without `lab`, `cell`, `work` and `check` are paths, and run as they are written, with all of the lab's
 * files. With the script of a built lab they are compiled code, which runs with that.
 */
export type Task =
  | { kind: 'cell'; cell: string; lab?: string; knobs?: KnobValues }
  | { kind: 'exercise'; work: string; check: string; seed: number; lab?: string };
export type Answer =
  | { kind: 'cell'; reports: Report[]; knobs: KnobSpec[] }
  | { kind: 'exercise'; expectations: Expectation[] };

interface Check {
  measure(work: unknown, seed: number): Promise<unknown>;
  judge(evidence: unknown, seed: number): Expectation[] | Promise<Expectation[]>;
}

/** A lab, and how to evaluate code that imports it. */
interface Place {
  session: Pick<typeof session, 'beginSession' | 'endSession'>;
  load(what: string): Promise<unknown>;
}

const asWritten: Place = { session, load: (file) => import(pathToFileURL(file).href) };

function asBuilt(script: string): Place {
  const lab: Place['session'] & { face: unknown } = new Function(
    `${script}\nreturn TwoCheckboxesLab;`,
  )();
  const Body = Object.getPrototypeOf(async () => {}).constructor;
  const load = async (code: string): Promise<unknown> => {
    let exports: unknown;
    const finish = (found: unknown): void => {
      exports = found;
    };
    await new Body('__lab', '__open', '__finish', code)(lab.face, () => {}, finish);
    return exports;
  };
  return { session: lab, load };
}

/** What a cell shows and returns; each must survive the way from the worker to the page. */
async function runCell(
  { session, load }: Place,
  cell: string,
  knobs: KnobValues = {},
): Promise<Answer> {
  const shown: Report[] = [];
  session.beginSession({ knobs, emit: (report) => shown.push(report) });
  const { default: returned } = (await load(cell)) as { default?: unknown };
  const { knobs: asked } = session.endSession();
  const all = [...shown, ...(Array.isArray(returned) ? returned : [returned])];
  const reports = all
    .filter((one) => one !== undefined)
    .map((one): Report => {
      const copy = structuredClone(one) as Report | string;
      if (typeof copy === 'string') return { kind: 'text', text: copy };
      if (typeof copy?.kind !== 'string') throw new Error('shows something that is no report');
      return copy;
    });
  return { kind: 'cell', reports, knobs: asked };
}

async function runExercise(
  { session, load }: Place,
  { work, check, seed }: Extract<Task, { kind: 'exercise' }>,
): Promise<Answer> {
  const { measure, judge } = (await load(check)) as Check;
  session.beginSession({ knobs: {}, emit: () => {} });
  const evidence = await measure(await load(work), seed);
  session.endSession();
  return { kind: 'exercise', expectations: await judge(structuredClone(evidence), seed) };
}

const task = workerData as Task;
const place = task.lab === undefined ? asWritten : asBuilt(task.lab);
const answer: Answer =
  task.kind === 'cell'
    ? await runCell(place, task.cell, task.knobs)
    : await runExercise(place, task);
parentPort?.postMessage(answer);
