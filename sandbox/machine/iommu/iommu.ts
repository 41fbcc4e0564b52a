import { type HostMemory, LARGE_PAGE_SIZE, PAGE_SIZE } from '../memory/host-memory.ts';

/** Permission bits of a second-level entry, as VT-d places them. */
export const DMA_READ = 1;
export const DMA_WRITE = 2;
const LARGE = 0x80;
const IOTLB_ENTRIES = 256;
const ENTRIES = 512;
/** Three levels translate 39 bits. */
const ADDRESS_LIMIT = 2 ** 39;

/** Why a DMA was refused. */
export type DmaFaultReason = 'no context' | 'not present' | 'not writable' | 'not readable';

/** A refused DMA: who asked, for what address, and what was missing. */
export interface DmaFault {
  requesterId: number;
  address: number;
  reason: DmaFaultReason;
}

/**
 * DMA remapping: a device's address is looked up by the requester id of the function that sends it.
 *
 * Root table (256 entries by bus), context tables (256 by device and function) and second-level tables
 * (39 bits: three levels, leaves of 4 KiB or 2 MiB) stand in host memory, 64-bit entries, and are walked
 * there; a direct-mapped IOTLB remembers large-page translations.
 */
export class Iommu {
  /** Walks done because the IOTLB did not know. The device waits for each one. */
  walks = 0;
  faults = 0;
  lastFault: DmaFault | undefined;
  #host: HostMemory;
  #root: number;
  #tags = new Float64Array(IOTLB_ENTRIES).fill(-1);
  #frames = new Float64Array(IOTLB_ENTRIES);
  #access = new Uint8Array(IOTLB_ENTRIES);

  constructor(host: HostMemory) {
    this.#host = host;
    this.#root = host.allocate(PAGE_SIZE);
  }

  /** A new domain: an empty second-level table. Returns its host-physical address. */
  createDomain(): number {
    return this.#host.allocate(PAGE_SIZE);
  }

  /** Puts the function `requesterId` into `domain`. */
  attach(requesterId: number, domain: number): void {
    const rootEntry = this.#root + (requesterId >>> 8) * 16;
    let context = this.#host.read32(rootEntry);
    if ((context & 1) === 0) {
      context = this.#host.allocate(PAGE_SIZE) | 1;
      this.#host.write32(rootEntry, context);
    }
    const entry = (context & ~0xfff) + (requesterId & 0xff) * 16;
    this.#host.write32(entry, domain | 1);
    this.flush();
  }

  /** Takes a function's context entry out: whatever it asks for from now on is a fault. */
  detach(requesterId: number): void {
    const context = this.#host.read32(this.#root + (requesterId >>> 8) * 16);
    if ((context & 1) === 0) return;
    this.#host.write32((context & ~0xfff) + (requesterId & 0xff) * 16, 0);
    this.flush();
  }

  /** Maps device address `address` to host address `target`, 4 KiB or 2 MiB at once. */
  map(domain: number, address: number, target: number, access: number, large: boolean): void {
    const level2 = this.#descend(domain, Math.floor(address / 2 ** 30) % ENTRIES);
    const index2 = Math.floor(address / LARGE_PAGE_SIZE) % ENTRIES;
    if (large) this.#writeEntry(level2, index2, target, access | LARGE);
    else {
      const level1 = this.#descend(level2, index2);
      this.#writeEntry(level1, Math.floor(address / PAGE_SIZE) % ENTRIES, target, access);
    }
    this.flush();
  }

  /** Forgets what the IOTLB remembers. */
  flush(): void {
    this.#tags.fill(-1);
  }

  /**
   * Host-physical address behind `address` for the function `requesterId`, or -1 with the fault
   * recorded. Valid to the end of its 4 KiB page, or 2 MiB page when `spanOf` says so.
   */
  translate(requesterId: number, address: number, access: number): number {
    if (!(address >= 0 && address < ADDRESS_LIMIT))
      return this.#fault(requesterId, address, 'not present');
    const large = Math.floor(address / LARGE_PAGE_SIZE);
    const tag = requesterId * 4294967296 + large;
    const slot = (large ^ (requesterId * 7)) & (IOTLB_ENTRIES - 1);
    if (this.#tags[slot] === tag && (this.#access[slot] & access) === access)
      return this.#frames[slot] + (address - large * LARGE_PAGE_SIZE);
    return this.#walk(requesterId, address, access, slot, tag);
  }

  #walk(requesterId: number, address: number, access: number, slot: number, tag: number): number {
    this.walks++;
    const host = this.#host;
    const context = host.read32(this.#root + (requesterId >>> 8) * 16);
    const entry =
      (context & 1) === 0 ? 0 : host.read32((context & ~0xfff) + (requesterId & 0xff) * 16);
    if ((entry & 1) === 0) return this.#fault(requesterId, address, 'no context');
    const domain = entry & ~0xfff;
    const level3 = this.#entry(domain, Math.floor(address / 2 ** 30) % ENTRIES);
    if (level3 === 0) return this.#fault(requesterId, address, 'not present');
    const level2 = this.#entry(level3 & ~0xfff, Math.floor(address / LARGE_PAGE_SIZE) % ENTRIES);
    if ((level2 & LARGE) !== 0) {
      if ((level2 & access) !== access) return this.#refuse(requesterId, address, level2);
      this.#tags[slot] = tag;
      this.#frames[slot] = (level2 & ~0x1fffff) >>> 0;
      this.#access[slot] = level2 & 3;
      return this.#frames[slot] + (address % LARGE_PAGE_SIZE);
    }
    const level1 =
      level2 === 0 ? 0 : this.#entry(level2 & ~0xfff, Math.floor(address / PAGE_SIZE) % ENTRIES);
    if ((level1 & access) !== access) return this.#refuse(requesterId, address, level1);
    return ((level1 & ~0xfff) >>> 0) + (address % PAGE_SIZE);
  }

  #refuse(requesterId: number, address: number, entry: number): number {
    if ((entry & 3) === 0) return this.#fault(requesterId, address, 'not present');
    const readable = (entry & DMA_READ) !== 0;
    return this.#fault(requesterId, address, readable ? 'not writable' : 'not readable');
  }

  #fault(requesterId: number, address: number, reason: DmaFaultReason): number {
    this.faults++;
    this.lastFault = { requesterId, address, reason };
    return -1;
  }

  #entry(table: number, index: number): number {
    return this.#host.read32(table + index * 8);
  }

  #descend(table: number, index: number): number {
    const entry = this.#entry(table, index);
    if (entry !== 0) return entry & ~0xfff;
    const next = this.#host.allocate(PAGE_SIZE);
    this.#writeEntry(table, index, next, DMA_READ | DMA_WRITE);
    return next;
  }

  #writeEntry(table: number, index: number, target: number, bits: number): void {
    this.#host.write32(table + index * 8, (target | bits) >>> 0);
    this.#host.write32(table + index * 8 + 4, Math.floor(target / 4294967296));
  }
}
