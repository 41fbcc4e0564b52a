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
import { type CopyPolicy, SAFE_COPIES } from './copy-policy.ts';
import type { HypervisorCopies } from './hypervisor-copies.ts';
import type { ExternalPort, PfClient } from './pf-driver.ts';
import { PrivateMemory } from './private-memory.ts';
import { KernelMode, type ServiceMode } from './service-mode.ts';
import type { SwitchPort, VirtualSwitch } from './virtual-switch.ts';

/** Ring packets handled in one go before other work of the processor gets its turn. */
const POLL_BUDGET = 8;
/** Frames a transfer-page packet may carry. */
const MAX_RANGES = 375;
const MAX_PACKET_WORDS = 1024;
/** Where an RNDIS packet's header says where its frame begins, counted from the body, and how long it is. */
const RNDIS_BODY = 8;
const RNDIS_DATA_OFFSET_AT = 8;
const RNDIS_DATA_LENGTH_AT = 12;
/** Completions kept for a guest whose ring is full, before its channel is closed. */
const MAX_COMPLETIONS = 4096;

/** `run`'s argument for a message that was checked where it lies, and is now used from there. */
const USE = 1;

/** How a provider works; what is left out is as Hyper-V's is. */
export interface ProviderOptions {
  /** Which bytes of the guest it copies before it relies on them. */
  copies?: Readonly<CopyPolicy>;
  /** Where in the root it runs. */
  mode?: ServiceMode;
  /** Who moves frames between the partitions when no memory is shared for that. */
  mover?: HypervisorCopies;
  /** Receive sections, from the first on, that the NIC fills itself: see SharedReceive. */
  nicSections?: number;
}

