import { READ, WRITE } from '../memory/guest-memory.ts';
import { PAGE_SIZE } from '../memory/host-memory.ts';
import { ScatterList, type ScatterOwner } from '../memory/scatter-list.ts';
import type { Hypervisor } from '../partition/hypervisor.ts';
import { COPY, DRIVER, RING } from '../partition/ledger.ts';
import { SINT_VMBUS } from '../partition/synic-spec.ts';
import type { Task, VirtualProcessor } from '../partition/virtual-processor.ts';
import type { Channel, ChannelEnd, SharedBuffers } from '../vmbus/channel.ts';
import {
  NVSP_RNDIS_COMPLETE,
  NVSP_RNDIS_PACKET,
  NVSP_STATUS_SUCCESS,
  NVSP_WORDS,
  RECEIVE_BUFFER_ID,
  RNDIS_HEADER,
  SEND_SECTION_SIZE,
  writeRndisHeader,
} from '../vmbus/nvsp.ts';
import {
  DESCRIPTOR_WORDS,
  PACKET_COMPLETION,
  PACKET_GPA_DIRECT,
  PACKET_IN_BAND,
  PACKET_TRANSFER_PAGES,
  RING_CORRUPT,
  type Ring,
} from '../vmbus/ring.ts';
import type { ExternalPort, PfClient } from './pf-driver.ts';
import type { SwitchPort, VirtualSwitch } from './virtual-switch.ts';

/** Ring packets handled in one go before other work of the processor gets its turn. */
const POLL_BUDGET = 8;
/** Frames a transfer-page packet may carry. */
const MAX_RANGES = 375;
const MAX_PACKET_WORDS = 1024;
/** Completions kept for a guest whose ring is full, before its channel is closed. */
const MAX_COMPLETIONS = 4096;

/**
 * The network service provider of one channel, in the root's kernel: takes what the guest sends from
 * the ring to the switch without copying it, and copies what the guest is to receive into its receive
 * buffer, so that the guest cannot change a frame that the switch has yet to look at.
 *
 * Ring messages are copied out of shared memory before they are looked at. A message that cannot be
 * true closes the channel and harms nobody else.
 */
export class NetVsp implements SwitchPort, ChannelEnd, Task, PfClient, ScatterOwner {
  /** Frames for the guest that found no free section of the receive buffer. */
  dropped = 0;
  #hypervisor: Hypervisor;
  #channel: Channel;
  #buffers: SharedBuffers;
  #switch: VirtualSwitch;
  #external: ExternalPort;
  #port: SwitchPort;
  #in: Ring;
  #out: Ring;
  #packet = new Uint32Array(MAX_PACKET_WORDS);
  #reply = new Uint32Array(DESCRIPTOR_WORDS + 2 + 2 * MAX_RANGES + NVSP_WORDS);
  #lists: ScatterList[] = [];
  #completions: number[] = [];
  #sections: number[];
  #batch: number[] = [];
  #lent = new Map<number, number[]>();
  #transaction = 1;
  #polling = false;
  #blocked = false;

  constructor(
    hypervisor: Hypervisor,
    channel: Channel,
    buffers: SharedBuffers,
    virtualSwitch: VirtualSwitch,
    external: ExternalPort,
    port: SwitchPort,
  ) {
    this.#port = port;
    this.#hypervisor = hypervisor;
    this.#channel = channel;
    this.#buffers = buffers;
    this.#switch = virtualSwitch;
    this.#external = external;
    this.#in = channel.openGuestToRoot();
    this.#out = channel.openRootToGuest();
    this.#sections = Array.from({ length: buffers.receiveSections }, (_, i) => i).reverse();
    channel.rootEnd = this;
    external.addClient(this);
  }

