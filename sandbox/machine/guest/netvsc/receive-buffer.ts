import { type GuestMemory, READ } from '../../memory/guest-memory.ts';
import {
  MAX_HEADER_WORDS,
  RNDIS_BODY,
  RNDIS_HEADER,
  RNDIS_MSG_PACKET,
  WORD_DATA_LENGTH,
  WORD_DATA_OFFSET,
  WORD_INFO_LENGTH,
  WORD_LENGTH,
  WORD_TYPE,
} from '../../vmbus/rndis.ts';
import { fragmentOf, isVerified } from './offload.ts';

/**
 * Where the host puts what it has for the guest. The host writes here at any time, so a header is copied
 * before it is looked at; a frame's data may be used in place.
 */
export class ReceiveBuffer {
  /** The header of the last message that was read, and what goes with its frame. */
  readonly header = new Uint32Array(MAX_HEADER_WORDS);
  /** Guest address and length of that message's frame. */
  dataAt = 0;
  dataLength = 0;
  /** Whether the host says that TCP's or UDP's checksum of that frame is right. */
  verified = false;
  /** Flags and number of the fragment of a coalesced frame that the message is; 0 for a whole frame. */
  fragment = 0;
  #memory: GuestMemory;
  #gpa: number;
  #bytes: number;

  constructor(memory: GuestMemory, gpa: number, bytes: number) {
    this.#memory = memory;
    this.#gpa = gpa;
    this.#bytes = bytes;
  }

  /**
   * Copies the header of the message in `length` bytes at `offset`.
   * @returns its type; 0 for what cannot be a message
   */
  read(offset: number, length: number): number {
    if (offset + length > this.#bytes || length < RNDIS_BODY) return 0;
    const { header } = this;
    this.#copy(offset, Math.min(length, RNDIS_HEADER) >>> 2, 0);
    if (header[WORD_LENGTH] > length) return 0;
    if (header[WORD_TYPE] !== RNDIS_MSG_PACKET) return header[WORD_TYPE];
    const data = RNDIS_BODY + header[WORD_DATA_OFFSET];
    if (length < RNDIS_HEADER || data + header[WORD_DATA_LENGTH] > header[WORD_LENGTH]) return 0;
    const info = RNDIS_HEADER + header[WORD_INFO_LENGTH];
    if (info > data || info > MAX_HEADER_WORDS * 4) return 0;
    this.verified = false;
    this.fragment = 0;
    if (info > RNDIS_HEADER) {
      this.#copy(offset + RNDIS_HEADER, (info - RNDIS_HEADER) >>> 2, RNDIS_HEADER >>> 2);
      const said = header.subarray(RNDIS_HEADER >>> 2, info >>> 2);
      this.verified = isVerified(said);
      this.fragment = fragmentOf(said);
    }
    this.dataAt = this.#gpa + offset + data;
    this.dataLength = header[WORD_DATA_LENGTH];
    return RNDIS_MSG_PACKET;
  }

  /** A copy of a whole message. */
  copyOf(offset: number, length: number): DataView {
    const bytes = new Uint8Array(length);
    this.#memory.readInto(this.#gpa + offset, bytes, 0, length);
    return new DataView(bytes.buffer);
  }

  #copy(offset: number, words: number, into: number): void {
    const memory = this.#memory;
    const gpa = this.#gpa + offset;
    const at = (gpa & 1) === 0 ? memory.span(gpa, words * 4, READ) : -1;
    if (at < 0) {
      for (let i = 0; i < words; i++) this.header[into + i] = memory.read32(gpa + 4 * i);
      return;
    }
    const { u16 } = memory.host;
    for (let i = 0, half = at >>> 1; i < words; i++, half += 2)
      this.header[into + i] = u16[half] | (u16[half + 1] << 16);
  }
}
