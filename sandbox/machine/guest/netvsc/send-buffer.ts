import { type GuestMemory, WRITE } from '../../memory/guest-memory.ts';

/**
 * The buffer that the host has mapped for good, in sections of equal size. All channels of an adapter
 * take sections from it; one is free again when the packet that named it is completed.
 */
export class SendBuffer {
  readonly sectionSize: number;
  readonly sections: number;
  #memory: GuestMemory;
  #gpa: number;
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

  /** Writes `count` words at `offset` of a section. */
  putWords(section: number, offset: number, words: Uint32Array, count: number): void {
    const address = this.#addresses[section];
    if (address >= 0 && (offset & 3) === 0) {
      const { u32 } = this.#memory.host;
      const at = (address + offset) >>> 2;
      for (let i = 0; i < count; i++) u32[at + i] = words[i];
      return;
    }
    const gpa = this.#gpa + section * this.sectionSize + offset;
    for (let i = 0; i < count; i++) this.#memory.write32(gpa + 4 * i, words[i]);
  }

  /** Copies `length` bytes of guest memory at `from` to `offset` of a section. */
  copyIn(section: number, offset: number, from: number, length: number): void {
    const memory = this.#memory;
    const address = this.#addresses[section];
    const source = address >= 0 ? memory.span(from, length, WRITE) : -1;
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