/**
 * The network service provider of one channel, in the root's kernel: takes what the guest sends from
 * the ring to the switch without copying it, and copies what the guest is to receive into its receive
 * buffer, so that the guest cannot change a frame that the switch has yet to look at.
 *
 * What it copies before it relies on it is a policy (CopyPolicy). By default ring messages are copied out
 * of shared memory before they are looked at, and the addresses of a sent frame before the switch is asked.
 * A message that cannot be true closes the channel and harms nobody else.
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
  #copies: Readonly<CopyPolicy>;
  #mode: ServiceMode;
  #mover: HypervisorCopies | undefined;
  #private: PrivateMemory;
  /** Host address of the send buffer, which the root has mapped as a whole. */
  #sendHost: number;
  #receiveHost: number;
  /** The first so many receive sections are buffers of a queue of the NIC. */
  #nicSections: number;
  /** Messages checked in place. */
  #checked = 0;
  /** Bytes of the frame that the RNDIS header announces, and where they begin behind it. */
  #dataOffset = 0;
  #dataLength = 0;

  constructor(
    hypervisor: Hypervisor,
    channel: Channel,
    buffers: SharedBuffers,
    virtualSwitch: VirtualSwitch,
    external: ExternalPort,
    port: SwitchPort,
    { copies = SAFE_COPIES, mode = new KernelMode(), mover, nicSections = 0 }: ProviderOptions = {},
  ) {
    this.#copies = copies;
    this.#mode = mode;
    this.#mover = mover;
    this.#nicSections = nicSections;
    this.#port = port;
    this.#hypervisor = hypervisor;
    this.#channel = channel;
    this.#buffers = buffers;
    this.#switch = virtualSwitch;
    this.#external = external;
    this.#in = channel.openGuestToRoot();
    this.#out = channel.openRootToGuest();
    const { guestMemory } = channel;
    this.#private = new PrivateMemory(guestMemory.host, buffers.receiveSectionSize);
    this.#sendHost = guestMemory.span(buffers.send, buffers.sendSections * SEND_SECTION_SIZE, READ);
    const { receive, receiveSections, receiveSectionSize } = buffers;
    this.#receiveHost = guestMemory.span(receive, receiveSections * receiveSectionSize, WRITE);
    const own = receiveSections - nicSections;
    this.#sections = Array.from({ length: own }, (_, i) => receiveSections - 1 - i);
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
  run(processor: VirtualProcessor, arg: number): void {
    const queue = this.#external.queueOf(processor);
    this.#mode.enter(processor);
    if (arg === USE) this.#useInPlace(processor);
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
      this.#charge(processor, RING, processor.lp.costs.ringPacket, 'take a packet');
      if (!this.#copies.ringMessages && this.#packet[0] % 65536 !== PACKET_COMPLETION) {
        this.#checkInPlace(processor, words);
        return;
      }
      this.#message(processor, words);
      if (this.#channel.closedBecause !== undefined) return;
    }
    if (this.#in.commit()) this.#signal(processor);
    this.flush(processor);
    if (this.#blocked) return;
    this.#polling = !this.#in.endBatch();
    if (this.#polling) processor.post(this, 0, processor.local);
    else this.#mode.leave(processor);
  }

  room(processor: VirtualProcessor): void {
    if (!this.#blocked || processor !== this.#channel.rootProcessor) return;
    this.#blocked = false;
    processor.post(this, 0, processor.local);
  }

  /** A frame for the guest: copied into a section of its receive buffer, told at the end of the batch. */
  deliver(processor: VirtualProcessor, frame: ScatterList): boolean {
    const { receive, receiveSectionSize } = this.#buffers;
    const { costs } = processor.lp;
    this.#mode.enter(processor);
    this.#mode.call(processor);
    this.#charge(processor, DRIVER, costs.serviceProvider, 'VSP: to the guest');
    if (this.#nicSections > 0 && this.#lendOwn(frame)) return false;
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
    if (at >= 0) this.#store(processor, frame, at);
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
    if (!this.#polling) this.#mode.leave(processor);
  }

  /** A frame that the NIC wrote into a section of this guest is told of where it lies, without a copy. */
  #lendOwn(frame: ScatterList): boolean {
    const { receiveSectionSize } = this.#buffers;
    const at = frame.addresses[0] - RNDIS_HEADER - this.#receiveHost;
    const section = at / receiveSectionSize;
    if (frame.count !== 1 || !Number.isInteger(section) || section < 0) return false;
    if (section >= this.#nicSections || this.#batch.length >= 2 * MAX_RANGES) return false;
    const { host } = this.#channel.guestMemory;
    const header = this.#receiveHost + at;
    writeRndisHeader((i, value) => host.write32(header + 4 * i, value), frame.length);
    this.#batch.push(section, frame.length + RNDIS_HEADER);
    return true;
  }

  /** The copy into the receive buffer: by the root, or by the hypervisor where no memory is shared. */
  #store(processor: VirtualProcessor, frame: ScatterList, at: number): void {
    const { length } = frame;
    if (this.#mover !== undefined) {
      this.#mover.store(processor, frame, at);
      return;
    }
    const { ledger, costs } = processor.lp;
    frame.copyTo(this.#channel.guestMemory.host, at);
    ledger.copies++;
    ledger.copiedBytes += length;
    const detail = processor.tracing ? `${length} bytes into the receive buffer` : undefined;
    this.#charge(processor, COPY, costs.copyCold * length, detail);
  }

  #charge(processor: VirtualProcessor, what: number, cycles: number, detail?: string): void {
    processor.charge(this.#mode.actor(processor), what, cycles, detail);
  }

  /**
   * Without the copy of ring messages: looks at the message where it lies, and comes back to use it. What
   * the guest writes in between is used unchecked.
   */
  #checkInPlace(processor: VirtualProcessor, words: number): void {
    const list = this.#listOf(words);
    if (list === undefined) return;
    this.#charge(processor, DRIVER, processor.lp.costs.serviceProvider, 'VSP: check the message');
    const good = list.length > 0;
    if (good) this.#in.unread();
    if (++this.#checked % POLL_BUDGET === 0) {
      if (this.#in.commit()) this.#signal(processor);
      this.flush(processor);
    }
    if (good) this.#lists.push(list);
    else this.returned(list);
    processor.post(this, good ? USE : 0, processor.local);
  }

  #useInPlace(processor: VirtualProcessor): void {
    const words = this.#in.read(this.#packet);
    if (words <= 0) return;
    const at = (this.#packet[0] >>> 16) * 2;
    const list = this.#newList(this.#packet[2]);
    this.#trusted(list, this.#packet[at + 2]);
    this.#forward(processor, list, list.length > 0);
  }

  #message(processor: VirtualProcessor, words: number): void {
    const packet = this.#packet;
    if ((packet[0] & 0xffff) === PACKET_COMPLETION) {
      this.#takeBack(packet[2]);
      return;
    }
    const list = this.#listOf(words);
    if (list === undefined) return;
    const { serviceProvider } = processor.lp.costs;
    this.#charge(processor, DRIVER, serviceProvider, 'VSP: from the guest');
    this.#forward(processor, list, list.length > 0);
  }

  /** The frame of a message, empty when the guest's addresses are wrong; undefined closes the channel. */
  #listOf(words: number): ScatterList | undefined {
    const packet = this.#packet;
    const type = packet[0] & 0xffff;
    const at = (packet[0] >>> 16) * 2;
    const isData = type === PACKET_IN_BAND || type === PACKET_GPA_DIRECT;
    if (!isData || at + NVSP_WORDS > words || packet[at] !== NVSP_RNDIS_PACKET) {
      this.#close('a message that this provider does not know');
      return undefined;
    }
    const list = this.#newList(packet[2]);
    const found =
      type === PACKET_IN_BAND
        ? this.#fromSection(list, packet[at + 2], packet[at + 3])
        : this.#fromPages(list, words);
    if (!found) list.clear();
    return list;
  }

  #newList(token: number): ScatterList {
    const list = this.#lists.pop() ?? new ScatterList();
    list.clear();
    list.owner = this;
    list.token = token;
    return list;
  }

  /** To the switch, after the copies that the policy asks for. */
  #forward(processor: VirtualProcessor, list: ScatterList, found: boolean): void {
    this.#mode.call(processor);
    const taken =
      found && this.#protect(processor, list) && this.#switch.forward(processor, list, this.#port);
    if (!taken) this.returned(list);
  }

  #protect(processor: VirtualProcessor, list: ScatterList): boolean {
    if (this.#mover !== undefined) return this.#mover.fetch(processor, list);
    if (this.#copies.sentFrames) return this.#private.copyFrame(processor, list);
    return !this.#copies.sentHeaders || this.#private.copyHeader(processor, list);
  }

  /**
   * Fetches what the RNDIS header at `gpa` says of its frame, which ends with the message of `size` bytes
   * at the latest.
   * @returns whether it can be
   */
  #fetchHeader(gpa: number, size: number): boolean {
    const { guestMemory } = this.#channel;
    const offset = guestMemory.read32(gpa + RNDIS_DATA_OFFSET_AT);
    return this.#checkHeader(offset, guestMemory.read32(gpa + RNDIS_DATA_LENGTH_AT), size);
  }

  #checkHeader(offset: number, length: number, size: number): boolean {
    this.#dataOffset = offset + RNDIS_BODY;
    if (length === 0 || this.#dataOffset < RNDIS_HEADER || this.#dataOffset >= size) return false;
    this.#dataLength = Math.min(length, size - this.#dataOffset);
    return true;
  }

  #fromSection(list: ScatterList, section: number, size: number): boolean {
    const { sendSections } = this.#buffers;
    if (section >= sendSections || size > SEND_SECTION_SIZE || size <= RNDIS_HEADER) return false;
    if (this.#sendHost < 0) return false;
    const at = this.#sendHost + section * SEND_SECTION_SIZE;
    const { u32 } = this.#channel.guestMemory.host;
    const offset = u32[(at + RNDIS_DATA_OFFSET_AT) >>> 2];
    const length = u32[(at + RNDIS_DATA_LENGTH_AT) >>> 2];
    if (!this.#checkHeader(offset, length, size)) return false;
    return list.add(at + this.#dataOffset, this.#dataLength);
  }

  /** The frame as the message has it by now: the offset is added to the mapping, whatever it is. */
  #trusted(list: ScatterList, section: number): void {
    const { host } = this.#channel.guestMemory;
    const start = this.#sendHost + section * SEND_SECTION_SIZE;
    if (this.#sendHost < 0 || !(start + RNDIS_HEADER <= host.size)) return;
    const offset = host.read32(start + RNDIS_DATA_OFFSET_AT) + RNDIS_BODY;
    const length = host.read32(start + RNDIS_DATA_LENGTH_AT);
    const at = (start + offset) % 4294967296;
    // Beyond the host's memory there is nothing to read: a machine check, here a dropped frame.
    if (at + length <= host.size) list.add(at, length);
  }

  #fromPages(list: ScatterList, words: number): boolean {
    const packet = this.#packet;
    const size = packet[6];
    const offset = packet[7];
    if (packet[5] !== 1 || offset >= PAGE_SIZE || size <= RNDIS_HEADER) return false;
    const pages = Math.ceil((offset + size) / PAGE_SIZE);
    if (8 + 2 * pages > words) return false;
    if (!this.#fetchHeader(pageOf(packet, 0) * PAGE_SIZE + offset, size)) return false;
    let left = this.#dataLength;
    let skip = offset + this.#dataOffset;
    for (let i = 0; i < pages && left > 0; i++) {
      const start = Math.min(skip, PAGE_SIZE);
      const count = Math.min(left, PAGE_SIZE - start);
      skip -= start;
      if (count > 0 && !this.#addPiece(list, pageOf(packet, i) * PAGE_SIZE + start, count))
        return false;
      left -= count;
    }
    return left === 0;
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
    this.#charge(processor, RING, processor.lp.costs.ringPacket, 'put received frames');
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
    for (const section of sections) if (section >= this.#nicSections) this.#sections.push(section);
  }

  #writeCompletion(processor: VirtualProcessor, transaction: number): 0 | 1 | 2 {
    const reply = this.#reply;
    reply.fill(0, DESCRIPTOR_WORDS, DESCRIPTOR_WORDS + NVSP_WORDS);
    reply[DESCRIPTOR_WORDS] = NVSP_RNDIS_COMPLETE;
    reply[DESCRIPTOR_WORDS + 1] = NVSP_STATUS_SUCCESS;
    this.#charge(processor, RING, processor.lp.costs.ringPacket, 'put a completion');
    const words = DESCRIPTOR_WORDS + NVSP_WORDS;
    return this.#out.write(reply, words, PACKET_COMPLETION, 0, 0, transaction);
  }

  #signal(processor: VirtualProcessor): void {
    this.#mode.call(processor);
    const { partitionId, index } = this.#channel.guestProcessor;
    const { relid } = this.#channel;
    this.#hypervisor.signalEventDirect(processor, partitionId, index, SINT_VMBUS, relid);
  }

  #close(reason: string): void {
    this.#channel.close(reason);
    this.#polling = true;
  }
}

/** The `i`th page number of a GPA-direct packet. */
function pageOf(packet: Uint32Array, i: number): number {
  return packet[8 + 2 * i] + packet[9 + 2 * i] * 4294967296;
}
