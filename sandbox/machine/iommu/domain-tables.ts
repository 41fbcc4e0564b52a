import { type HostMemory, LARGE_PAGE_SIZE, PAGE_SIZE } from '../memory/host-memory.ts';
import * as spec from './spec.ts';
import { pointer } from './table-walker.ts';

/**
 * The software's side of the tables: writes root, context and second-level entries into host memory. It
 * invalidates nothing; that is a step of its own, and leaving it out has the consequences it has.
 */
export class DomainTables {
  #host: HostMemory;

  constructor(host: HostMemory) {
    this.#host = host;
  }

  /** An empty table of one page. @throws OutOfMemoryError */
  newTable(): number {
    return this.#host.allocate(PAGE_SIZE);
  }

  /** Address of the context entry of `requesterId`; makes the table for its bus when there is none. */
  contextEntry(rootTable: number, requesterId: number): number {
    const host = this.#host;
    const root = rootTable + (requesterId >>> 8) * spec.ROOT_ENTRY_BYTES;
    if ((host.read32(root) & spec.ROOT_PRESENT) === 0)
      this.#write64(root, this.newTable(), spec.ROOT_PRESENT);
    const contexts = pointer(host.read32(root), host.read32(root + 4));
    return contexts + (requesterId & 0xff) * spec.CONTEXT_ENTRY_BYTES;
  }

  /** Writes a context entry that leads to `table`, of `levels` levels, under `domainId`. */
  writeContext(entry: number, table: number, levels: number, domainId: number): void {
    this.#host.write32(entry + 8, (domainId << spec.CONTEXT_DOMAIN_SHIFT) | (levels - 2));
    this.#host.write32(entry + 12, 0);
    this.#write64(entry, table, spec.CONTEXT_PRESENT);
  }

  /**
   * Maps the page of `address` to `target`: 2 MiB when `large`, else 4 KiB. A large page in the way is split
   * into small ones first. @returns whether something was mapped there before
   */
  map(
    table: number,
    levels: number,
    address: number,
    target: number,
    access: number,
    large: boolean,
  ): boolean {
    let from = table;
    const leaf = large ? 2 : 1;
    for (let level = levels; level > leaf; level--) {
      const at = from + indexAt(address, level) * spec.TABLE_ENTRY_BYTES;
      from = this.#descend(at, level);
    }
    const at = from + indexAt(address, leaf) * spec.TABLE_ENTRY_BYTES;
    const before = (this.#host.read32(at) & (spec.DMA_READ | spec.DMA_WRITE)) !== 0;
    this.#write64(at, target, access | (large ? spec.ENTRY_LARGE : 0));
    return before;
  }

  /** Takes the page of `address` out. @returns its size in bytes, or 0 when nothing is mapped there */
  unmap(table: number, levels: number, address: number): number {
    let from = table;
    for (let level = levels; ; level--) {
      const at = from + indexAt(address, level) * spec.TABLE_ENTRY_BYTES;
      const low = this.#host.read32(at);
      if ((low & (spec.DMA_READ | spec.DMA_WRITE)) === 0) return 0;
      const large = level === 2 && (low & spec.ENTRY_LARGE) !== 0;
      if (level === 1 || large) {
        this.#write64(at, 0, 0);
        return large ? LARGE_PAGE_SIZE : PAGE_SIZE;
      }
      from = pointer(low, this.#host.read32(at + 4));
    }
  }

  #descend(at: number, level: number): number {
    const host = this.#host;
    const low = host.read32(at);
    const high = host.read32(at + 4);
    if ((low & (spec.DMA_READ | spec.DMA_WRITE)) === 0) {
      const next = this.newTable();
      this.#write64(at, next, spec.DMA_READ | spec.DMA_WRITE);
      return next;
    }
    if (level !== 2 || (low & spec.ENTRY_LARGE) === 0) return pointer(low, high);
    const next = this.newTable();
    for (let i = 0; i < spec.TABLE_ENTRIES; i++)
      this.#write64(
        next + i * spec.TABLE_ENTRY_BYTES,
        pointer(low, high) + i * PAGE_SIZE,
        low & (spec.DMA_READ | spec.DMA_WRITE),
      );
    this.#write64(at, next, spec.DMA_READ | spec.DMA_WRITE);
    return next;
  }

  #write64(at: number, address: number, bits: number): void {
    this.#host.write32(at, ((address % 4294967296) | bits) >>> 0);
    this.#host.write32(at + 4, Math.floor(address / 4294967296));
  }
}

/** Index of `address` in a table of `level`, 1 for the one with 4 KiB pages. */
function indexAt(address: number, level: number): number {
  return Math.floor(address / spec.LEVEL_SPAN[level]) % spec.TABLE_ENTRIES;
}
