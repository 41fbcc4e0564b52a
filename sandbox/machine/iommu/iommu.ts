import {
  type HostMemory,
  LARGE_PAGE_SIZE,
  OutOfMemoryError,
  PAGE_SIZE,
} from '../memory/host-memory.ts';
import { ContextCache, contextSlot } from './context-cache.ts';
import { DomainTables } from './domain-tables.ts';
import { FaultRecording } from './fault-recording.ts';
import { Iotlb, iotlbSlot, iotlbTag } from './iotlb.ts';
import * as spec from './spec.ts';
import { TableWalker, type WalkStep } from './table-walker.ts';

export { DMA_READ, DMA_WRITE } from './spec.ts';

/** Three levels translate 39 bits, four 48; the widest that this unit knows. */
const WIDEST = 2 ** 48;
const DOMAINS = 65536;

/** Why a DMA was refused, in a word or two; FAULT_TEXT has a sentence for each reason number. */
export type DmaFaultReason =
  | 'no context'
  | 'not present'
  | 'not writable'
  | 'not readable'
  | 'beyond width'
  | 'bad tables'
  | 'no memory'
  | 'interrupt range';

/** A refused DMA: who asked, for what address, and what was missing. */
export interface DmaFault {
  requesterId: number;
  /** As the device sent it, to the byte. */
  address: number;
  access: 'read' | 'write';
  /** VT-d's reason number, or one from 0x100 on for what VT-d does not number. */
  code: number;
  reason: DmaFaultReason;
}

/**
 * DMA remapping as Intel VT-d does it in legacy mode: a device's address is looked up by the requester id of
 * the function that sends it.
 *
 * Root table (256 entries by bus), context tables (256 by device and function) and second-level tables
 * (three or four levels, leaves of 4 KiB or 2 MiB) stand in host memory and are walked there; a context
 * cache and an IOTLB remember what was found, until software invalidates it. See README.md.
 */
export class Iommu {
  /** Walks of second-level tables that the IOTLB did not spare. The device waits for each one. */
  walks = 0;
  /** Context entries read from memory. */
  contextReads = 0;
  /** Requests refused, recorded or not. */
  faults = 0;
  lastFault: DmaFault | undefined;
  /** Host-physical address of the root table. */
  rootTable: number;
  readonly recording: FaultRecording;
  readonly iotlb = new Iotlb();
  readonly contexts = new ContextCache();
  #host: HostMemory;
  #tables: DomainTables;
  #walker: TableWalker;
  /** Domain id and levels by the address of the topmost table. */
  #domains = new Map<number, { id: number; levels: number }>();
  #large = this.iotlb.large;
  #enabled = true;

  /** @param recording the fault log, shared with interrupt remapping where there is such */
  constructor(host: HostMemory, recording = new FaultRecording()) {
    this.#host = host;
    this.recording = recording;
    this.#tables = new DomainTables(host);
    this.#walker = new TableWalker(host);
    this.rootTable = this.#tables.newTable();
  }

  /** DMA remapping is on (GSTS.TES); while it is off, addresses are those of host memory. */
  get enabled(): boolean {
    return this.#enabled;
  }

  set enabled(on: boolean) {
    this.#enabled = on;
    this.flush();
  }

  /**
   * A new domain: an empty second-level table and a domain id. Returns the table's host-physical address.
   * @param width of device addresses in bits
   * @throws OutOfMemoryError
   */
  createDomain(width: 39 | 48 = 39): number {
    const table = this.#tables.newTable();
    this.#name(table, width === 39 ? 3 : 4);
    return table;
  }

  /** Domain id of the domain whose topmost table is at `domain`. */
  domainIdOf(domain: number): number {
    return this.#ofDomain(domain).id;
  }

  /** Puts the function `requesterId` into `domain`. @throws OutOfMemoryError */
  attach(requesterId: number, domain: number): void {
    const entry = this.#tables.contextEntry(this.rootTable, requesterId);
    const { id, levels } = this.#ofDomain(domain);
    this.#tables.writeContext(entry, domain, levels, id);
    this.contexts.invalidateFunction(requesterId);
  }

