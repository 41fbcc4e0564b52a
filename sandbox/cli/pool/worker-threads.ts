import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { TaskPool } from '../../lab/session.ts';
import { UsageError } from '../../lab/usage.ts';
import type { Answer } from './pool-worker.ts';

/** Threads that a pool has when nothing else is said: as many as there are processors. */
export const USUAL_THREADS = availableParallelism();
export const MOST_THREADS = 64;

/** One thread and the task that it has. */
class Thread {
  #worker = new Worker(new URL('./pool-worker.ts', import.meta.url));
  #answered: ((answer: Answer) => void) | undefined;

  constructor() {
    this.#worker.on('message', (answer: Answer) => this.#answered?.(answer));
    this.#worker.on('error', (error) => this.#answered?.({ error }));
    // Alone it does not keep the process going.
    this.#worker.unref();
  }

  async run(task: unknown): Promise<unknown> {
    this.#worker.ref();
    const answer = await new Promise<Answer>((resolve) => {
      this.#answered = resolve;
      this.#worker.postMessage(task);
    });
    this.#worker.unref();
    if ('result' in answer) return answer.result;
    throw answer.usage === undefined ? answer.error : new UsageError(answer.usage);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
    this.#answered?.({ error: new Error('the pool was ended') });
  }
}

/** Threads of this process that do tasks of the lab. They start with the first task that needs them. */
export class WorkerThreads implements TaskPool {
  readonly size: number;
  #idle: Thread[] = [];
  #all: Thread[] = [];
  #waiting: ((thread: Thread) => void)[] = [];

  /** @param size threads at most, from 1 to MOST_THREADS */
  constructor(size: number) {
    this.size = size;
  }

  async run(task: unknown): Promise<unknown> {
    const thread = await this.#thread();
    try {
      return await thread.run(task);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(thread);
      else this.#idle.push(thread);
    }
  }

  /** Ends every thread, whatever it is doing. */
  async end(): Promise<void> {
    await Promise.all(this.#all.map((thread) => thread.end()));
  }

  #thread(): Promise<Thread> | Thread {
    const idle = this.#idle.pop();
    if (idle) return idle;
    if (this.#all.length === this.size)
      return new Promise((resolve) => this.#waiting.push(resolve));
    const thread = new Thread();
    this.#all.push(thread);
    return thread;
  }
}
