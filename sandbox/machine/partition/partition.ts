import type { GuestMemory } from '../memory/guest-memory.ts';
import type { MonitorPage } from './monitor.ts';
import type { Port } from './ports.ts';
import type { VirtualProcessor } from './virtual-processor.ts';

/** A partition as the hypervisor knows it: an id, and processors by index. */
export class Partition {
  readonly id: number;
  readonly processors: VirtualProcessor[] = [];
  /** Its memory; a root's is the host's. */
  readonly memory: GuestMemory | undefined;
  /** Ports that it owns, by id. */
  readonly ports = new Map<number, Port>();
  /** Ports that it can send to, by connection id. */
  readonly connections = new Map<number, Port>();
  /** Its page of monitored notifications, when it has one. */
  monitor: MonitorPage | undefined;

  constructor(id: number, memory?: GuestMemory) {
    this.id = id;
    this.memory = memory;
  }

  /** Adds a processor; it gets the next index. */
  add(processor: VirtualProcessor): void {
    processor.partitionId = this.id;
    processor.index = this.processors.length;
    this.processors.push(processor);
  }
}
