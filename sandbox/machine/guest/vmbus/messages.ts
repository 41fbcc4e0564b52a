import type { GuestMemory } from '../../memory/guest-memory.ts';
import { type HostMemory, PAGE_SIZE } from '../../memory/host-memory.ts';
import type { Hypervisor } from '../../partition/hypervisor.ts';
import type { VirtualProcessor } from '../../partition/virtual-processor.ts';
import { takeMessage } from '../../vmbus/message-slot.ts';
import { Outbox, type Outgoing } from '../../vmbus/outbox.ts';
import { postMessage } from '../../vmbus/post-message.ts';
import type { MessagePoster, VmbusConnection } from './connection.ts';

/** Messages of a guest that may wait: the longest lists have 293, and there may be some of them. */
const OUTBOX = 4096;

/** The guest's side of messages: posts by hypercall, and takes out of the slot what comes. */
export class GuestMessageService implements MessagePoster {
  readonly outbox: Outbox;
  #memory: HostMemory;
  #connection: VmbusConnection | undefined;

  /** @param memory the guest's: SIM pages are overlays over it */
  constructor(hypervisor: Hypervisor, memory: GuestMemory, processor: VirtualProcessor) {
    this.#memory = memory.host;
    const address = memory.allocate(PAGE_SIZE);
    const write = (bytes: Uint8Array) => memory.writeFrom(address, bytes, 0, bytes.length);
    const page = { address, write };
    const post = (message: Outgoing) => postMessage(hypervisor, processor, page, message);
    this.outbox = new Outbox(processor, post, OUTBOX);
  }

  serve(connection: VmbusConnection): void {
    this.#connection = connection;
  }

  post(connectionId: number, messageType: number, payload: Uint8Array): void {
    this.outbox.send({ connectionId, messageType, payload });
  }

  /** Takes what lies in the slot of a processor of the guest. */
  take(processor: VirtualProcessor): void {
    const message = takeMessage(this.#memory, processor);
    if (message !== undefined) this.#connection?.received(message.payload);
  }
}
