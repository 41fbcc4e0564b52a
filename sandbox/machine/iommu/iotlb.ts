import { LARGE_PAGE_SIZE, PAGE_SIZE } from '../memory/host-memory.ts';

/** Entries for each page size. */
const ENTRIES = 256;
/** Page numbers have at most 36 bits, domain ids 16. */
const DOMAIN = 2 ** 36;

/**
 * What the unit remembers of second-level walks: direct-mapped, an array for each page size, tagged by
 * domain id and page number. Functions of one domain share their entries, as in VT-d (6.2.4).
 */
export class Iotlb {
  readonly large = new IotlbArray(LARGE_PAGE_SIZE);
  readonly small = new IotlbArray(PAGE_SIZE);

  /** Forgets everything. */
  invalidate(): void {
    this.large.invalidate();
    this.small.invalidate();
  }

  /** Forgets what it knows of a domain. */
  invalidateDomain(domainId: number): void {
    this.large.invalidateDomain(domainId);
    this.small.invalidateDomain(domainId);
  }

  /** Forgets what it knows of the pages of a domain from `address` on, for `bytes` bytes. */
  invalidatePages(domainId: number, address: number, bytes: number): void {
    this.large.invalidatePages(domainId, address, bytes);
    this.small.invalidatePages(domainId, address, bytes);
  }
}

/** The entries for one page size. Its arrays are read by the unit's fast path. */
class IotlbArray {
  readonly tags = new Float64Array(ENTRIES).fill(-1);
  readonly frames = new Float64Array(ENTRIES);
  readonly access = new Uint8Array(ENTRIES);
  readonly #pageSize: number;

  constructor(pageSize: number) {
    this.#pageSize = pageSize;
  }

  put(domainId: number, page: number, frame: number, access: number): void {
    const slot = iotlbSlot(domainId, page);
    this.tags[slot] = iotlbTag(domainId, page);
    this.frames[slot] = frame;
    this.access[slot] = access;
  }

  /** Entries in use. */
  get used(): number {
    return this.tags.reduce((count, tag) => count + (tag < 0 ? 0 : 1), 0);
  }

  invalidate(): void {
    this.tags.fill(-1);
  }

  invalidateDomain(domainId: number): void {
    const { tags } = this;
    for (let slot = 0; slot < ENTRIES; slot++)
      if (Math.floor(tags[slot] / DOMAIN) === domainId) tags[slot] = -1;
  }

  invalidatePages(domainId: number, address: number, bytes: number): void {
    const first = iotlbTag(domainId, Math.floor(address / this.#pageSize));
    const last = iotlbTag(domainId, Math.floor((address + bytes - 1) / this.#pageSize));
    const { tags } = this;
    if (last === first) {
      const slot = iotlbSlot(domainId, Math.floor(address / this.#pageSize));
      if (tags[slot] === first) tags[slot] = -1;
      return;
    }
    for (let slot = 0; slot < ENTRIES; slot++)
      if (tags[slot] >= first && tags[slot] <= last) tags[slot] = -1;
  }
}

/** Where page number `page` of a domain stands, and the tag by which it is known there. */
export function iotlbSlot(domainId: number, page: number): number {
  return (page ^ (domainId * 7)) & (ENTRIES - 1);
}

export function iotlbTag(domainId: number, page: number): number {
  return domainId * DOMAIN + page;
}
