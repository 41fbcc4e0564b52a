import type { GuestCode } from '../partition/virtual-processor.ts';
import type { Channel } from '../vmbus/channel.ts';
import { NetVsc } from './netvsc/driver.ts';
import type { FrameTask } from './offload-device.ts';

/** The ports of an adapter whose doorbell and state are registers; this model's choice. */
export const REGISTER_PORTS = 0xf100;
export const REGISTER_COUNT = 8;
/** Register 0 is the doorbell: a write says that the ring is not empty. Register 1 is a status. */
export const DOORBELL_PORT = REGISTER_PORTS;
const STATUS_PORT = REGISTER_PORTS + 4;

/**
 * The guest's driver of a VMBus adapter that has registers, as a chip has: for each frame it writes the
 * doorbell, and reads and acknowledges a status as often as `accesses` says. Each access traps.
 */
export class RegisterNetVsc extends NetVsc {
  accesses = 1;

  override send(queue: number, length: number, more: boolean): void {
    super.send(queue, length, more);
    this.#ring(queue);
  }

  override sendUnfinished(queue: number, length: number, more: boolean, task: FrameTask): void {
    super.sendUnfinished(queue, length, more, task);
    this.#ring(queue);
  }

  /**
   * The ring says that the root must be told. For a frame the doorbell does that, which follows in any case;
   * while there are none, a hypercall.
   */
  override signal(channel: Channel): void {
    if (this.state !== 'running') super.signal(channel);
  }

  #ring(queue: number): void {
    const processor = this.processorOf(queue);
    processor.start(this.#touch(queue), processor.local);
  }

  *#touch(queue: number): GuestCode {
    const { access } = this.processorOf(queue);
    for (let i = 0; i < this.accesses; i++) {
      access.port = i === 0 ? DOORBELL_PORT : STATUS_PORT;
      access.size = 4;
      access.write = i % 2 === 0;
      access.value = queue;
      yield;
    }
  }
}
