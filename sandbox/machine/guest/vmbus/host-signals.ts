import type { GuestMemory } from '../../memory/guest-memory.ts';
import type { Hypervisor } from '../../partition/hypervisor.ts';
import type { Partition } from '../../partition/partition.ts';
import type { VirtualProcessor } from '../../partition/virtual-processor.ts';
import { CONNECTION_EVENT } from '../../vmbus/channel-messages.ts';
import { InterruptPage, TO_HOST } from '../../vmbus/interrupt-page.ts';
import type { Offer } from '../../vmbus/offer.ts';
import { hasChannelConnections } from '../../vmbus/versions.ts';
import type { VmbusConnection } from './connection.ts';

/**
 * How a guest tells the host that a ring is not empty any more. The root's offer says what there is: a
 * trigger of the monitor page, a connection, whether the interrupt is the channel's own. The guest's driver
 * may refuse the trigger for a channel of low latency; no driver of Linux 6.12 does (facts, section 3).
 */
export class HostSignals {
  #hypervisor: Hypervisor;
  #partition: Partition;
  #connection: VmbusConnection;
  #page: InterruptPage;

  /** @param partition that of the guest, whose second monitor page the hypervisor looks at */
  constructor(
    hypervisor: Hypervisor,
    partition: Partition,
    memory: GuestMemory,
    connection: VmbusConnection,
  ) {
    this.#hypervisor = hypervisor;
    this.#partition = partition;
    this.#connection = connection;
    this.#page = new InterruptPage(memory, connection.pages.interrupt);
  }

  /**
   * With a trigger: two bits in memory, and the hypervisor makes the signal when it looks next. Without: the
   * hypercall, after the bit in the interrupt page where several channels share a connection.
   */
  signal(processor: VirtualProcessor, offer: Offer, lowLatency: boolean): void {
    const { relid, monitorId, connectionId, dedicatedInterrupt } = offer;
    if (monitorId !== undefined && !lowLatency) {
      this.#page.set(TO_HOST, relid);
      this.#partition.monitor?.trigger(monitorId, processor.local);
      return;
    }
    const own = hasChannelConnections(this.#connection.version);
    if (!own || !dedicatedInterrupt) this.#page.set(TO_HOST, relid);
    this.#hypervisor.signalEvent(processor, own ? connectionId : CONNECTION_EVENT, 0);
  }
}
