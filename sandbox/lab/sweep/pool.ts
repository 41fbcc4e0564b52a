import { sessionPool } from '../session.ts';
import { runTask, type Task, type TaskResult } from './task.ts';

/**
 * Does `tasks` on the session's pool, or one after another where there is none, and says of each when it is
 * done. After a failure no other is begun.
 * @throws what a task threw
 */
export async function runTasks(
  tasks: readonly Task[],
  done: (index: number, result: TaskResult) => void,
): Promise<void> {
  const pool = sessionPool();
  let next = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    while (next < tasks.length && !failed) {
      const index = next++;
      try {
        const task = tasks[index];
        done(index, pool ? ((await pool.run(task)) as TaskResult) : runTask(task));
      } catch (error) {
        failed = true;
        throw error;
      }
      // Without a pool nothing else would get its turn.
      if (!pool) await Promise.resolve();
    }
  };
  await Promise.all(Array.from({ length: Math.min(pool?.size ?? 1, tasks.length) }, work));
}