  signalled(processor: VirtualProcessor): void {
    if (this.#polling || this.#channel.closedBecause !== undefined) return;
    if (!this.#in.hasPackets) return;
    this.#polling = true;
    this.#in.masked = true;
    processor.post(this, 0, processor.local);
  }

  /** Takes packets from the ring up to the budget; sleeps when it is empty or the NIC is full. */
  run(processor: VirtualProcessor): void {
    const queue = this.#external.queueOf(processor);
    for (let budget = POLL_BUDGET; budget > 0; budget--) {
      if (!queue.hasRoom) {
        this.#blocked = true;
        break;
      }
      const words = this.#in.read(this.#packet);
      if (words === RING_CORRUPT) {
        this.#close('the ring holds a packet that cannot be one');
        return;
      }
      if (words === 0) break;
      processor.charge(processor.kernel, RING, processor.lp.costs.ringPacket, 'take a packet');
      this.#message(processor, words);
      if (this.#channel.closedBecause !== undefined) return;
    }
    if (this.#in.commit()) this.#signal(processor);
    this.flush(processor);
    if (this.#blocked) return;
    this.#polling = !this.#in.endBatch();
    if (this.#polling) processor.post(this, 0, processor.local);
  }

  room(processor: VirtualProcessor): void {
    if (!this.#blocked || processor !== this.#channel.rootProcessor) return;
    this.#blocked = false;
    processor.post(this, 0, processor.local);
  }

  /** A frame for the guest: copied into a section of its receive buffer, told at the end of the batch. */
  deliver(processor: VirtualProcessor, frame: ScatterList): boolean {
    const { receive, receiveSectionSize } = this.#buffers;
    const { ledger, costs } = processor.lp;
    processor.charge(processor.kernel, DRIVER, costs.serviceProvider, 'VSP: to the guest');
    const fits = frame.length + RNDIS_HEADER <= receiveSectionSize;
    const section = fits && this.#batch.length < MAX_RANGES ? this.#sections.pop() : undefined;
    if (section === undefined || this.#channel.closedBecause !== undefined) {
      this.dropped++;
      return false;
    }
    const memory = this.#channel.guestMemory;
    const gpa = receive + section * receiveSectionSize;
    writeRndisHeader((i, value) => memory.write32(gpa + 4 * i, value), frame.length);
    const at = memory.span(gpa + RNDIS_HEADER, frame.length, WRITE);
    if (at >= 0) frame.copyTo(memory.host, at);
    ledger.copies++;
    ledger.copiedBytes += frame.length;
    const detail = processor.tracing ? `${frame.length} bytes into the receive buffer` : undefined;
    processor.charge(processor.kernel, COPY, costs.copyCold * frame.length, detail);
    this.#batch.push(section, frame.length + RNDIS_HEADER);
    return false;
  }

  /** The NIC is through with a frame of the guest: its completion goes out with the next batch. */
  returned(list: ScatterList): void {
    this.#lists.push(list);
    if (this.#channel.closedBecause !== undefined) return;
    this.#completions.push(list.token);
    if (this.#completions.length > MAX_COMPLETIONS)
      this.#close('the guest sends and does not read its completions');
  }

  /** Tells the guest, at most once, of frames received and frames sent since the last time. */
  flush(processor: VirtualProcessor): void {
    let signal = false;
    if (this.#batch.length > 0) signal = this.#sendBatch(processor) || signal;
    while (this.#completions.length > 0) {
      const written = this.#writeCompletion(processor, this.#completions[0]);
      if (written === 0) break;
      this.#completions.shift();
      signal ||= written === 2;
    }
    if (signal) this.#signal(processor);
  }

  #message(processor: VirtualProcessor, words: number): void {
    const packet = this.#packet;
    const type = packet[0] & 0xffff;
    const at = (packet[0] >>> 16) * 2;
    if (type === PACKET_COMPLETION) {
      this.#takeBack(packet[2]);
      return;
    }
    const isData = type === PACKET_IN_BAND || type === PACKET_GPA_DIRECT;
    if (!isData || at + NVSP_WORDS > words || packet[at] !== NVSP_RNDIS_PACKET) {
      this.#close('a message that this provider does not know');
      return;
    }
    const list = this.#lists.pop() ?? new ScatterList();
    list.clear();
    list.owner = this;
    list.token = packet[2];
    const found =
      type === PACKET_IN_BAND
        ? this.#fromSection(list, packet[at + 2], packet[at + 3])
        : this.#fromPages(list, words);
    const { serviceProvider } = processor.lp.costs;
    processor.charge(processor.kernel, DRIVER, serviceProvider, 'VSP: from the guest');
    if (!found || !this.#switch.forward(processor, list, this.#port)) this.returned(list);
  }

  #fromSection(list: ScatterList, section: number, size: number): boolean {
    const { send, sendSections } = this.#buffers;
    if (section >= sendSections || size > SEND_SECTION_SIZE || size <= RNDIS_HEADER) return false;
    return this.#addRange(list, send + section * SEND_SECTION_SIZE, size);
  }

  #fromPages(list: ScatterList, words: number): boolean {
    const packet = this.#packet;
    const size = packet[6];
    const offset = packet[7];
    if (packet[5] !== 1 || offset >= PAGE_SIZE || size <= RNDIS_HEADER) return false;
    const pages = Math.ceil((offset + size) / PAGE_SIZE);
    if (8 + 2 * pages > words) return false;
    let left = size - RNDIS_HEADER;
    let skip = offset + RNDIS_HEADER;
    for (let i = 0; i < pages && left > 0; i++) {
      const start = Math.min(skip, PAGE_SIZE);
      const count = Math.min(left, PAGE_SIZE - start);
      skip -= start;
      const page = packet[8 + 2 * i] + packet[9 + 2 * i] * 4294967296;
      if (count > 0 && !this.#addPiece(list, page * PAGE_SIZE + start, count)) return false;
      left -= count;
    }
    return left === 0;
  }

  /** The frame behind an RNDIS header of `size` bytes at guest address `gpa`, piece by piece. */
  #addRange(list: ScatterList, gpa: number, size: number): boolean {
    let at = gpa + RNDIS_HEADER;
    for (let left = size - RNDIS_HEADER; left > 0; ) {
      const count = Math.min(left, PAGE_SIZE - (at % PAGE_SIZE));
      if (!this.#addPiece(list, at, count)) return false;
      at += count;
      left -= count;
    }
    return true;
  }

  #addPiece(list: ScatterList, gpa: number, length: number): boolean {
    const at = this.#channel.guestMemory.translate(gpa, READ);
    return at >= 0 && list.add(at, length);
  }

  #sendBatch(processor: VirtualProcessor): boolean {
    const reply = this.#reply;
    const ranges = this.#batch.length / 2;
    const sections: number[] = [];
    reply[4] = RECEIVE_BUFFER_ID;
    reply[5] = ranges;
    for (let i = 0; i < ranges; i++) {
      reply[6 + 2 * i] = this.#batch[2 * i + 1];
      reply[7 + 2 * i] = this.#batch[2 * i] * this.#buffers.receiveSectionSize;
      sections.push(this.#batch[2 * i]);
    }
    this.#batch.length = 0;
    const at = 6 + 2 * ranges;
    reply.fill(0, at, at + NVSP_WORDS);
    reply[at] = NVSP_RNDIS_PACKET;
    const transaction = this.#transaction++;
    processor.charge(processor.kernel, RING, processor.lp.costs.ringPacket, 'put received frames');
    const written = this.#out.write(
      reply,
      at + NVSP_WORDS,
      PACKET_TRANSFER_PAGES,
      2 + 2 * ranges,
      1,
      transaction,
    );
    if (written === 0) {
      this.dropped += ranges;
      this.#sections.push(...sections);
    } else this.#lent.set(transaction, sections);
    return written === 2;
  }

  /** The guest is through with a batch: its sections are free. A number it was never given is ignored. */
  #takeBack(transaction: number): void {
    const sections = this.#lent.get(transaction);
    if (sections === undefined) return;
    this.#lent.delete(transaction);
    this.#sections.push(...sections);
  }

  #writeCompletion(processor: VirtualProcessor, transaction: number): 0 | 1 | 2 {
    const reply = this.#reply;
    reply.fill(0, DESCRIPTOR_WORDS, DESCRIPTOR_WORDS + NVSP_WORDS);
    reply[DESCRIPTOR_WORDS] = NVSP_RNDIS_COMPLETE;
    reply[DESCRIPTOR_WORDS + 1] = NVSP_STATUS_SUCCESS;
    processor.charge(processor.kernel, RING, processor.lp.costs.ringPacket, 'put a completion');
    const words = DESCRIPTOR_WORDS + NVSP_WORDS;
    return this.#out.write(reply, words, PACKET_COMPLETION, 0, 0, transaction);
  }

  #signal(processor: VirtualProcessor): void {
    const { partitionId, index } = this.#channel.guestProcessor;
    const { relid } = this.#channel;
    this.#hypervisor.signalEventDirect(processor, partitionId, index, SINT_VMBUS, relid);
  }

  #close(reason: string): void {
    this.#channel.close(reason);
    this.#polling = true;
  }
}
