import type { NicFunction } from '../devices/sriov-nic/function.ts';
import { REG_RXCSUM, RXCSUM_IP, RXCSUM_L4 } from '../devices/sriov-nic/offload-spec.ts';
import type { ScatterList } from '../memory/scatter-list.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import type { PfClient, PfQueue } from './pf-driver.ts';
import type { SwitchPort } from './virtual-switch.ts';

/** The external port: a frame leaves on the queue of the processor that sends it. */
export class ExternalPort implements SwitchPort {
  #queues: PfQueue[] = [];
  #completesFrames = true;

  add(queue: PfQueue): void {
    this.#queues.push(queue);
  }

  /** Whether the driver lets the NIC fill checksums in and cut segments; the switch does both otherwise. */
  get completesFrames(): boolean {
    return this.#completesFrames;
  }

  /** For a NIC that neither fills checksums in nor cuts segments. */
  leaveFramesToSwitch(): void {
    this.#completesFrames = false;
    for (const queue of this.#queues) queue.expectSegments();
  }

  /** Has the NIC check the checksums of received frames: a register of the physical function. */
  checkReceived(nicFunction: NicFunction): void {
    nicFunction.write(REG_RXCSUM, RXCSUM_IP | RXCSUM_L4, 0);
    for (const queue of this.#queues) queue.checkReceived();
  }

  /** Has received segments coalesced in software, which takes their checksums checked by the NIC. */
  coalesceReceived(nicFunction: NicFunction): void {
    this.checkReceived(nicFunction);
    for (const queue of this.#queues) queue.coalesce();
  }

  /** Adds a client of every queue: a frame for it can come in on any of them. */
  addClient(client: PfClient): void {
    for (const queue of this.#queues) queue.addClient(client);
  }

  removeClient(client: PfClient): void {
    for (const queue of this.#queues) queue.removeClient(client);
  }

  /** The queue pair on `processor`. */
  queueOf(processor: VirtualProcessor): PfQueue {
    for (const queue of this.#queues) if (queue.processor === processor) return queue;
    return this.#queues[0];
  }

  deliver(processor: VirtualProcessor, frame: ScatterList): boolean {
    return this.queueOf(processor).deliver(processor, frame);
  }
}
