import type { InterruptService, VirtualProcessor } from '../partition/virtual-processor.ts';
import type { WorkerProcess } from './worker-process.ts';

/** The root kernel's service of intercept messages: wakes the thread of whichever worker has one. */
export class InterceptMessages implements InterruptService {
  #workers: WorkerProcess[] = [];

  add(worker: WorkerProcess): void {
    this.#workers.push(worker);
  }

  interrupt(processor: VirtualProcessor): undefined {
    for (const worker of this.#workers) worker.interrupt(processor);
    return undefined;
  }
}
