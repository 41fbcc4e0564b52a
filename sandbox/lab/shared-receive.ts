import type { NetVsp } from '../machine/host/netvsp/provider.ts';
import { PF_VECTOR, PfQueue, RX_ENTRIES } from '../machine/host/pf-driver.ts';
import type { MacAddress } from '../machine/net/frame.ts';
import { RNDIS_HEADER } from '../machine/vmbus/rndis.ts';
import { type HyperVHost, PHYSICAL_FUNCTION } from './host.ts';
import type { SyntheticVariant } from './synthetic-variant.ts';
import { UsageError } from './usage.ts';
import type { VirtualMachine } from './virtual-machine.ts';
import type { VMSwitch } from './vm-switch.ts';

/** Distance of two receive sections: what a buffer of the queue takes. */
export const SHARED_SECTION = 2048;
/** Sections beside the queue's buffers, for frames that do not come from the NIC. */
const OWN_SECTIONS = 128;

/**
 * Received frames without the copy: a queue of the NIC whose buffers are the guest's own receive sections,
 * as VMQ on Windows Server 2008 R2 could have them (that one kept the head of a frame in the root). The
 * guest sees a frame before the switch does. The ring goes round after 512 frames; a receiver's window
 * must be smaller, because a buffer goes back to the NIC before the guest is through with it.
 */
export function sharesReceive(variant: SyntheticVariant | undefined): boolean {
  return variant?.copies?.receivedFrames === false;
}

/** Queue pairs of the physical function: with such queues one more for each machine. */
export function queuesFor(
  variant: SyntheticVariant | undefined,
  rootCores: number,
  machines: number,
): number | undefined {
  return sharesReceive(variant) ? rootCores + machines : undefined;
}

/** Bytes of the receive buffer of an adapter with such a queue. */
export const SHARED_RECEIVE_BYTES = (RX_ENTRIES + OWN_SECTIONS) * SHARED_SECTION;

/**
 * Sets the queue up and sends the adapter's frames there, as soon as the guest has shared its buffer.
 * @throws UsageError when the frames are too long for it, or there is no queue
 */
export function shareReceiveQueue(
  host: HyperVHost,
  vmSwitch: VMSwitch,
  machine: VirtualMachine,
  mac: MacAddress,
  provider: NetVsp,
): void {
  const index = host.root.length + machine.index;
  const pf = host.nic.functions[0];
  const { maxFrame } = host.options;
  if (maxFrame > SHARED_SECTION - RNDIS_HEADER)
    throw new UsageError(
      `receivedFrames: without the copy frames have at most ${SHARED_SECTION} bytes`,
    );
  if (index >= pf.rx.length)
    throw new UsageError('receivedFrames: the NIC has no queue left for this machine');
  const processor = host.root[machine.index % host.root.length];
  const { core, external } = vmSwitch;
  provider.onReceiveBuffer = (pages) => {
    const at = pages.span(0, SHARED_RECEIVE_BYTES);
    if (at < 0 || pages.bytes < SHARED_RECEIVE_BYTES) return;
    const to = at + RNDIS_HEADER;
    const queue = new PfQueue(host.memory, pf, index, processor, core, external, maxFrame, to);
    for (const vector of [2 * index, 2 * index + 1])
      pf.messages[vector] = host.remapping.add({
        sourceId: PHYSICAL_FUNCTION,
        processor,
        vector: PF_VECTOR + index,
        posted: false,
      });
    for (const channel of provider.channels) queue.addClient(channel);
    host.nic.setFilter(mac, 0, index);
  };
}