  /** Takes a function's context entry out: whatever it asks for from now on is a fault. */
  detach(requesterId: number): void {
    const root = this.rootTable + (requesterId >>> 8) * spec.ROOT_ENTRY_BYTES;
    if ((this.#host.read32(root) & spec.ROOT_PRESENT) === 0) return;
    const entry = this.#tables.contextEntry(this.rootTable, requesterId);
    for (let word = 0; word < 4; word++) this.#host.write32(entry + word * 4, 0);
    this.contexts.invalidateFunction(requesterId);
  }

  /**
   * Maps device address `address` to host address `target`, 4 KiB or 2 MiB at once. `access` is a mask of
   * DMA_READ and DMA_WRITE. What was mapped there before is forgotten. @throws OutOfMemoryError
   */
  map(domain: number, address: number, target: number, access: number, large: boolean): void {
    const { id, levels } = this.#ofDomain(domain);
    const before = this.#tables.map(domain, levels, address, target, access, large);
    if (before || !large) this.#forget(id, address);
  }

  /**
   * Takes the mapping of `address` out, 4 KiB or 2 MiB, as it was made, and forgets it.
   * @returns the bytes that are mapped no more, 0 when nothing was mapped
   */
  unmap(domain: number, address: number): number {
    const { id, levels } = this.#ofDomain(domain);
    const size = this.#tables.unmap(domain, levels, address);
    if (size > 0) this.#forget(id, address);
    return size;
  }

  /** Forgets all that the context cache and the IOTLB remember. */
  flush(): void {
    this.contexts.invalidate();
    this.iotlb.invalidate();
  }

  /**
   * Host-physical address behind `address` for the function `requesterId`, or -1 with the fault recorded.
   * `access` is a mask of DMA_READ and DMA_WRITE. The answer is good to the end of the 4 KiB page. An
   * address in the interrupt range never leads to memory: `MemoryRequests` makes a message of a write.
   */
  translate(requesterId: number, address: number, access: number): number {
    const { tags, domains } = this.contexts;
    const slot = contextSlot(requesterId);
    if (tags[slot] === requesterId && address >= 0 && address < WIDEST) {
      const page = Math.floor(address / LARGE_PAGE_SIZE);
      const large = this.#large;
      const domainId = domains[slot];
      const at = iotlbSlot(domainId, page);
      if (large.tags[at] === iotlbTag(domainId, page) && (large.access[at] & access) === access)
        return large.frames[at] + (address - page * LARGE_PAGE_SIZE);
    }
    return this.#lookUp(requesterId, address, access);
  }

  /** The entries that a walk for this request reads, from the root on, past every cache. */
  explain(requesterId: number, address: number, access: number): WalkStep[] {
    const walker = new TableWalker(this.#host);
    walker.steps = [];
    const found = walker.readContext(this.rootTable, requesterId);
    if (found === 0 && walker.type === spec.TYPE_TRANSLATE && address >= 0 && address < WIDEST)
      walker.readPage(walker.table, walker.levels, address, access);
    return walker.steps;
  }

  #lookUp(requesterId: number, address: number, access: number): number {
    if (!this.#enabled) return this.#unchanged(requesterId, address, access);
    if (address >= spec.INTERRUPT_RANGE && address < spec.INTERRUPT_RANGE_END)
      return this.#refuse(requesterId, address, access, spec.FAULT_INTERRUPT_RANGE);
    const { contexts } = this;
    const slot = contextSlot(requesterId);
    if (contexts.tags[slot] !== requesterId) {
      const walker = this.#walker;
      this.contextReads++;
      const fault = walker.readContext(this.rootTable, requesterId);
      if (fault !== 0) return this.#refuse(requesterId, address, access, fault, walker.quiet);
      if (walker.type === spec.TYPE_PASS_THROUGH)
        return this.#unchanged(requesterId, address, access);
      contexts.tags[slot] = requesterId;
      contexts.domains[slot] = walker.domainId;
      contexts.tables[slot] = walker.table;
      contexts.levels[slot] = walker.levels;
      contexts.quiet[slot] = walker.quiet ? 1 : 0;
    }
    return this.#translatePage(requesterId, address, access, slot);
  }

  #translatePage(requesterId: number, address: number, access: number, slot: number): number {
    const { contexts, iotlb } = this;
    const quiet = contexts.quiet[slot] === 1;
    const levels = contexts.levels[slot];
    if (!(address >= 0 && address < spec.LEVEL_SPAN[levels + 1]))
      return this.#refuse(requesterId, address, access, spec.FAULT_BEYOND_WIDTH, quiet);
    const domainId = contexts.domains[slot];
    const largePage = Math.floor(address / LARGE_PAGE_SIZE);
    const known = this.#known(iotlb.large, domainId, largePage, access);
    if (known >= 0) return known + (address % LARGE_PAGE_SIZE);
    const page = Math.floor(address / PAGE_SIZE);
    const small = this.#known(iotlb.small, domainId, page, access);
    if (small >= 0) return small + (address % PAGE_SIZE);
    this.walks++;
    const walker = this.#walker;
    const fault = walker.readPage(contexts.tables[slot], levels, address, access);
    if (fault !== 0) return this.#refuse(requesterId, address, access, fault, quiet);
    // A large page that covers the interrupt range is not remembered whole: the fast path would not ask.
    if (walker.large && largePage !== INTERRUPT_LARGE_PAGE)
      iotlb.large.put(domainId, largePage, walker.frame, walker.allowed & 3);
    else if (!walker.large) iotlb.small.put(domainId, page, walker.frame, walker.allowed & 3);
    return walker.frame + (address % (walker.large ? LARGE_PAGE_SIZE : PAGE_SIZE));
  }

  #known(array: Iotlb['large'], domainId: number, page: number, access: number): number {
    const at = iotlbSlot(domainId, page);
    const hit = array.tags[at] === iotlbTag(domainId, page);
    return hit && (array.access[at] & access) === access ? array.frames[at] : -1;
  }

  /** An address that nothing translates: good when host memory answers there. */
  #unchanged(requesterId: number, address: number, access: number): number {
    if (address >= spec.INTERRUPT_RANGE && address < spec.INTERRUPT_RANGE_END)
      return this.#refuse(requesterId, address, access, spec.FAULT_INTERRUPT_RANGE);
    if (address >= 0 && address < this.#host.size) return address;
    return this.#refuse(requesterId, address, access, spec.FAULT_NO_MEMORY);
  }

  #refuse(
    requesterId: number,
    address: number,
    access: number,
    code: number,
    quiet = false,
  ): number {
    this.faults++;
    const reason = this.#reasonOf(code);
    const wanted = (access & spec.DMA_WRITE) === 0 ? 'read' : 'write';
    this.lastFault = { requesterId, address, access: wanted, code, reason };
    if (!quiet && code < spec.FAULT_INTERRUPT_RANGE)
      this.recording.record(requesterId, address, code, access);
    return -1;
  }

