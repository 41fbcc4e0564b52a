import type { Dma } from './dma.ts';
import { CHAINED, DESCRIPTOR_SIZE, END_OF_RING, OWN } from './spec.ts';

/** A descriptor as it was last fetched. Its words are little-endian in memory unless DBO says otherwise. */
export class Descriptor {
  /** Bus address that it was fetched from. */
  address = 0;
  #words = new Uint32Array(DESCRIPTOR_SIZE / 4);
  #bytes = new Uint8Array(this.#words.buffer);
  #status = new Uint8Array(4);

  get owned(): boolean {
    return (this.#words[0] & OWN) !== 0;
  }

  /** Word 1: control bits and the sizes of both buffers. */
  get control(): number {
    return this.#words[1];
  }

  get buffer1(): number {
    return this.#words[2];
  }

  /** Address of the second buffer, or of the next descriptor where it is chained. */
  get buffer2(): number {
    return this.#words[3];
  }

  get size1(): number {
    return this.#words[1] & 0x7ff;
  }

  get size2(): number {
    return (this.#words[1] & CHAINED) !== 0 ? 0 : (this.#words[1] >>> 11) & 0x7ff;
  }

  /** @returns whether memory answered */
  fetch(dma: Dma, address: number, bigEndian: boolean): boolean {
    this.address = address;
    if (!dma.read(address, this.#bytes, 0, DESCRIPTOR_SIZE)) return false;
    if (bigEndian) for (let n = 0; n < 4; n++) this.#words[n] = swap(this.#words[n]);
    return true;
  }

  /** Gives it back to software: word 0 is all that the chip writes. @returns whether memory answered */
  close(dma: Dma, status: number, bigEndian: boolean): boolean {
    const word = bigEndian ? swap(status) : status;
    for (let i = 0; i < 4; i++) this.#status[i] = word >>> (8 * i);
    return dma.write(this.address, this.#status, 0, 4);
  }

  /**
   * Address of the one behind it: the base at the end of the ring, which wins over a chain; the chained
   * one; or the adjacent one, `skip` bytes on.
   */
  next(base: number, skip: number): number {
    if ((this.control & END_OF_RING) !== 0) return base;
    if ((this.control & CHAINED) !== 0) return (this.buffer2 & ~3) >>> 0;
    return (this.address + DESCRIPTOR_SIZE + skip) >>> 0;
  }
}

function swap(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}
