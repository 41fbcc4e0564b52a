import type { GuestMemory } from '../memory/guest-memory.ts';
import { READ, WRITE } from '../memory/guest-memory.ts';
import { PAGE_SIZE } from '../memory/host-memory.ts';
import type { Hypervisor } from '../partition/hypervisor.ts';
import { COPY, DRIVER, RING } from '../partition/ledger.ts';
import type { Task, VirtualProcessor } from '../partition/virtual-processor.ts';
import type { Channel, ChannelEnd, SharedBuffers } from '../vmbus/channel.ts';
import {
  NO_SECTION,
  NVSP_RNDIS_COMPLETE,
  NVSP_RNDIS_PACKET,
  NVSP_STATUS_SUCCESS,
  NVSP_WORDS,
  putRndisHeader,
  RNDIS_HEADER,
  SEND_SECTION_RESERVE,
  SEND_SECTION_SIZE,
  writeRndisHeader,
} from '../vmbus/nvsp.ts';
import {
  DESCRIPTOR_WORDS,
  FLAG_COMPLETION_REQUESTED,
  PACKET_COMPLETION,
  PACKET_GPA_DIRECT,
  PACKET_IN_BAND,
  PACKET_TRANSFER_PAGES,
  type Ring,
} from '../vmbus/ring.ts';
import type { NetDevice, StackEntry } from './net-device.ts';

/** Frames the stack may have outstanding on a channel. */
const TRANSMIT_SLOTS = 128;
const POLL_BUDGET = 8;
const MAX_PACKET_WORDS = 1024;

/** One channel of the adapter: its rings, its transmit slots, and the poll that its signals start. */
class NetChannel implements ChannelEnd, Task {
  readonly channel: Channel;
  readonly slots: number;
  claimed = 0;
  wanted = false;
  #netvsc: NetVsc;
  #index: number;
  #buffers: SharedBuffers;
  #out: Ring;
  #in: Ring;
  #packet = new Uint32Array(MAX_PACKET_WORDS);
  #free: number[];
  #freeSections: number[];
  #sectionOf: Int32Array;
  #polling = false;

  constructor(netvsc: NetVsc, channel: Channel, buffers: SharedBuffers, index: number) {
    this.#netvsc = netvsc;
    this.channel = channel;
    this.#buffers = buffers;
    this.#index = index;
    this.#out = channel.openGuestToRoot();
    this.#in = channel.openRootToGuest();
    this.slots = netvsc.memory.allocate(TRANSMIT_SLOTS * netvsc.stride);
    this.#free = Array.from({ length: TRANSMIT_SLOTS }, (_, i) => TRANSMIT_SLOTS - 1 - i);
    this.#freeSections = Array.from({ length: buffers.sendSections }, (_, i) => i).reverse();
    this.#sectionOf = new Int32Array(TRANSMIT_SLOTS).fill(-1);
    channel.guestEnd = this;
  }

  /** Takes a free transmit slot; returns the address of its frame, -1 when there is none. */
  claim(): number {
    if (this.#free.length === 0) {
      this.wanted = true;
      return -1;
    }
    this.claimed = this.#free[this.#free.length - 1];
    return this.#slotAddress(this.claimed);
  }

