import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { Expectation, Report } from '../sandbox/lab/report.ts';
import { beginSession, endSession } from '../sandbox/lab/session.ts';

/** Runs one cell, or one version of an exercise under its check, as a reader's worker does. */

export type Task =
  | { kind: 'cell'; file: string }
  | { kind: 'exercise'; work: string; check: string };
export type Answer =
  | { kind: 'cell'; reports: string[] }
  | { kind: 'exercise'; expectations: Expectation[] };

interface Check {
  measure(work: unknown): Promise<unknown>;
  judge(evidence: unknown): Expectation[];
}

const load = (file: string): Promise<unknown> => import(pathToFileURL(file).href);

/** Kinds of what a cell shows and returns; each must survive the way from the worker to the page. */
async function runCell(file: string): Promise<string[]> {
  const shown: Report[] = [];
  beginSession({ knobs: {}, emit: (report) => shown.push(report) });
  const { default: returned } = (await load(file)) as { default?: unknown };
  endSession();
  const all = [...shown, ...(Array.isArray(returned) ? returned : [returned])];
  return all
    .filter((one) => one !== undefined)
    .map((one) => {
      const copy = structuredClone(one) as Report | string;
      const kind = typeof copy === 'string' ? 'text' : copy?.kind;
      if (typeof kind !== 'string') throw new Error('shows something that is no report');
      return kind;
    });
}

async function runExercise(work: string, check: string): Promise<Expectation[]> {
  const { measure, judge } = (await load(check)) as Check;
  beginSession({ knobs: {}, emit: () => {} });
  const evidence = await measure(await load(work));
  endSession();
  return judge(structuredClone(evidence));
}

const task = workerData as Task;
const answer: Answer =
  task.kind === 'cell'
    ? { kind: 'cell', reports: await runCell(task.file) }
    : { kind: 'exercise', expectations: await runExercise(task.work, task.check) };
parentPort?.postMessage(answer);
