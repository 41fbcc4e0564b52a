import { READ } from '../../memory/guest-memory.ts';
import { PAGE_SIZE } from '../../memory/host-memory.ts';
import { ScatterList, type ScatterOwner } from '../../memory/scatter-list.ts';
import { COPY, DRIVER, RING } from '../../partition/ledger.ts';
import { SINT_VMBUS } from '../../partition/synic-spec.ts';
import type { Task, VirtualProcessor } from '../../partition/virtual-processor.ts';
import type { Channel, ChannelEnd } from '../../vmbus/channel.ts';
import {
  MAX_PACKETS_PER_TRANSFER,
  MAX_PAGE_RANGES,
  NO_SECTION,
  NVSP_RNDIS_COMPLETE,
  NVSP_RNDIS_PACKET,
  NVSP_STATUS_SUCCESS,
  NVSP_SUBCHANNEL,
  NVSP_SWITCH_DATA_PATH,
  NVSP_WORDS,
  RECEIVE_BUFFER_ID,
  RNDIS_CONTROL,
  RNDIS_DATA,
  SEND_SECTION_SIZE,
} from '../../vmbus/nvsp.ts';
import {
  DESCRIPTOR_WORDS,
  FLAG_COMPLETION_REQUESTED,
  PACKET_COMPLETION,
  PACKET_GPA_DIRECT,
  PACKET_IN_BAND,
  PACKET_TRANSFER_PAGES,
  RING_CORRUPT,
  type Ring,
} from '../../vmbus/ring.ts';
import {
  fillHeader,
  MAX_HEADER_WORDS,
  NO_INFO,
  RNDIS_BODY,
  RNDIS_HEADER,
  WORD_DATA_LENGTH,
  WORD_DATA_OFFSET,
} from '../../vmbus/rndis.ts';
import type { PfClient } from '../pf-driver.ts';
import { handleControl, replyWords } from './control.ts';
import { Outstanding } from './outstanding.ts';
import type { NetVsp } from './provider.ts';
import type { ReceiveSections } from './receive-sections.ts';
import { answerRndis } from './rndis-control.ts';
import { SentFrames } from './sent-frames.ts';

/** Ring packets handled in one go before other work of the processor gets its turn. */
const POLL_BUDGET = 8;
/** Frames a transfer-page packet may carry. */
const MAX_RANGES = 375;
const MAX_PACKET_WORDS = 1024;
/** Completions kept for a guest whose ring is full, before its channel is closed. */
const MAX_COMPLETIONS = 4096;
/** Bytes of a control message of RNDIS. */
const MAX_CONTROL = 4096;
/** Words of a message of NVSP that a guest must send at least. */
const MIN_WORDS = 2;
/** `run`'s argument for a message that was checked where it lies, and is now used from there. */
const USE = 1;

/**
 * The provider's side of one channel: takes what the guest sends from the ring to the switch without
 * copying it, and copies what the guest is to receive into its receive buffer, so that the guest cannot
 * change a frame that the switch has yet to look at.
 *
 * Ring messages are copied out of shared memory before they are looked at. A message that cannot be
 * true closes the channel and harms nobody else.
 */
export class ProviderChannel implements ChannelEnd, Task, PfClient, ScatterOwner {
  readonly channel: Channel;
  place: string | undefined;
  /** Frames for the guest that found no free section of the receive buffer. */
  dropped = 0;
  /** Transfers of the guest that held something else than frames. */
  malformed = 0;
  #provider: NetVsp;
  #in: Ring;
  #out: Ring;
  #packet = new Uint32Array(MAX_PACKET_WORDS);
  #reply = new Uint32Array(DESCRIPTOR_WORDS + 2 + 2 * MAX_RANGES + NVSP_WORDS);
  #header = new Uint32Array(MAX_HEADER_WORDS);
  #transfer = new ScatterList();
  #frames: SentFrames;
  #lists: ScatterList[] = [];
  #outstanding = new Outstanding();
  /** Sections and lengths of frames that the guest has not been told of. */
  #batch: number[] = [];
  #lent = new Map<number, number[]>();
  #transaction = 1;
  #polling = false;
  #blocked = false;
  #signalOwed = false;
  /** Messages checked in place. */
  #checked = 0;

  constructor(provider: NetVsp, channel: Channel) {
    this.#provider = provider;
    this.channel = channel;
    this.#frames = new SentFrames(provider.host);
    this.#in = channel.openGuestToRoot();
    this.#out = channel.openRootToGuest();
    channel.rootEnd = this;
    provider.external.addClient(this);
  }

