import { type GuestMemory, READ, WRITE } from '../../memory/guest-memory.ts';
import { fillHeader, MAX_HEADER_WORDS, type PacketInfo } from '../../vmbus/rndis.ts';

/**
 * The buffer that the host has mapped for good, in sections of equal size. All channels of an adapter
 * take sections from it; one is free again when the packet that named it is completed.
 */
export class SendBuffer {
  readonly sectionSize: number;
  readonly sections: number;
  #memory: GuestMemory;
  #gpa: number;
  #words = new Uint32Array(MAX_HEADER_WORDS);
  #free: number[];
  /** Host addresses of sections that are in one piece; -1 for the others. */
  #addresses: Float64Array;

  /** Sections are taken in order, the first one first. */
  constructor(memory: GuestMemory, gpa: number, bytes: number, sectionSize: number) {
    this.#memory = memory;
    this.#gpa = gpa;
    this.sectionSize = sectionSize;
    this.sections = sectionSize > 0 ? Math.floor(bytes / sectionSize) : 0;
    this.#free = Array.from({ length: this.sections }, (_, i) => i).reverse();
    this.#addresses = Float64Array.from({ length: this.sections }, (_, i) =>
      memory.span(gpa + i * sectionSize, sectionSize, WRITE),
    );
  }

  /** A free section, or -1. */
  take(): number {
    return this.#free.pop() ?? -1;
  }

  give(section: number): void {
    this.#free.push(section);
  }

  /** Writes the header of a frame at `offset` of a section; returns its bytes. */
  putHeader(
    section: number,
    offset: number,
    length: number,
    info: PacketInfo,
    padding: number,
  ): number {
    const address = this.#addresses[section];
    if (address >= 0 && ((address + offset) & 3) === 0) {
      const { u32 } = this.#memory.host;
      return 4 * fillHeader(u32, (address + offset) >>> 2, length, info, padding);
    }
    const words = fillHeader(this.#words, 0, length, info, padding);
    const gpa = this.#gpa + section * this.sectionSize + offset;
    for (let i = 0; i < words; i++) this.#memory.write32(gpa + 4 * i, this.#words[i]);
    return 4 * words;
  }

  /** Copies `length` bytes of guest memory at `from` to `offset` of a section. */
  copyIn(section: number, offset: number, from: number, length: number): void {
    const memory = this.#memory;
    const address = this.#addresses[section];
    const source = address >= 0 ? memory.span(from, length, READ) : -1;
    if (source >= 0) {
      memory.host.copy(address + offset, source, length);
      return;
    }
    const gpa = this.#gpa + section * this.sectionSize + offset;
    const bytes = new Uint8Array(length);
    memory.readInto(from, bytes, 0, length);
    memory.writeFrom(gpa, bytes, 0, length);
  }

  fillZero(section: number, offset: number, length: number): void {
    const gpa = this.#gpa + section * this.sectionSize + offset;
    for (let i = 0; i < length; i++) this.#memory.write8(gpa + i, 0);
  }
}
