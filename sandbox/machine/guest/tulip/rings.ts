import { DESCRIPTOR_SIZE, END_OF_RING, OWN } from '../../devices/dec21140/spec.ts';
import type { GuestMemory } from '../../memory/guest-memory.ts';

/** Ring sizes of the recorded driver, and the room its descriptors give a received frame. */
export const RX_ENTRIES = 128;
export const TX_ENTRIES = 32;
export const RX_BUFFER_SIZE = 0x604;
const BUFFER_STRIDE = 2048;

/** Descriptors one behind the other, each with a buffer of its own. Word 3 names the next one. */
class Ring {
  readonly base: number;
  readonly entries: number;
  protected memory: GuestMemory;
  #buffers: number;

  constructor(memory: GuestMemory, base: number, entries: number) {
    this.memory = memory;
    this.base = base;
    this.entries = entries;
    this.#buffers = memory.allocate(entries * BUFFER_STRIDE);
  }

  protected descriptor(index: number): number {
    return this.base + index * DESCRIPTOR_SIZE;
  }

  protected bufferAt(index: number): number {
    return this.#buffers + index * BUFFER_STRIDE;
  }

  /** Writes words 1 to 3, then word 0: whoever is to own it sees a complete descriptor. */
  protected put(index: number, status: number, control: number, buffer: number): void {
    const { memory } = this;
    const at = this.descriptor(index);
    const last = index === this.entries - 1;
    memory.write32(at + 4, (control | (last ? END_OF_RING : 0)) >>> 0);
    memory.write32(at + 8, buffer);
    memory.write32(at + 12, this.descriptor(last ? 0 : index + 1));
    memory.write32(at, status);
  }
}

/** Empty buffers for the chip to fill: taken in order, given back in order. */
export class ReceiveRing extends Ring {
  #next = 0;
  /** Descriptors taken and not given back yet. */
  #taken = 0;

  /** Gives the chip every buffer. */
  prepare(): void {
    this.#next = 0;
    this.#taken = 0;
    for (let i = 0; i < this.entries; i++) this.put(i, OWN, RX_BUFFER_SIZE, this.bufferAt(i));
  }

  /** RDES0 of the next frame; -1 while the chip still owns that descriptor, or when all are taken. */
  get status(): number {
    if (this.#taken === this.entries) return -1;
    const status = this.memory.read32(this.descriptor(this.#next));
    return (status & OWN) !== 0 ? -1 : status;
  }

  /** Address of the next frame. */
  get buffer(): number {
    return this.bufferAt(this.#next);
  }

  take(): void {
    this.#next = (this.#next + 1) % this.entries;
    this.#taken++;
  }

  /** Gives everything taken back to the chip. */
  refill(): void {
    for (; this.#taken > 0; this.#taken--) {
      const index = (this.#next - this.#taken + this.entries) % this.entries;
      this.memory.write32(this.descriptor(index), OWN);
    }
  }
}

/** Frames and setup frames for the chip to send. One place always stays empty. */
export class TransmitRing extends Ring {
  #next = 0;
  #clean = 0;
  /** Whether a place holds a frame, and not something that is for the chip only. */
  #frames = new Uint8Array(TX_ENTRIES);

  prepare(): void {
    this.#next = 0;
    this.#clean = 0;
    for (let i = 0; i < this.entries; i++) this.put(i, 0, 0, 0);
  }

  get free(): number {
    return this.entries - 1 - ((this.#next - this.#clean + this.entries) % this.entries);
  }

  /** Address of the next buffer. */
  get buffer(): number {
    return this.bufferAt(this.#next);
  }

  /** Fills the next descriptor and gives it to the chip. @returns the descriptor's address */
  add(control: number, buffer: number, frame: boolean): number {
    const index = this.#next;
    this.#frames[index] = frame ? 1 : 0;
    this.put(index, OWN, control, buffer);
    this.#next = (index + 1) % this.entries;
    return this.descriptor(index);
  }

  /** Whether a setup frame or what parts it from others is still in the ring. */
  get hasSetup(): boolean {
    for (let at = this.#clean; at !== this.#next; at = (at + 1) % this.entries)
      if (this.#frames[at] === 0) return true;
    return false;
  }

  /** Empties the ring. @returns how many frames were in it */
  abandon(): number {
    let frames = 0;
    for (let at = this.#clean; at !== this.#next; at = (at + 1) % this.entries)
      frames += this.#frames[at];
    this.prepare();
    return frames;
  }

  /** Takes back what the chip is done with. @returns how many descriptors */
  reclaim(done: (status: number, frame: boolean) => void): number {
    let count = 0;
    for (; this.#clean !== this.#next; count++) {
      const status = this.memory.read32(this.descriptor(this.#clean));
      if ((status & OWN) !== 0) break;
      done(status, this.#frames[this.#clean] === 1);
      this.#clean = (this.#clean + 1) % this.entries;
    }
    return count;
  }
}