  signalled(processor: VirtualProcessor): void {
    if (this.#polling || this.channel.closedBecause !== undefined) return;
    if (!this.#in.hasPackets) return;
    this.#polling = true;
    this.#in.masked = true;
    processor.post(this, 0, processor.local);
  }

  /** Takes packets from the ring up to the budget; sleeps when it is empty or the NIC is full. */
  run(processor: VirtualProcessor, arg: number): void {
    const { external, mode } = this.#provider;
    const queue = external.queueOf(processor);
    mode.enter(processor);
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
      if (!this.#provider.copies.ringMessages && this.#isSection(words)) {
        this.#checkInPlace(processor);
        return;
      }
      this.#message(processor, words);
      if (this.channel.closedBecause !== undefined) return;
    }
    if (this.#in.commit()) this.#signal(processor);
    this.flush(processor);
    if (this.#blocked) return;
    this.#polling = !this.#in.endBatch();
    if (this.#polling) processor.post(this, 0, processor.local);
    else mode.leave(processor);
  }

  room(processor: VirtualProcessor): void {
    if (!this.#blocked || processor !== this.channel.rootProcessor) return;
    this.#blocked = false;
    processor.post(this, 0, processor.local);
  }

  /** A frame for the guest: copied into a section of its receive buffer, told at the end of the batch. */
  deliver(processor: VirtualProcessor, frame: ScatterList, receive: ReceiveSections): boolean {
    const { mode } = this.#provider;
    mode.enter(processor);
    mode.call(processor);
    this.#charge(processor, DRIVER, processor.lp.costs.serviceProvider, 'VSP: to the guest');
    const room = this.#batch.length < 2 * MAX_RANGES && this.channel.closedBecause === undefined;
    const lent = room && frame.count === 1 ? receive.lentAt(frame.addresses[0]) : -1;
    const fits = frame.length + RNDIS_HEADER <= receive.sectionSize;
    const section = lent >= 0 ? lent : room && fits ? receive.take() : -1;
    if (section < 0) {
      this.dropped++;
      return false;
    }
    fillHeader(this.#header, frame.length, NO_INFO, 0);
    const at = receive.putHeader(section, this.#header);
    if (lent < 0) this.#store(processor, frame, at, receive, section);
    this.#batch.push(section, frame.length + RNDIS_HEADER);
    return false;
  }

  /** The NIC is through with a frame of the guest: its completion goes out with the next batch. */
  returned(list: ScatterList): void {
    this.#lists.push(list);
    if (this.channel.closedBecause !== undefined) return;
    this.#outstanding.release(list.token);
    if (this.#outstanding.done > MAX_COMPLETIONS)
      this.#close('the guest sends and does not read its completions');
  }

  /** Tells the guest, at most once, of frames received and frames sent since the last time. */
  flush(processor: VirtualProcessor): void {
    if (this.channel.closedBecause !== undefined) return;
    if (this.#batch.length > 0) this.#sendBatch(processor);
    while (this.#outstanding.done > 0) {
      const reply = this.#reply;
      const count = replyWords(this.#provider.state);
      reply.fill(0, DESCRIPTOR_WORDS, DESCRIPTOR_WORDS + count);
      reply[DESCRIPTOR_WORDS] = NVSP_RNDIS_COMPLETE;
      reply[DESCRIPTOR_WORDS + 1] = NVSP_STATUS_SUCCESS;
      if (!this.#complete(processor, this.#outstanding.first, count)) break;
      this.#outstanding.shift();
    }
    if (this.#signalOwed) this.#signal(processor);
    if (!this.#polling) this.#provider.mode.leave(processor);
  }

  /** Sends the guest a message that it did not ask for. */
  notify(processor: VirtualProcessor, message: readonly number[]): void {
    const reply = this.#reply;
    const count = Math.max(message.length, replyWords(this.#provider.state));
    reply.fill(0, DESCRIPTOR_WORDS, DESCRIPTOR_WORDS + count);
    reply.set(message, DESCRIPTOR_WORDS);
    this.#put(processor, DESCRIPTOR_WORDS + count, PACKET_IN_BAND, 0, 0, 0, 'put a message');
    if (this.#signalOwed) this.#signal(processor);
  }

  #message(processor: VirtualProcessor, words: number): void {
    const packet = this.#packet;
    const type = packet[0] & 0xffff;
    const at = (packet[0] >>> 16) * 2;
    if (type === PACKET_COMPLETION) {
      this.#takeBack(packet[2]);
      return;
    }
    const isKnown = type === PACKET_IN_BAND || type === PACKET_GPA_DIRECT;
    if (!isKnown || at + MIN_WORDS > words)
      this.#close('a message that this provider does not know');
    else if (packet[at] !== NVSP_RNDIS_PACKET) this.#control(processor, packet.slice(at, words));
    else if (at + 4 > words) this.#close('a message that ends too early');
    else {
      const found = this.#collect(type, at);
      if (packet[at + 1] === RNDIS_DATA) this.#forward(processor, found);
      else if (packet[at + 1] === RNDIS_CONTROL && found) this.#rndis(processor);
      else this.#close('a transfer that is neither frames nor control');
    }
  }

  /** All that a transfer lists: what it has in its section, then its ranges. False when it cannot be. */
  #collect(type: number, at: number): boolean {
    const packet = this.#packet;
    const list = this.#transfer;
    list.clear();
    const section = packet[at + 2];
    const size = packet[at + 3];
    const { send, sendSections } = this.#provider.state;
    if (section !== NO_SECTION) {
      if (send === undefined || section >= sendSections || size > SEND_SECTION_SIZE) return false;
      if (!send.addTo(list, section * SEND_SECTION_SIZE, size)) return false;
    } else if (type === PACKET_IN_BAND) return false;
    return type === PACKET_IN_BAND || this.#addRanges(list, at);
  }

  /** The ranges of a GPA-direct packet, whose list of pages ends at word `end`. */
  #addRanges(list: ScatterList, end: number): boolean {
    const packet = this.#packet;
    const count = packet[5];
    if (count === 0 || count > MAX_PAGE_RANGES) return false;
    let at = 6;
    for (let range = 0; range < count; range++) {
      if (at + 4 > end) return false;
      const size = packet[at];
      const offset = packet[at + 1];
      if (offset >= PAGE_SIZE || size === 0) return false;
      const pages = Math.ceil((offset + size) / PAGE_SIZE);
      at += 2;
      if (at + 2 * pages > end) return false;
      for (let left = size, skip = offset; left > 0; at += 2, skip = 0) {
        const length = Math.min(left, PAGE_SIZE - skip);
        const page = packet[at] + packet[at + 1] * 4294967296;
        const address = this.channel.guestMemory.translate(page * PAGE_SIZE + skip, READ);
        if (address < 0 || !list.add(address, length)) return false;
        left -= length;
      }
    }
    return true;
  }

  /** Every frame of a transfer goes to the switch; the transfer is completed when all are through. */
  #forward(processor: VirtualProcessor, found: boolean): void {
    const token = this.#begin();
    const provider = this.#provider;
    this.#frames.reset();
    let more = found && provider.state.running;
    if (!more) this.malformed++;
    for (let frames = 0; more && frames < MAX_PACKETS_PER_TRANSFER; frames++) {
      const list = this.#newList(token);
      const next = this.#frames.next(this.#transfer, list);
      if (next < 0) this.malformed++;
      more = next > 0;
      if (!more) {
        this.#lists.push(list);
        break;
      }
      this.#outstanding.hold(token);
      this.#charge(processor, DRIVER, processor.lp.costs.serviceProvider, 'VSP: from the guest');
      this.#toSwitch(processor, list);
    }
    this.#outstanding.release(token);
    if (this.#outstanding.done > MAX_COMPLETIONS)
      this.#close('the guest sends and does not read its completions');
  }

  /** To the switch, after the copies that the policy asks for. */
  #toSwitch(processor: VirtualProcessor, list: ScatterList): void {
    const provider = this.#provider;
    provider.mode.call(processor);
    const good = list.length > 0 && this.#protect(processor, list);
    if (!good || !provider.switch.forward(processor, list, provider)) this.returned(list);
  }

  #protect(processor: VirtualProcessor, list: ScatterList): boolean {
    const { copies, mover, privateMemory } = this.#provider;
    if (mover !== undefined) return mover.fetch(processor, list);
    if (copies.sentFrames) return privateMemory.copyFrame(processor, list);
    return !copies.sentHeaders || privateMemory.copyHeader(processor, list);
  }

  /** The copy into the receive buffer: by the root, or by the hypervisor where no memory is shared. */
  #store(
    processor: VirtualProcessor,
    frame: ScatterList,
    at: number,
    receive: ReceiveSections,
    section: number,
  ): void {
    const { mover, host } = this.#provider;
    const { length } = frame;
    if (mover !== undefined && at >= 0) {
      mover.store(processor, frame, at);
      return;
    }
    if (at >= 0) frame.copyTo(host, at);
    else receive.putFrame(section, frame);
    const { ledger, costs } = processor.lp;
    ledger.copies++;
    ledger.copiedBytes += length;
    const detail = processor.tracing ? `${length} bytes into the receive buffer` : undefined;
    this.#charge(processor, COPY, costs.copyCold * length, detail);
  }

  #charge(processor: VirtualProcessor, what: number, cycles: number, detail?: string): void {
    processor.charge(this.#provider.mode.actor(processor), what, cycles, detail);
  }

  /** Whether the packet is frames in a section of the send buffer. */
  #isSection(words: number): boolean {
    const packet = this.#packet;
    const at = (packet[0] >>> 16) * 2;
    const isMessage = (packet[0] & 0xffff) === PACKET_IN_BAND && at + 4 <= words;
    return isMessage && packet[at] === NVSP_RNDIS_PACKET && packet[at + 1] === RNDIS_DATA;
  }

  /**
   * Without the copy of ring messages: looks at the message where it lies, and comes back to use it. What
   * the guest writes in between is used unchecked.
   */
  #checkInPlace(processor: VirtualProcessor): void {
    this.#charge(processor, DRIVER, processor.lp.costs.serviceProvider, 'VSP: check the message');
    const list = this.#newList(-1);
    this.#frames.reset();
    const at = (this.#packet[0] >>> 16) * 2;
    const good = this.#collect(PACKET_IN_BAND, at) && this.#frames.next(this.#transfer, list) === 1;
    this.#lists.push(list);
    if (good) this.#in.unread();
    else this.#outstanding.release(this.#begin());
    if (++this.#checked % POLL_BUDGET === 0) {
      if (this.#in.commit()) this.#signal(processor);
      this.flush(processor);
    }
    processor.post(this, good ? USE : 0, processor.local);
  }

  #useInPlace(processor: VirtualProcessor): void {
    if (this.#in.read(this.#packet) <= 0) return;
    const at = (this.#packet[0] >>> 16) * 2;
    const list = this.#newList(this.#begin());
    this.#trusted(list, this.#packet[at + 2]);
    this.#toSwitch(processor, list);
  }

  /** The frame as the message has it by now: the offset is added to the mapping, whatever it is. */
  #trusted(list: ScatterList, section: number): void {
    const { host, state } = this.#provider;
    if (state.send === undefined || section >= state.sendSections) return;
    const start = state.send.span(section * SEND_SECTION_SIZE, RNDIS_HEADER);
    if (start < 0) return;
    const offset = host.read32(start + 4 * WORD_DATA_OFFSET) + RNDIS_BODY;
    const length = host.read32(start + 4 * WORD_DATA_LENGTH);
    const at = (start + offset) % 4294967296;
    // Beyond the host's memory there is nothing to read: a machine check, here a dropped frame.
    if (at + length <= host.size) list.add(at, length);
  }

  #newList(token: number): ScatterList {
    const list = this.#lists.pop() ?? new ScatterList();
    list.clear();
    list.owner = this;
    list.token = token;
    return list;
  }

  /** A transfer of the guest begins; its token. */
  #begin(): number {
    return this.#outstanding.begin(this.#packet[2] + this.#packet[3] * 4294967296);
  }

  #control(processor: VirtualProcessor, message: Uint32Array): void {
    const provider = this.#provider;
    if (provider.channels[0] !== this) {
      this.#close('a control message on a sub-channel');
      return;
    }
    const words = new Uint32Array(NVSP_WORDS);
    words.set(message.subarray(0, NVSP_WORDS));
    const { subchannels } = provider.state;
    const answer = handleControl(provider.state, provider, words);
    if (typeof answer === 'string') {
      this.#close(answer);
      return;
    }
    const packet = this.#packet;
    if (answer !== undefined && ((packet[1] >>> 16) & FLAG_COMPLETION_REQUESTED) !== 0) {
      const count = answer.length === 0 ? 0 : replyWords(provider.state);
      this.#reply.fill(0, DESCRIPTOR_WORDS, DESCRIPTOR_WORDS + count);
      this.#reply.set(answer, DESCRIPTOR_WORDS);
      if (!this.#complete(processor, packet[2] + packet[3] * 4294967296, count))
        this.#close('the guest asks and does not read the answers');
    }
    if (words[0] === NVSP_SUBCHANNEL && provider.state.subchannels > subchannels)
      provider.sendIndirectionTable(processor);
    if (words[0] === NVSP_SWITCH_DATA_PATH) provider.onDataPath(provider.state.dataPath);
  }

  /** A control message of RNDIS: copied before it is looked at; the reply comes in a section. */
  #rndis(processor: VirtualProcessor): void {
    const { state, host } = this.#provider;
    const list = this.#transfer;
    const token = this.#begin();
    if (list.length > MAX_CONTROL || state.receive === undefined) {
      this.#close('an RNDIS message without a place for its answer');
      return;
    }
    const bytes = new Uint8Array(list.length);
    for (let i = 0, done = 0; i < list.count; done += list.lengths[i++])
      bytes.set(host.bytes.subarray(list.addresses[i], list.addresses[i] + list.lengths[i]), done);
    const answer = answerRndis(state, new DataView(bytes.buffer));
    this.#outstanding.release(token);
    if (typeof answer === 'string') this.#close(answer);
    else if (answer !== undefined) this.#sendAnswer(processor, state.receive, answer);
  }

  #sendAnswer(processor: VirtualProcessor, receive: ReceiveSections, answer: DataView): void {
    const section = answer.byteLength <= receive.sectionSize ? receive.takeControl() : -1;
    if (section < 0) {
      this.#close('the guest asks and does not give the sections of the answers back');
      return;
    }
    receive.putBytes(section, new Uint8Array(answer.buffer));
    const reply = this.#reply;
    reply[6] = answer.byteLength;
    reply[7] = section * receive.sectionSize;
    this.#sendRanges(processor, [section], RNDIS_CONTROL);
  }

  #sendBatch(processor: VirtualProcessor): void {
    const { receive } = this.#provider.state;
    const size = receive?.sectionSize ?? 0;
    const ranges = this.#batch.length / 2;
    const sections: number[] = [];
    for (let i = 0; i < ranges; i++) {
      this.#reply[6 + 2 * i] = this.#batch[2 * i + 1];
      this.#reply[7 + 2 * i] = this.#batch[2 * i] * size;
      sections.push(this.#batch[2 * i]);
    }
    this.#batch.length = 0;
    if (receive !== undefined && !this.#sendRanges(processor, sections, RNDIS_DATA))
      this.dropped += ranges;
  }

  /** A transfer-page packet over ranges that are written already; takes the sections back without room. */
  #sendRanges(processor: VirtualProcessor, sections: number[], kind: number): boolean {
    const reply = this.#reply;
    reply[4] = RECEIVE_BUFFER_ID;
    reply[5] = sections.length;
    const at = 6 + 2 * sections.length;
    const end = at + replyWords(this.#provider.state);
    reply.fill(0, at, end);
    reply[at] = NVSP_RNDIS_PACKET;
    reply[at + 1] = kind;
    reply[at + 2] = NO_SECTION;
    const transaction = this.#transaction++;
    const header = 2 + 2 * sections.length;
    const detail = 'put received frames';
    const type = PACKET_TRANSFER_PAGES;
    if (this.#put(processor, end, type, header, FLAG_COMPLETION_REQUESTED, transaction, detail)) {
      this.#lent.set(transaction, sections);
      return true;
    }
    for (const section of sections) this.#provider.state.receive?.give(section);
    return false;
  }

  /** The guest is through with a batch: its sections are free. A number it was never given is ignored. */
  #takeBack(transaction: number): void {
    const sections = this.#lent.get(transaction);
    if (sections === undefined) return;
    this.#lent.delete(transaction);
    for (const section of sections) this.#provider.state.receive?.give(section);
  }

  #complete(processor: VirtualProcessor, transaction: number, words: number): boolean {
    const count = DESCRIPTOR_WORDS + words;
    return this.#put(processor, count, PACKET_COMPLETION, 0, 0, transaction, 'put a completion');
  }

  #put(
    processor: VirtualProcessor,
    words: number,
    type: number,
    headerWords: number,
    flags: number,
    transaction: number,
    detail: string,
  ): boolean {
    this.#charge(processor, RING, processor.lp.costs.ringPacket, detail);
    const written = this.#out.write(this.#reply, words, type, headerWords, flags, transaction);
    if (written === 2) this.#signalOwed = true;
    return written !== 0;
  }

  #signal(processor: VirtualProcessor): void {
    this.#signalOwed = false;
    this.#provider.mode.call(processor);
    const { partitionId, index } = this.channel.guestProcessor;
    const { hypervisor } = this.#provider;
    hypervisor.signalEventDirect(processor, partitionId, index, SINT_VMBUS, this.channel.relid);
  }

  #close(reason: string): void {
    this.channel.close(reason);
    this.#polling = true;
  }
}
