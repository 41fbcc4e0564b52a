import type { ScatterList } from '../../memory/scatter-list.ts';
import type { VirtualProcessor } from '../../partition/virtual-processor.ts';
import type { NetDevice, StackEntry } from '../net-device.ts';
import type { FrameTask } from '../offload-device.ts';

/** A virtual function's network device, as the driver of its synthetic adapter uses it. */
export interface VfNetDevice extends NetDevice {
  /** The number under which its bus has it: that of VF_ASSOCIATION. */
  readonly serial: number;
  /** Its address, 6 bytes. */
  readonly macAddress: Uint8Array;
  readonly linkUp: boolean;
  /** Told when the link comes or goes. */
  onLink: () => void;
  /** Brings it up: from then on its link may come. */
  open(): void;
  /**
   * `then` is called when what was given to it is sent. Its frames may not be in a ring any more when the
   * root moves its address away: the switch in the NIC would stop them as forged.
   */
  drain?(then: () => void): void;
  /** Takes it down. `then` is called when what was given to it is sent, and what it had got is taken. */
  close(then: () => void): void;
}

/** Counts of one path. */
export interface PathCounts {
  sent: number;
  received: number;
}

/** What one device under a failover calls: passes frames on, and room where the stack waits for it there. */
export class FailoverPort implements StackEntry {
  readonly device: NetDevice;
  readonly counts: PathCounts;
  /** Queues on which this device had no buffer when the stack wanted one. */
  readonly starved = new Set<number>();
  #stack: () => StackEntry | undefined;

  constructor(device: NetDevice, counts: PathCounts, stack: () => StackEntry | undefined) {
    this.device = device;
    this.counts = counts;
    this.#stack = stack;
    device.stack = this;
  }

  claim(queue: number): number {
    const at = this.device.claim(queue);
    if (at < 0) this.starved.add(queue);
    return at;
  }

  send(queue: number, length: number, more: boolean): void {
    this.counts.sent++;
    this.device.send(queue, length, more);
  }

  sendUnfinished(queue: number, length: number, more: boolean, task: FrameTask): void {
    this.counts.sent++;
    this.device.sendUnfinished?.(queue, length, more, task);
  }

  received(processor: VirtualProcessor, gpa: number, length: number, verified?: boolean): void {
    this.counts.received++;
    this.#stack()?.received(processor, gpa, length, verified);
  }

  receivedLong(processor: VirtualProcessor, pieces: ScatterList): void {
    this.counts.received++;
    this.#stack()?.receivedLong?.(processor, pieces);
  }

  polled(processor: VirtualProcessor): void {
    this.#stack()?.polled?.(processor);
  }

  room(processor: VirtualProcessor, queue: number): void {
    if (this.starved.delete(queue)) this.#stack()?.room(processor, queue);
  }
}
