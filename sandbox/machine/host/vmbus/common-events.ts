import type { GuestMemory } from '../../memory/guest-memory.ts';
import type { Hypervisor } from '../../partition/hypervisor.ts';
import { PORT_EVENT } from '../../partition/ports.ts';
import { SINT_VMBUS } from '../../partition/synic-spec.ts';
import type { VirtualProcessor } from '../../partition/virtual-processor.ts';
import type { Channel, ChannelEnd } from '../../vmbus/channel.ts';
import { CONNECTION_EVENT } from '../../vmbus/channel-messages.ts';
import { InterruptPage, TO_HOST } from '../../vmbus/interrupt-page.ts';
import type { CommonSignals, FlagOwner, VmbusInterrupts } from '../../vmbus/interrupts.ts';

/** Ports for common events stand above those of channels and below those for messages. */
const PORTS = 0x400000;

/**
 * One guest's signals in the first version of the protocol (0.13): one connection for the events of every
 * channel, and the upper half of the interrupt page says which ones are meant.
 */
export class CommonEvents implements CommonSignals, FlagOwner, ChannelEnd {
  readonly rootEnd = this;
  #hypervisor: Hypervisor;
  #root: VirtualProcessor;
  #interrupts: VmbusInterrupts;
  #child: number;
  #page: InterruptPage;
  #flag: number;
  #channels = new Map<number, Channel>();

  /**
   * @param interrupts those of `root`, the processor that takes the events
   * @param interruptPage guest-physical address, as the guest gave it
   */
  constructor(
    hypervisor: Hypervisor,
    root: VirtualProcessor,
    interrupts: VmbusInterrupts,
    guest: { id: number; memory: GuestMemory; interruptPage: number },
  ) {
    this.#hypervisor = hypervisor;
    this.#root = root;
    this.#interrupts = interrupts;
    this.#child = guest.id;
    this.#page = new InterruptPage(guest.memory, guest.interruptPage);
    const flag = interrupts.freeFlag;
    this.#flag = flag;
    if (flag === 0) return;
    const port = PORTS + guest.id;
    const place = { type: PORT_EVENT, sint: SINT_VMBUS, vp: root.index };
    const info = { ...place, baseFlag: flag, flagCount: 1 };
    hypervisor.createPort(root, root.partitionId, port, guest.id, info);
    hypervisor.connectPort(root, guest.id, CONNECTION_EVENT, root.partitionId, port);
    interrupts.add(flag, this);
  }

  add(channel: Channel): void {
    this.#channels.set(channel.relid, channel);
  }

  remove(channel: Channel): void {
    this.#channels.delete(channel.relid);
  }

  /** Some channel is meant: the page says which. */
  signalled(processor: VirtualProcessor): void {
    this.#page.take(TO_HOST, (relid) => this.#channels.get(relid)?.rootEnd?.signalled(processor));
  }

  /** The contact is over. */
  close(): void {
    if (this.#flag === 0) return;
    this.#hypervisor.disconnectPort(this.#root, this.#child, CONNECTION_EVENT);
    this.#hypervisor.deletePort(this.#root, this.#root.partitionId, PORTS + this.#child);
    this.#interrupts.remove(this.#flag);
  }
}
