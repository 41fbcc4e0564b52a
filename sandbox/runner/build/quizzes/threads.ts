import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { QuizEntry } from '../../quiz.ts';

/** A question, compiled as a cell is. */
export interface Work {
  code: string;
}
export type Done = { entry: QuizEntry; error?: undefined } | { error: string };

const MOST_SECONDS = 60;
const MOST_THREADS = 8;

/** Judges the questions on as many threads as there are processors; the answers come in the order of `codes`. */
export async function judgeAll(
  lab: string,
  codes: readonly string[],
  seconds = MOST_SECONDS,
): Promise<Done[]> {
  const done: Done[] = [];
  const waiting = [...codes.entries()];
  const thread = async (): Promise<void> => {
    let worker: Worker | undefined;
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      worker ??= await start(lab);
      const [index, code] = next;
      const answer = await ask(worker, code, seconds);
      done[index] = answer ?? { error: `not over after ${seconds} s` };
      if (answer) continue;
      await worker.terminate();
      worker = undefined;
    }
    await worker?.terminate();
  };
  const threads = Math.min(availableParallelism(), MOST_THREADS, codes.length);
  await Promise.all(Array.from({ length: threads }, thread));
  return done;
}

/** A thread that has evaluated the lab: its first message says so, and only then does time count. */
async function start(lab: string): Promise<Worker> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { lab } });
  await once(worker, 'message');
  return worker;
}

/** Undefined when the question does not come to an end. */
function ask(worker: Worker, code: string, seconds: number): Promise<Done | undefined> {
  return new Promise((resolve, reject) => {
    const end = (answer?: Done): void => {
      clearTimeout(timer);
      worker.off('message', end).off('error', fail);
      resolve(answer);
    };
    const fail = (error: Error): void => {
      reject(error);
      end();
    };
    const timer = setTimeout(end, seconds * 1000);
    worker.once('message', end).once('error', fail);
    worker.postMessage({ code } satisfies Work);
  });
}
