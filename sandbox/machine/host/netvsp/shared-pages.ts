import type { GuestMemory } from '../../memory/guest-memory.ts';
import { READ, WRITE } from '../../memory/guest-memory.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../../memory/host-memory.ts';
import type { ScatterList } from '../../memory/scatter-list.ts';

/** Guest pages that a GPADL describes, as the host has mapped them. */
export class SharedPages {
  readonly bytes: number;
  /** Host address of each page. */
  #pages: number[];
  /** Whether all pages are adjacent. */
  #whole: boolean;

  private constructor(pages: number[]) {
    this.#pages = pages;
    this.bytes = pages.length * PAGE_SIZE;
    this.#whole = this.span(0, this.bytes) >= 0;
  }

  /** Maps the pages; undefined when one of them is not the guest's to read and write. */
  static map(memory: GuestMemory, pages: readonly number[]): SharedPages | undefined {
    const mapped = pages.map((page) => memory.translate(page * PAGE_SIZE, READ | WRITE));
    return mapped.every((address) => address >= 0) ? new SharedPages(mapped) : undefined;
  }

  /** Host address of `length` bytes at `offset`; -1 when they are not in one piece. */
  span(offset: number, length: number): number {
    const first = offset >>> PAGE_SHIFT;
    const last = (offset + length - 1) >>> PAGE_SHIFT;
    for (let page = first; page < last; page++)
      if (this.#pages[page + 1] !== this.#pages[page] + PAGE_SIZE) return -1;
    return this.#pages[first] + (offset & (PAGE_SIZE - 1));
  }

  /** Adds `length` bytes at `offset` to a list; false when the list is full. */
  addTo(list: ScatterList, offset: number, length: number): boolean {
    if (this.#whole) return list.add(this.#pages[0] + offset, length);
    for (let done = 0; done < length; ) {
      const at = offset + done;
      const count = Math.min(length - done, PAGE_SIZE - (at & (PAGE_SIZE - 1)));
      if (!list.add(this.#pages[at >>> PAGE_SHIFT] + (at & (PAGE_SIZE - 1)), count)) return false;
      done += count;
    }
    return true;
  }
}
