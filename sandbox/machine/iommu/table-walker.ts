import { type HostMemory, LARGE_PAGE_SIZE, PAGE_SIZE } from '../memory/host-memory.ts';
import * as spec from './spec.ts';

/** An entry that a walk has read, for those who want to see it. */
export interface WalkStep {
  /** `root`, `context`, or the level of a second-level table, 1 to 4. */
  table: 'root' | 'context' | number;
  /** Index of the entry in its table. */
  index: number;
  /** Host-physical address of the entry. */
  at: number;
  /** Its words, the lowest first: four of a root or context entry, two of a second-level one. */
  words: number[];
}

/**
 * Reads root, context and second-level tables in host memory, as the unit does when a cache does not know.
 * What it finds is in its fields: nothing is allocated, nothing is thrown, and nothing outside host memory
 * is read, whatever the tables say.
 */
export class TableWalker {
  /** Of the context entry. */
  domainId = 0;
  type = 0;
  /** Levels of the domain's tables, 3 or 4, and the topmost table. */
  levels = 0;
  table = 0;
  /** The context entry asks that its faults be not recorded. */
  quiet = false;
  /** Of the page: host-physical address, whether it is 2 MiB, and what all levels allow. */
  frame = 0;
  large = false;
  allowed = 0;
  /** Set for a walk that somebody watches. */
  steps: WalkStep[] | undefined;
  #host: HostMemory;

  constructor(host: HostMemory) {
    this.#host = host;
  }

  /** Finds the context entry of `requesterId`. @returns 0, or the reason of the fault */
  readContext(rootTable: number, requesterId: number): number {
    const host = this.#host;
    this.quiet = false;
    if (!this.#isTable(rootTable)) return spec.FAULT_ROOT_ACCESS;
    const bus = requesterId >>> 8;
    const root = rootTable + bus * spec.ROOT_ENTRY_BYTES;
    this.steps?.push(this.#step('root', bus, root, 4));
    const low = host.read32(root);
    const high = host.read32(root + 4);
    if ((low & spec.ROOT_PRESENT) === 0) return spec.FAULT_ROOT_NOT_PRESENT;
    const beyond = (high & ~spec.HIGH_ADDRESS) | host.read32(root + 8) | host.read32(root + 12);
    if (beyond !== 0 || (low & 0xffe) !== 0) return spec.FAULT_ROOT_RESERVED;
    const contexts = pointer(low, high);
    if (!this.#isTable(contexts)) return spec.FAULT_CONTEXT_ACCESS;
    const devfn = requesterId & 0xff;
    const at = contexts + devfn * spec.CONTEXT_ENTRY_BYTES;
    this.steps?.push(this.#step('context', devfn, at, 4));
    return this.#readContextEntry(at);
  }

  #readContextEntry(at: number): number {
    const host = this.#host;
    const low = host.read32(at);
    const high = host.read32(at + 4);
    const upper = host.read32(at + 8);
    if ((low & spec.CONTEXT_PRESENT) === 0) return spec.FAULT_CONTEXT_NOT_PRESENT;
    this.quiet = (low & spec.CONTEXT_FAULT_DISABLE) !== 0;
    const reserved = (high & ~spec.HIGH_ADDRESS) | (low & spec.CONTEXT_RESERVED_LOW);
    if ((reserved | (upper & spec.CONTEXT_RESERVED_HIGH) | host.read32(at + 12)) !== 0)
      return spec.FAULT_CONTEXT_RESERVED;
    const width = upper & spec.CONTEXT_WIDTH_MASK;
    this.type = (low >>> spec.CONTEXT_TYPE_SHIFT) & spec.CONTEXT_TYPE_MASK;
    if (this.type !== spec.TYPE_TRANSLATE && this.type !== spec.TYPE_PASS_THROUGH)
      return spec.FAULT_CONTEXT_INVALID;
    if (width !== spec.WIDTH_39 && width !== spec.WIDTH_48) return spec.FAULT_CONTEXT_INVALID;
    this.levels = width + 2;
    this.domainId = (upper >>> spec.CONTEXT_DOMAIN_SHIFT) & 0xffff;
    this.table = pointer(low, high);
    return 0;
  }

  /**
   * Walks `levels` levels down from `table` to the page of `address`, which must be below the domain's
   * width. `access` is a mask of DMA_READ and DMA_WRITE. @returns 0, or the reason of the fault
   */
  readPage(table: number, levels: number, address: number, access: number): number {
    const host = this.#host;
    this.allowed = spec.DMA_READ | spec.DMA_WRITE;
    let from = table;
    for (let level = levels; ; level--) {
      if (!this.#isTable(from)) return spec.FAULT_TABLE_ACCESS;
      const index = Math.floor(address / spec.LEVEL_SPAN[level]) % spec.TABLE_ENTRIES;
      const at = from + index * spec.TABLE_ENTRY_BYTES;
      this.steps?.push(this.#step(level, index, at, 2));
      const low = host.read32(at);
      const high = host.read32(at + 4);
      this.allowed &= low;
      if ((this.allowed & access) !== access) return missing(this.allowed, access);
      this.large = level === 2 && (low & spec.ENTRY_LARGE) !== 0;
      if (hasReserved(low, high, level)) return spec.FAULT_TABLE_RESERVED;
      from = pointer(low, high);
      if (level === 1 || this.large) break;
    }
    this.frame = from;
    const size = this.large ? LARGE_PAGE_SIZE : PAGE_SIZE;
    return from + size <= host.size ? 0 : spec.FAULT_NO_MEMORY;
  }

  /** Whether all of the table at `address` is in host memory. */
  #isTable(address: number): boolean {
    return address + PAGE_SIZE <= this.#host.size;
  }

  #step(table: WalkStep['table'], index: number, at: number, count: number): WalkStep {
    const words = Array.from({ length: count }, (_, i) => this.#host.read32(at + i * 4));
    return { table, index, at, words };
  }
}

/** The page-aligned host address in an entry's low and high word. */
export function pointer(low: number, high: number): number {
  return (high & spec.HIGH_ADDRESS) * 4294967296 + ((low & ~0xfff) >>> 0);
}

/** The fault for a page that may not be accessed so. VT-d has no other reason for one that is not there. */
function missing(allowed: number, access: number): number {
  return (access & ~allowed & spec.DMA_WRITE) !== 0 ? spec.FAULT_WRITE : spec.FAULT_READ;
}

/** Address bits beyond the host's, a large page where there is none, and one that is not aligned. */
function hasReserved(low: number, high: number, level: number): boolean {
  if ((high & spec.HIGH_RESERVED) !== 0 || (low & spec.ENTRY_SNOOP) !== 0) return true;
  if ((low & spec.ENTRY_LARGE) === 0 || level === 1) return false;
  return level > 2 || (low & 0x1ff000) !== 0;
}
