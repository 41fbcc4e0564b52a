import type { BusMaster } from '../machine/devices/dec21140/device.ts';
import type { Cpu } from './v86-inside.ts';

/** Below 1 MiB a window of ports and firmware answers instead of memory. */
const HOLE_START = 0xa0000;
const HOLE_END = 0x100000;

/** The guest's memory under v86, as a bus master reaches it. */
export class OutsideMemory implements BusMaster {
  #cpu: () => Cpu;

  /** @param cpu asked at each access: the machine is put together before v86 has one */
  constructor(cpu: () => Cpu) {
    this.#cpu = cpu;
  }

  readInto(address: number, target: Uint8Array, offset: number, length: number): number {
    const { mem8 } = this.#cpu();
    const count = reach(address, length, mem8.length);
    target.set(mem8.subarray(address, address + count), offset);
    target.fill(0xff, offset + count, offset + length);
    return count;
  }

  writeFrom(address: number, source: Uint8Array, offset: number, length: number): number {
    const count = reach(address, length, this.#cpu().mem8.length);
    if (count > 0) this.#cpu().write_blob(source.subarray(offset, offset + count), address);
    return count;
  }
}

/** How many of `length` bytes from `address` on are memory. */
export function reach(address: number, length: number, memorySize: number): number {
  const end = address < HOLE_START ? HOLE_START : memorySize;
  const isHole = address >= HOLE_START && address < HOLE_END;
  return isHole ? 0 : Math.max(0, Math.min(length, end - address));
}

/** Passes everything on, and tells what was read. */
export class WatchedMemory implements BusMaster {
  #memory: BusMaster;
  #wasRead: (address: number, data: Uint8Array) => void;

  constructor(memory: BusMaster, wasRead: (address: number, data: Uint8Array) => void) {
    this.#memory = memory;
    this.#wasRead = wasRead;
  }

  readInto(address: number, target: Uint8Array, offset: number, length: number): number {
    const count = this.#memory.readInto(address, target, offset, length);
    this.#wasRead(address, target.slice(offset, offset + length));
    return count;
  }

  writeFrom(address: number, source: Uint8Array, offset: number, length: number): number {
    return this.#memory.writeFrom(address, source, offset, length);
  }
}

const PAGE = 4096;

/** Memory that is made as it is touched: what a recording says was in it, else zeros. */
export class SparseMemory implements BusMaster {
  #pages = new Map<number, Uint8Array>();

  readInto(address: number, target: Uint8Array, offset: number, length: number): number {
    for (let i = 0; i < length; i++)
      target[offset + i] = this.#page(address + i)[(address + i) % PAGE];
    return length;
  }

  writeFrom(address: number, source: Uint8Array, offset: number, length: number): number {
    for (let i = 0; i < length; i++)
      this.#page(address + i)[(address + i) % PAGE] = source[offset + i];
    return length;
  }

  #page(address: number): Uint8Array {
    const number = Math.floor(address / PAGE);
    let page = this.#pages.get(number);
    if (!page) {
      page = new Uint8Array(PAGE);
      this.#pages.set(number, page);
    }
    return page;
  }
}
