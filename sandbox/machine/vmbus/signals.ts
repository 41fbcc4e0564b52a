import type { Hypervisor } from '../partition/hypervisor.ts';
import { SINT_VMBUS } from '../partition/synic-spec.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import type { Channel } from './channel.ts';
import { TO_GUEST } from './interrupt-page.ts';
import { PAGE_FLAG } from './interrupts.ts';

/**
 * The root tells the guest that a ring of `channel` is not empty any more: by the event flag that has the
 * channel's number, or, before version 2.4, by a bit of the interrupt page and the flag of that page. A bit
 * that the guest has not taken yet is signalled already.
 */
export function signalGuest(
  hypervisor: Hypervisor,
  processor: VirtualProcessor,
  channel: Channel,
): void {
  const { interruptPage, relid, guestProcessor } = channel;
  const { partitionId, index } = guestProcessor;
  if (interruptPage === undefined)
    hypervisor.signalEventDirect(processor, partitionId, index, SINT_VMBUS, relid);
  else if (interruptPage.set(TO_GUEST, relid))
    hypervisor.signalEventDirect(processor, partitionId, index, SINT_VMBUS, PAGE_FLAG);
}
