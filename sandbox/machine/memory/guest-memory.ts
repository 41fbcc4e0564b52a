import { type HostMemory, LARGE_PAGE_SIZE, PAGE_SHIFT, PAGE_SIZE } from './host-memory.ts';

/** What an access wants to do, and what a second-level entry allows. */
export const READ = 1;
export const WRITE = 2;

/** A guest-physical access that the second-level tables do not allow. */
export interface MemoryFault {
  gpa: number;
  access: number;
}

/**
 * A partition's guest-physical memory: second-level address translation from guest page to host page,
 * and reads and writes that go through it. A partition holds this and nothing else of the host.
 *
 * An access outside is not an exception: reads give ones, as a bus without an answer does, writes are
 * dropped, and the fault is kept in `lastFault` for whoever emulates the access.
 */
export class GuestMemory {
  /** Bytes of guest-physical memory, from address 0. */
  readonly size: number;
  readonly host: HostMemory;
  lastFault: MemoryFault | undefined;
  faults = 0;
  /** Host page of each guest page; -1 where nothing is mapped. */
  #frames: Int32Array;
  #access: Uint8Array;
  /** Own host page of each guest page that an overlay covers. */
  #covered = new Map<number, number>();
  #next = PAGE_SIZE;

  /** Takes large pages from the host for `size` bytes, which is rounded up to them. */
  constructor(host: HostMemory, size: number) {
    this.host = host;
    this.size = Math.ceil(size / LARGE_PAGE_SIZE) * LARGE_PAGE_SIZE;
    const pages = this.size / PAGE_SIZE;
    this.#frames = new Int32Array(pages).fill(-1);
    this.#access = new Uint8Array(pages);
    for (let page = 0; page < pages; page += LARGE_PAGE_SIZE / PAGE_SIZE) {
      const frame = host.allocateLargePage() / PAGE_SIZE;
      for (let i = 0; i < LARGE_PAGE_SIZE / PAGE_SIZE; i++) this.#frames[page + i] = frame + i;
    }
    this.#access.fill(READ | WRITE);
  }

  /**
   * The guest's own allocator: adjacent guest pages for `bytes` bytes. Returns a guest-physical address.
   * What does not fit into the rest of a large page starts in the next one.
   */
  allocate(bytes: number): number {
    let gpa = this.#next;
    const room = LARGE_PAGE_SIZE - (gpa % LARGE_PAGE_SIZE);
    if (bytes > room) gpa += room;
    const next = gpa + Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;
    if (next > this.size) throw new RangeError(`guest memory of ${this.size} bytes is full`);
    this.#next = next;
    return gpa;
  }

  /** The host page behind guest page `page`, or -1: the guest's own, also under an overlay. */
  frameOf(page: number): number {
    const covered = this.#covered.get(page);
    if (covered !== undefined) return covered;
    return page >= 0 && page < this.#frames.length ? this.#frames[page] : -1;
  }

