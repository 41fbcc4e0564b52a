import type { Task, VirtualProcessor } from './virtual-processor.ts';

/** Tasks that wait for a processor, first in first out, in a ring that grows and never shrinks. */
export class TaskQueue {
  #tasks: (Task | undefined)[] = new Array(16);
  #args = new Float64Array(16);
  #times = new Float64Array(16);
  #head = 0;
  #size = 0;

  /** When the first one may run, in picoseconds; Infinity when there is none. */
  get readyAt(): number {
    return this.#size === 0 ? Infinity : this.#times[this.#head];
  }

  push(task: Task, arg: number, at: number): void {
    if (this.#size === this.#tasks.length) this.#grow();
    const tail = (this.#head + this.#size++) & (this.#tasks.length - 1);
    this.#tasks[tail] = task;
    this.#args[tail] = arg;
    this.#times[tail] = at;
  }

  /** Runs the first task on `processor`. */
  runNext(processor: VirtualProcessor): void {
    if (this.#size === 0) return;
    const at = this.#head;
    const task = this.#tasks[at];
    this.#tasks[at] = undefined;
    this.#head = (at + 1) & (this.#tasks.length - 1);
    this.#size--;
    if (task === undefined) return;
    if (processor.tracing) runAtPlace(task, processor, this.#args[at]);
    else task.run(processor, this.#args[at]);
  }

  #grow(): void {
    const capacity = this.#tasks.length * 2;
    const tasks: (Task | undefined)[] = new Array(capacity);
    const args = new Float64Array(capacity);
    const times = new Float64Array(capacity);
    for (let i = 0; i < this.#size; i++) {
      const from = (this.#head + i) & (this.#tasks.length - 1);
      tasks[i] = this.#tasks[from];
      args[i] = this.#args[from];
      times[i] = this.#times[from];
    }
    this.#tasks = tasks;
    this.#args = args;
    this.#times = times;
    this.#head = 0;
  }
}

/** Nobody but the trace asks where a task works. */
function runAtPlace(task: Task, processor: VirtualProcessor, arg: number): void {
  const { lp } = processor;
  const before = lp.place;
  lp.place = task.place ?? before;
  task.run(processor, arg);
  lp.place = before;
}
