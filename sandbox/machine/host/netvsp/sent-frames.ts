import type { HostMemory } from '../../memory/host-memory.ts';
import type { ScatterList } from '../../memory/scatter-list.ts';
import {
  INFO_8021Q,
  INFO_CHECKSUM,
  INFO_LSO,
  MAX_HEADER_WORDS,
  RNDIS_BODY,
  RNDIS_HEADER,
  RNDIS_MSG_PACKET,
  WORD_DATA_LENGTH,
  WORD_DATA_OFFSET,
  WORD_INFO_LENGTH,
  WORD_INFO_OFFSET,
  WORD_LENGTH,
  WORD_TYPE,
} from '../../vmbus/rndis.ts';
import type { WorkWanted } from './sent-offload.ts';

/** Words of per-packet information before its data. */
const INFO_HEADER_WORDS = 3;

/** Nothing is asked for. */
const NO_WORK = { checksum: 0, segmentation: 0 };

/**
 * The RNDIS messages in what a guest sends, one after another. Each header is copied out of the guest's
 * memory once, and only the copy is looked at: the guest may change its memory meanwhile.
 */
export class SentFrames {
  #host: HostMemory;
  #header = new Uint32Array(MAX_HEADER_WORDS);
  #at = 0;
  /** What the last frame's information asks to have done to it; undefined for nothing. */
  work: WorkWanted | undefined;

  constructor(host: HostMemory) {
    this.#host = host;
  }

  /** Begins with the first message. */
  reset(): void {
    this.#at = 0;
  }

  /**
   * Puts the pieces of the next frame of `message` into `frame`.
   * @returns 1 for a frame, 0 at the end, -1 for what cannot be a message, after which there is nothing
   */
  next(message: ScatterList, frame: ScatterList): 1 | 0 | -1 {
    const left = message.length - this.#at;
    if (left === 0) return 0;
    if (left < RNDIS_HEADER || !this.#copy(message, 0, RNDIS_HEADER / 4)) return -1;
    const header = this.#header;
    const length = header[WORD_LENGTH];
    const data = RNDIS_BODY + header[WORD_DATA_OFFSET];
    const dataLength = header[WORD_DATA_LENGTH];
    const isPacket = header[WORD_TYPE] === RNDIS_MSG_PACKET && length <= left;
    if (!isPacket || data < RNDIS_HEADER || dataLength === 0 || data + dataLength > length)
      return -1;
    this.work = undefined;
    if (header[WORD_INFO_LENGTH] > 0 && !this.#readInfo(message, data)) return -1;
    if (!slice(message, this.#at + data, dataLength, frame)) return -1;
    this.#at += length;
    return 1;
  }

  /** The information of the frame: well formed, and without a tag that the guest must not choose. */
  #readInfo(message: ScatterList, data: number): boolean {
    const header = this.#header;
    const start = RNDIS_BODY + header[WORD_INFO_OFFSET];
    const end = start + header[WORD_INFO_LENGTH];
    if (start !== RNDIS_HEADER || (end & 3) !== 0 || end > data || end > MAX_HEADER_WORDS * 4)
      return false;
    if (!this.#copy(message, RNDIS_HEADER / 4, end / 4)) return false;
    for (let at = start; at < end; ) {
      const size = end - at < INFO_HEADER_WORDS * 4 ? 0 : header[at >>> 2];
      if (size < INFO_HEADER_WORDS * 4 + 4 || (size & 3) !== 0 || at + size > end) return false;
      const kind = header[(at >>> 2) + 1];
      const value = header[(at >>> 2) + INFO_HEADER_WORDS];
      if (kind === INFO_8021Q && value >>> 4 !== 0) return false;
      if (kind === INFO_CHECKSUM) this.work = { ...(this.work ?? NO_WORK), checksum: value };
      if (kind === INFO_LSO) this.work = { ...(this.work ?? NO_WORK), segmentation: value };
      at += size;
    }
    return true;
  }

  /** Copies words `from` to `to` of the header of the message at hand. */
  #copy(message: ScatterList, from: number, to: number): boolean {
    const { addresses, lengths } = message;
    const start = this.#at + 4 * from;
    const end = this.#at + 4 * to;
    if (end > message.length) return false;
    const address = addresses[0] + start;
    if (end <= lengths[0] && (address & 3) === 0) {
      const { u32 } = this.#host;
      for (let i = from, at = address >>> 2; i < to; i++, at++) this.#header[i] = u32[at];
    } else
      for (let i = from, at = start; i < to; i++, at += 4)
        this.#header[i] = this.#word(message, at);
    return true;
  }

  #word(message: ScatterList, at: number): number {
    const byte = (i: number) => message.byte(this.#host, at + i);
    return byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24);
  }
}

/** Adds `length` bytes at `offset` of one list to another; false when that one is full. */
function slice(from: ScatterList, offset: number, length: number, to: ScatterList): boolean {
  let skip = offset;
  let left = length;
  for (let i = 0; i < from.count && left > 0; i++) {
    const count = Math.min(left, from.lengths[i] - skip);
    if (count > 0) {
      if (!to.add(from.addresses[i] + skip, count)) return false;
      left -= count;
      skip = 0;
    } else skip -= from.lengths[i];
  }
  return left === 0;
}
