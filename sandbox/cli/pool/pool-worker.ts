import { parentPort } from 'node:worker_threads';
import { runTask, type Task } from '../../lab/sweep/task.ts';
import { UsageError } from '../../lab/usage.ts';

/** Does the tasks that its thread is sent, one at a time, and answers each. */

/** What a thread answers: the result, or words of what was thrown; `usage` when it was asked wrongly. */
export type Answer = { result: unknown } | { error: unknown; usage?: string };

parentPort?.on('message', (task: Task) => {
  parentPort?.postMessage(answer(task));
});

function answer(task: Task): Answer {
  try {
    return { result: runTask(task) };
  } catch (error) {
    return error instanceof UsageError ? { error, usage: error.message } : { error };
  }
}
