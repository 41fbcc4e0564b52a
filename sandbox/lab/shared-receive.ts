import type { NetVsp } from '../machine/host/netvsp.ts';
import { PF_VECTOR, PfQueue, RX_ENTRIES } from '../machine/host/pf-driver.ts';
import { type GuestMemory, WRITE } from '../machine/memory/guest-memory.ts';
import type { MacAddress } from '../machine/net/frame.ts';
import type { SharedBuffers } from '../machine/vmbus/channel.ts';
import { RNDIS_HEADER, SEND_SECTION_SIZE } from '../machine/vmbus/nvsp.ts';
import { type HyperVHost, PHYSICAL_FUNCTION, type VMSwitch } from './host.ts';
import type { SyntheticVariant } from './synthetic-variant.ts';
import { UsageError } from './usage.ts';
import type { VirtualMachine } from './virtual-machine.ts';

/** Distance of two receive sections: what a buffer of the queue takes. */
const SECTION = 2048;
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

/** Send and receive buffer of an adapter with such a queue, in its guest's memory. */
export function shareReceiveBuffers(memory: GuestMemory, sendBytes: number): SharedBuffers {
  const receiveSections = RX_ENTRIES + OWN_SECTIONS;
  return {
    send: memory.allocate(sendBytes),
    sendSections: Math.floor(sendBytes / SEND_SECTION_SIZE),
    receive: memory.allocate(receiveSections * SECTION),
    receiveSections,
    receiveSectionSize: SECTION,
  };
}

/**
 * Sets the queue up and sends the adapter's frames there.
 * @throws UsageError when the frames are too long for it, or there is no queue
 */
export function shareReceiveQueue(
  host: HyperVHost,
  vmSwitch: VMSwitch,
  machine: VirtualMachine,
  mac: MacAddress,
  buffers: SharedBuffers,
  providers: NetVsp[],
): void {
  const index = host.root.length + machine.index;
  const pf = host.nic.functions[0];
  const { maxFrame } = host.options;
  if (maxFrame > SECTION - RNDIS_HEADER)
    throw new UsageError(`receivedFrames: without the copy frames have at most ${SECTION} bytes`);
  if (index >= pf.rx.length)
    throw new UsageError('receivedFrames: the NIC has no queue left for this machine');
  const processor = host.root[machine.index % host.root.length];
  const bytes = buffers.receiveSections * SECTION;
  const at = machine.memory.span(buffers.receive, bytes, WRITE) + RNDIS_HEADER;
  const { core, external } = vmSwitch;
  const queue = new PfQueue(host.memory, pf, index, processor, core, external, maxFrame, at);
  for (const vector of [2 * index, 2 * index + 1])
    pf.messages[vector] = host.remapping.add({
      sourceId: PHYSICAL_FUNCTION,
      processor,
      vector: PF_VECTOR + index,
      posted: false,
    });
  for (const provider of providers) queue.addClient(provider);
  host.nic.setFilter(mac, 0, index);
}