  /**
   * Guest page `page` shows the host page at `address` instead of its own. A page that the guest does not
   * have can be covered too: nobody sees it.
   */
  cover(page: number, address: number): void {
    if (!(page >= 0 && page < this.#frames.length)) return;
    if (!this.#covered.has(page)) this.#covered.set(page, this.#frames[page]);
    this.#frames[page] = address / PAGE_SIZE;
  }

  /** Takes the overlay with the host page at `address` off again; its own page shows as it was. */
  uncover(page: number, address: number): void {
    const covered = this.#covered.get(page);
    if (covered === undefined || this.#frames[page] !== address / PAGE_SIZE) return;
    this.#frames[page] = covered;
    this.#covered.delete(page);
  }

  /** Changes what the partition may do with a guest page: a mask of READ and WRITE, 0 for nothing. */
  protect(page: number, access: number): void {
    this.#access[page] = access;
  }

  /** Host-physical address behind `gpa`, or -1 (and the fault recorded) when the access is not allowed. */
  translate(gpa: number, access: number): number {
    const page = gpa >>> PAGE_SHIFT;
    if (gpa >= 0 && gpa < this.size && (this.#access[page] & access) === access)
      return this.#frames[page] * PAGE_SIZE + (gpa & (PAGE_SIZE - 1));
    this.lastFault = { gpa, access };
    this.faults++;
    return -1;
  }

  /**
   * Host-physical address of `length` bytes at `gpa` when they are adjacent in the host too; -1 when
   * they are not, or not allowed.
   */
  span(gpa: number, length: number, access: number): number {
    const start = this.translate(gpa, access);
    if (start < 0) return -1;
    const last = Math.floor((gpa + length - 1) / PAGE_SIZE);
    for (let page = (gpa >>> PAGE_SHIFT) + 1; page <= last; page++) {
      const at = this.translate(page * PAGE_SIZE, access);
      if (at !== start + page * PAGE_SIZE - gpa) return -1;
    }
    return start;
  }

  read8(gpa: number): number {
    const at = this.translate(gpa, READ);
    return at < 0 ? 0xff : this.host.bytes[at];
  }

  write8(gpa: number, value: number): void {
    const at = this.translate(gpa, WRITE);
    if (at >= 0) this.host.bytes[at] = value;
  }

  /** An unsigned 32-bit word; all ones where nothing answers. */
  read32(gpa: number): number {
    if ((gpa & (PAGE_SIZE - 1)) > PAGE_SIZE - 4)
      return (
        (this.read8(gpa) |
          (this.read8(gpa + 1) << 8) |
          (this.read8(gpa + 2) << 16) |
          (this.read8(gpa + 3) << 24)) >>>
        0
      );
    const at = this.translate(gpa, READ);
    return at < 0 ? 0xffffffff : this.host.read32(at);
  }

  write32(gpa: number, value: number): void {
    if ((gpa & (PAGE_SIZE - 1)) > PAGE_SIZE - 4) {
      for (let i = 0; i < 4; i++) this.write8(gpa + i, (value >>> (8 * i)) & 0xff);
      return;
    }
    const at = this.translate(gpa, WRITE);
    if (at >= 0) this.host.write32(at, value);
  }

  /** Copies guest memory into `target`. Bytes that cannot be read become ff. Returns the bytes that could. */
  readInto(gpa: number, target: Uint8Array, offset: number, length: number): number {
    const near = this.#near(gpa, length, READ);
    if (near >= 0) {
      const { bytes } = this.host;
      for (let i = 0; i < length; i++) target[offset + i] = bytes[near + i];
      return length;
    }
    return this.#readPages(gpa, target, offset, length);
  }

  #readPages(gpa: number, target: Uint8Array, offset: number, length: number): number {
    return this.#walk(gpa, length, READ, (at, from, count) => {
      if (at < 0) target.fill(0xff, offset + from, offset + from + count);
      else target.set(this.host.bytes.subarray(at, at + count), offset + from);
    });
  }

  /** Copies `source` into guest memory. What cannot be written is dropped. Returns the bytes that could. */
  writeFrom(gpa: number, source: Uint8Array, offset: number, length: number): number {
    const near = this.#near(gpa, length, WRITE);
    if (near >= 0) {
      const { bytes } = this.host;
      for (let i = 0; i < length; i++) bytes[near + i] = source[offset + i];
      return length;
    }
    return this.#writePages(gpa, source, offset, length);
  }

  #writePages(gpa: number, source: Uint8Array, offset: number, length: number): number {
    return this.#walk(gpa, length, WRITE, (at, from, count) => {
      if (at >= 0) this.host.bytes.set(source.subarray(offset + from, offset + from + count), at);
    });
  }

  /** Host-physical address of a few bytes in one page, such as a descriptor; -1 for anything else. */
  #near(gpa: number, length: number, access: number): number {
    if (length > 16 || (gpa & (PAGE_SIZE - 1)) > PAGE_SIZE - length) return -1;
    const page = gpa >>> PAGE_SHIFT;
    const allowed = gpa >= 0 && gpa < this.size && (this.#access[page] & access) === access;
    return allowed ? this.#frames[page] * PAGE_SIZE + (gpa & (PAGE_SIZE - 1)) : -1;
  }

  #walk(
    gpa: number,
    length: number,
    access: number,
    visit: (hostAddress: number, from: number, count: number) => void,
  ): number {
    let done = 0;
    let allowed = 0;
    while (done < length) {
      const count = Math.min(length - done, PAGE_SIZE - ((gpa + done) & (PAGE_SIZE - 1)));
      const at = this.translate(gpa + done, access);
      visit(at, done, count);
      if (at >= 0) allowed += count;
      done += count;
    }
    return allowed;
  }
}