  /** Sends the claimed slot: through the send buffer where it fits, as a page list otherwise. */
  send(length: number): void {
    const processor = this.channel.guestProcessor;
    const { costs } = processor.lp;
    const slot = this.#free.pop() as number;
    const frame = this.#slotAddress(slot);
    processor.charge(processor.kernel, DRIVER, costs.serviceClient);
    const fits = RNDIS_HEADER + length + SEND_SECTION_RESERVE < SEND_SECTION_SIZE;
    const section = fits ? this.#freeSections.pop() : undefined;
    const words =
      section === undefined
        ? this.#describePages(frame, length)
        : this.#copyToSection(processor, section, frame, length);
    this.#sectionOf[slot] = section ?? -1;
    const headerWords = section === undefined ? words - DESCRIPTOR_WORDS - NVSP_WORDS : 0;
    processor.charge(processor.kernel, RING, costs.ringPacket, 'put a packet');
    const written = this.#out.write(
      this.#packet,
      words,
      section === undefined ? PACKET_GPA_DIRECT : PACKET_IN_BAND,
      headerWords,
      FLAG_COMPLETION_REQUESTED,
      slot + 1,
    );
    if (written === 0) this.#release(slot);
    if (written === 2) this.#netvsc.signal(this.channel);
  }

  signalled(processor: VirtualProcessor): void {
    if (this.#polling) return;
    this.#polling = true;
    this.#in.masked = true;
    processor.post(this, 0, processor.local);
  }

  /** The poll: completions and received frames, up to the budget; sleeps when the ring is empty. */
  run(processor: VirtualProcessor): void {
    let freed = 0;
    for (let budget = POLL_BUDGET; budget > 0; budget--) {
      const words = this.#in.read(this.#packet);
      if (words <= 0) break;
      processor.charge(processor.kernel, RING, processor.lp.costs.ringPacket, 'take a packet');
      const type = this.#packet[0] & 0xffff;
      if (type === PACKET_COMPLETION) {
        this.#release(this.#packet[2] - 1);
        freed++;
      } else if (type === PACKET_TRANSFER_PAGES) this.#receive(processor);
    }
    if (this.#in.commit()) this.#netvsc.signal(this.channel);
    if (freed > 0 && this.wanted) {
      this.wanted = false;
      this.#netvsc.stack?.room(processor, this.#index);
    }
    this.#polling = !this.#in.endBatch();
    if (this.#polling) processor.post(this, 0, processor.local);
  }

  #slotAddress(slot: number): number {
    return this.slots + slot * this.#netvsc.stride + RNDIS_HEADER;
  }

  /** The guest's own copy: into a section that the host has mapped for good. */
  #copyToSection(
    processor: VirtualProcessor,
    section: number,
    frame: number,
    length: number,
  ): number {
    const { memory } = this.#netvsc;
    const { ledger, costs } = processor.lp;
    const target = this.#buffers.send + section * SEND_SECTION_SIZE;
    const from = memory.span(frame, length, READ);
    const at = memory.span(target, RNDIS_HEADER + length, WRITE);
    if (from >= 0 && at >= 0) {
      putRndisHeader(memory.host.u32, at >>> 2, length);
      memory.host.copy(at + RNDIS_HEADER, from, length);
    }
    ledger.copies++;
    ledger.copiedBytes += length;
    const detail = processor.tracing ? `${length} bytes into send section ${section}` : undefined;
    processor.charge(processor.kernel, COPY, costs.copyWarm * length, detail);
    return this.#nvsp(DESCRIPTOR_WORDS, section, RNDIS_HEADER + length);
  }

  /** No copy: header and frame stand together in the slot, and the packet lists their pages. */
  #describePages(frame: number, length: number): number {
    const { memory } = this.#netvsc;
    const start = frame - RNDIS_HEADER;
    writeRndisHeader((i, value) => memory.write32(start + 4 * i, value), length);
    const packet = this.#packet;
    const first = Math.floor(start / PAGE_SIZE);
    const last = Math.floor((frame + length - 1) / PAGE_SIZE);
    packet[4] = 0;
    packet[5] = 1;
    packet[6] = RNDIS_HEADER + length;
    packet[7] = start % PAGE_SIZE;
    let at = 8;
    for (let page = first; page <= last; page++) {
      packet[at++] = page;
      packet[at++] = 0;
    }
    return this.#nvsp(at, NO_SECTION, 0);
  }

  #nvsp(at: number, section: number, size: number): number {
    const packet = this.#packet;
    packet.fill(0, at, at + NVSP_WORDS);
    packet[at] = NVSP_RNDIS_PACKET;
    packet[at + 2] = section;
    packet[at + 3] = size;
    return at + NVSP_WORDS;
  }

  /** Every frame of a transfer-page packet, where the root put it; then one completion for all. */
  #receive(processor: VirtualProcessor): void {
    const { stack, memory } = this.#netvsc;
    const packet = this.#packet;
    const transaction = packet[2];
    const ranges = Math.min(packet[5], (packet.length - 6) >> 1);
    const { receive, receiveSections, receiveSectionSize } = this.#buffers;
    for (let i = 0; i < ranges; i++) {
      const at = receive + packet[7 + 2 * i];
      const length = memory.read32(at + 12);
      processor.charge(processor.kernel, DRIVER, processor.lp.costs.serviceClient);
      if (packet[7 + 2 * i] < receiveSections * receiveSectionSize)
        stack?.received(processor, at + RNDIS_HEADER, length);
    }
    this.#complete(processor, transaction);
  }

  #complete(processor: VirtualProcessor, transaction: number): void {
    const packet = this.#packet;
    packet.fill(0, DESCRIPTOR_WORDS, DESCRIPTOR_WORDS + NVSP_WORDS);
    packet[DESCRIPTOR_WORDS] = NVSP_RNDIS_COMPLETE;
    packet[DESCRIPTOR_WORDS + 1] = NVSP_STATUS_SUCCESS;
    processor.charge(processor.kernel, RING, processor.lp.costs.ringPacket, 'put a completion');
    const written = this.#out.write(
      packet,
      DESCRIPTOR_WORDS + NVSP_WORDS,
      PACKET_COMPLETION,
      0,
      0,
      transaction,
    );
    if (written === 2) this.#netvsc.signal(this.channel);
  }

  #release(slot: number): void {
    if (!(slot >= 0 && slot < TRANSMIT_SLOTS)) return;
    const section = this.#sectionOf[slot];
    if (section >= 0) this.#freeSections.push(section);
    this.#sectionOf[slot] = -1;
    this.#free.push(slot);
  }
}

/** The guest's VMBus network driver: one channel for each queue, shared send and receive buffers. */
export class NetVsc implements NetDevice {
  readonly maxFrame: number;
  readonly memory: GuestMemory;
  readonly stride: number;
  stack: StackEntry | undefined;
  #hypervisor: Hypervisor;
  #channels: NetChannel[];

  constructor(
    hypervisor: Hypervisor,
    memory: GuestMemory,
    channels: Channel[],
    buffers: SharedBuffers[],
    maxFrame: number,
  ) {
    this.#hypervisor = hypervisor;
    this.memory = memory;
    this.maxFrame = maxFrame;
    this.stride = maxFrame <= 1960 ? 2048 : 16384;
    this.#channels = channels.map((channel, i) => new NetChannel(this, channel, buffers[i], i));
  }

  processorOf(queue: number): VirtualProcessor {
    return this.#channels[queue].channel.guestProcessor;
  }

  claim(queue: number): number {
    return this.#channels[queue].claim();
  }

  send(queue: number, length: number): void {
    this.#channels[queue].send(length);
  }

  /** Tells the root that a ring of `channel` is not empty any more: a hypercall. */
  signal(channel: Channel): void {
    this.#hypervisor.signalEvent(channel.guestProcessor, channel.connectionId, 0);
  }
}
