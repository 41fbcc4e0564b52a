import { ScatterList } from '../../memory/scatter-list.ts';
import { DRIVER } from '../../partition/ledger.ts';
import type { VirtualProcessor } from '../../partition/virtual-processor.ts';
import type { Channel } from '../../vmbus/channel.ts';
import {
  NO_SECTION,
  NVSP_RNDIS_PACKET,
  RECEIVE_BUFFER_ID,
  RNDIS_CONTROL,
  RNDIS_DATA,
} from '../../vmbus/nvsp.ts';
import { FLAG_COMPLETION_REQUESTED, PACKET_TRANSFER_PAGES } from '../../vmbus/ring.ts';
import {
  fillHeader,
  headerSize,
  INFO_SIZE,
  MAX_HEADER_WORDS,
  NO_INFO,
  RNDIS_HEADER,
} from '../../vmbus/rndis.ts';
import { replyWords } from './control.ts';
import type { NetVsp } from './provider.ts';
import type { ReceiveSections } from './receive-sections.ts';
import { fragmentInfo, receivedInfo } from './received-offload.ts';
import { MAX_RANGES, type PacketWriter } from './writer.ts';

/** First word of the ranges of a transfer-page packet. */
const RANGES = 6;

/** Frames and answers for the guest on one channel: into sections of its receive buffer, then told. */
export class ReceivePath {
  /** Frames that found no free section, or no room in the ring. */
  dropped = 0;
  #provider: NetVsp;
  #channel: Channel;
  #writer: PacketWriter;
  #header = new Uint32Array(MAX_HEADER_WORDS);
  #part = new ScatterList();
  /** Sections and lengths of frames that the guest has not been told of. */
  #batch: number[] = [];
  /** Sections that the guest has, by transaction. */
  #lent = new Map<number, number[]>();
  #transaction = 1;
  /** Number of the next coalesced frame. */
  #coalesced = 0;

  constructor(provider: NetVsp, channel: Channel, writer: PacketWriter) {
    this.#provider = provider;
    this.#channel = channel;
    this.#writer = writer;
  }

