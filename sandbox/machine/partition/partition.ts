import type { VirtualProcessor } from './virtual-processor.ts';

/** A partition as the hypervisor knows it: an id, and processors by index. */
export class Partition {
  readonly id: number;
  readonly processors: VirtualProcessor[] = [];

  constructor(id: number) {
    this.id = id;
  }

  /** Adds a processor; it gets the next index. */
  add(processor: VirtualProcessor): void {
    processor.partitionId = this.id;
    processor.index = this.processors.length;
    this.processors.push(processor);
  }
}