  #reasonOf(code: number): DmaFaultReason {
    switch (code) {
      case spec.FAULT_NO_MEMORY:
        return 'no memory';
      case spec.FAULT_ROOT_NOT_PRESENT:
      case spec.FAULT_CONTEXT_NOT_PRESENT:
        return 'no context';
      case spec.FAULT_BEYOND_WIDTH:
        return 'beyond width';
      case spec.FAULT_INTERRUPT_RANGE:
        return 'interrupt range';
      case spec.FAULT_WRITE:
      case spec.FAULT_READ:
        if ((this.#walker.allowed & 3) === 0) return 'not present';
        return code === spec.FAULT_WRITE ? 'not writable' : 'not readable';
      default:
        return 'bad tables';
    }
  }

  #forget(domainId: number, address: number): void {
    this.iotlb.invalidatePages(domainId, address, LARGE_PAGE_SIZE - (address % LARGE_PAGE_SIZE));
  }

  /** A table that somebody else made is taken for one of three levels. */
  #ofDomain(domain: number): { id: number; levels: number } {
    return this.#domains.get(domain) ?? this.#name(domain, 3);
  }

  #name(domain: number, levels: number): { id: number; levels: number } {
    // Id 0 is left alone: a unit with caching mode keeps it for itself (10.4.2, CM).
    const named = { id: 1 + this.#domains.size, levels };
    if (named.id >= DOMAINS) throw new OutOfMemoryError('no domain id is left');
    this.#domains.set(domain, named);
    return named;
  }
}

const INTERRUPT_LARGE_PAGE = Math.floor(spec.INTERRUPT_RANGE / LARGE_PAGE_SIZE);