  /** A frame for the guest: copied into a section of its receive buffer, told at the end of the batch. */
  deliver(processor: VirtualProcessor, frame: ScatterList, receive: ReceiveSections): void {
    const { mode } = this.#provider;
    mode.enter(processor);
    mode.call(processor);
    const { serviceProvider } = processor.lp.costs;
    this.#writer.charge(processor, DRIVER, serviceProvider, 'VSP: to the guest');
    if (frame.offload !== undefined) {
      this.#deliverCoalesced(processor, frame, receive);
      return;
    }
    const { checked } = frame;
    const info = checked === 0 ? NO_INFO : receivedInfo(checked, this.#provider.state.offloads);
    const room = this.#batch.length < 2 * MAX_RANGES && this.#channel.closedBecause === undefined;
    const lent = room && frame.count === 1 ? receive.lentAt(frame.addresses[0]) : -1;
    const size = lent < 0 ? headerSize(info) : RNDIS_HEADER;
    const fits = room && frame.length + size <= receive.sectionSize;
    const section = lent < 0 && fits ? receive.take() : lent;
    if (section < 0) {
      this.dropped++;
      return;
    }
    // Where the NIC has put the frame there is no room for more than the header.
    fillHeader(this.#header, 0, frame.length, lent < 0 ? info : NO_INFO, 0);
    const at = receive.putHeader(section, this.#header, size);
    if (lent < 0) this.#store(processor, frame, at, receive, section, size);
    this.#batch.push(section, frame.length + size);
  }

  /**
   * A frame longer than a section, for a guest that has asked for such: its fragments fill sections, each a
   * message of its own, in one transfer. All of it or nothing.
   */
  #deliverCoalesced(
    processor: VirtualProcessor,
    frame: ScatterList,
    receive: ReceiveSections,
  ): void {
    const room = receive.sectionSize - RNDIS_HEADER - 2 * INFO_SIZE;
    const count = Math.ceil(frame.length / room);
    if (this.#batch.length / 2 + count > MAX_RANGES) this.flush(processor);
    const sections = receive.takeSome(this.#channel.closedBecause === undefined ? count : 0);
    if (sections.length === 0) {
      this.dropped++;
      return;
    }
    const number = this.#coalesced++;
    for (const [i, section] of sections.entries()) {
      const length = Math.min(room, frame.length - i * room);
      const info = fragmentInfo(i, count, number);
      const size = headerSize(info);
      fillHeader(this.#header, 0, length, info, 0);
      this.#part.clear();
      frame.partOf(i * room, length, this.#part);
      const at = receive.putHeader(section, this.#header, size);
      this.#store(processor, this.#part, at, receive, section, size);
      this.#batch.push(section, length + size);
    }
  }

  /** Tells the guest of the frames since the last time. */
  flush(processor: VirtualProcessor): void {
    const { receive } = this.#provider.state;
    const { words } = this.#writer;
    const ranges = this.#batch.length / 2;
    if (ranges === 0) return;
    const sections: number[] = [];
    for (let i = 0; i < ranges; i++) {
      words[RANGES + 2 * i] = this.#batch[2 * i + 1];
      words[RANGES + 1 + 2 * i] = this.#batch[2 * i] * (receive?.sectionSize ?? 0);
      sections.push(this.#batch[2 * i]);
    }
    this.#batch.length = 0;
    if (receive === undefined || !this.#sendRanges(processor, sections, RNDIS_DATA))
      this.dropped += ranges;
  }

  /** An answer to a control message; false when the guest holds all sections for those. */
  answer(processor: VirtualProcessor, receive: ReceiveSections, message: DataView): boolean {
    const section = message.byteLength <= receive.sectionSize ? receive.takeControl() : -1;
    if (section < 0) return false;
    receive.putBytes(section, new Uint8Array(message.buffer));
    const { words } = this.#writer;
    words[RANGES] = message.byteLength;
    words[RANGES + 1] = section * receive.sectionSize;
    return this.#sendRanges(processor, [section], RNDIS_CONTROL);
  }

  /** The guest is through with a batch: its sections are free. A number it was never given is ignored. */
  takeBack(transaction: number): void {
    const sections = this.#lent.get(transaction);
    if (sections === undefined) return;
    this.#lent.delete(transaction);
    for (const section of sections) this.#provider.state.receive?.give(section);
  }

  /** The receive buffer is the guest's alone again: its sections are nobody's. */
  forget(): void {
    this.#batch.length = 0;
    this.#lent.clear();
  }

  /** The copy into the receive buffer: by the root, or by the hypervisor where no memory is shared. */
  #store(
    processor: VirtualProcessor,
    frame: ScatterList,
    at: number,
    receive: ReceiveSections,
    section: number,
    offset: number,
  ): void {
    const { mover, host } = this.#provider;
    const { length } = frame;
    if (mover !== undefined && at >= 0) {
      mover.store(processor, frame, at);
      return;
    }
    if (at >= 0) frame.copyTo(host, at);
    else receive.putFrame(section, frame, offset);
    const { copyCold } = processor.lp.costs;
    const detail = processor.tracing ? `${length} bytes into the receive buffer` : undefined;
    processor.copyFrame(this.#provider.mode.actor(processor), length, copyCold, detail);
  }

  /** A transfer-page packet over ranges that are written already; takes the sections back without room. */
  #sendRanges(processor: VirtualProcessor, sections: number[], kind: number): boolean {
    const { words } = this.#writer;
    words[RANGES - 2] = RECEIVE_BUFFER_ID;
    words[RANGES - 1] = sections.length;
    const at = RANGES + 2 * sections.length;
    const end = at + replyWords(this.#provider.state);
    words.fill(0, at, end);
    words[at] = NVSP_RNDIS_PACKET;
    words[at + 1] = kind;
    words[at + 2] = NO_SECTION;
    const transaction = this.#transaction++;
    const written = this.#writer.put(
      processor,
      end,
      PACKET_TRANSFER_PAGES,
      2 + 2 * sections.length,
      FLAG_COMPLETION_REQUESTED,
      transaction,
      'put received frames',
    );
    if (written) this.#lent.set(transaction, sections);
    else for (const section of sections) this.#provider.state.receive?.give(section);
    return written;
  }
}
