import { Worker } from 'node:worker_threads';
import type { Answer, Task } from './lesson-worker.ts';

/** What the proofs of lessons have in common: their shape, and a thread for the code of a lesson. */

const MOST_SECONDS = 60;

export interface Proof {
  name: string;
  /** Resolves to what was seen. Rejects with what is wrong. */
  run(): Promise<string>;
}

export const wrong = (why: string): never => {
  throw new Error(why);
};

/** Does a task in a thread of its own, so that an endless loop ends. */
export function work(task: Task): Promise<Answer> {
  return new Promise((done, fail) => {
    const worker = new Worker(new URL('./lesson-worker.ts', import.meta.url), { workerData: task });
    const timer = setTimeout(() => {
      fail(new Error(`not over after ${MOST_SECONDS} s`));
      void worker.terminate();
    }, MOST_SECONDS * 1000);
    worker.on('message', done);
    worker.on('error', fail);
    worker.on('exit', () => {
      clearTimeout(timer);
      fail(new Error('ended without an answer'));
    });
  });
}
