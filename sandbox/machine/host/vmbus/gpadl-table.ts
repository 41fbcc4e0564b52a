import { GPA_RANGE, GPADL_BODY, GPADL_HEADER } from '../../vmbus/channel-messages.ts';
import { HEADER_PFNS, MAX_PFNS, PFN_SIZE } from '../../vmbus/gpadl.ts';
import { getField, getNumber } from '../../vmbus/message-codec.ts';

const PAGE_SIZE = 4096;
/**
 * What a partition may have described at a time: 1280 MiB as hosts from 2019 on, by a comment of the Linux
 * client. The number of lists is a limit of this model.
 */
export const MAX_GPADL_PAGES = (1280 * 1048576) / PAGE_SIZE;
export const MAX_GPADLS = 4096;

/** The pages of a partition: the host maps what is the partition's own, and each page once. */
export interface GuestPages {
  /** False when the page is not the partition's, or is described already. */
  claim(page: number): boolean;
  release(page: number): void;
}

/** A list of guest pages under a handle that the guest chose. */
export interface Gpadl {
  readonly handle: number;
  readonly relid: number;
  readonly bytes: number;
  readonly offset: number;
  /** Guest page numbers, in order; as many as have come so far while it is not complete. */
  readonly pages: number[];
  readonly wanted: number;
  /** Whether every page so far is one that may be described. */
  good: boolean;
}

/** What became of a message: nothing to say yet, a list that is complete, or one that is refused. */
export type GpadlOutcome = { relid: number; handle: number; accepted: boolean } | undefined;

/**
 * The GPADLs of one partition: put together from header and body messages, checked, and bounded. A list is
 * counted by what its header announces, so unfinished ones cannot exceed the limits either.
 */
export class GpadlTable {
  #pages: GuestPages;
  #lists = new Map<number, Gpadl>();
  #reserved = 0;

  constructor(pages: GuestPages) {
    this.#pages = pages;
  }

  /** Lists, complete or not, and pages that they announce. */
  get count(): number {
    return this.#lists.size;
  }

  get reservedPages(): number {
    return this.#reserved;
  }

  /** A complete list. */
  find(handle: number): Gpadl | undefined {
    const list = this.#lists.get(handle);
    return list !== undefined && list.pages.length === list.wanted ? list : undefined;
  }

  /** A header message whose channel the guest was offered. */
  header(bytes: Uint8Array): GpadlOutcome {
    const { fields } = GPADL_HEADER;
    const relid = getField(bytes, fields.child_relid);
    const handle = getField(bytes, fields.gpadl);
    const refused = { relid, handle, accepted: false };
    const wanted = this.#announced(bytes);
    const full = this.#lists.size >= MAX_GPADLS || this.#reserved + wanted > MAX_GPADL_PAGES;
    if (wanted === 0 || handle === 0 || full || this.#lists.has(handle)) return refused;
    const range = GPADL_HEADER.size;
    const list: Gpadl = {
      handle,
      relid,
      bytes: getNumber(bytes, range + GPA_RANGE.at.byte_count, 4),
      offset: getNumber(bytes, range + GPA_RANGE.at.byte_offset, 4),
      pages: [],
      wanted,
      good: true,
    };
    this.#lists.set(handle, list);
    this.#reserved += wanted;
    return this.#append(list, bytes, HEADER_PFNS);
  }

  /** A body message; one without a header, or behind the end of its list, is ignored. */
  body(bytes: Uint8Array): GpadlOutcome {
    const list = this.#lists.get(getField(bytes, GPADL_BODY.fields.gpadl));
    if (list === undefined || list.pages.length === list.wanted) return undefined;
    return this.#append(list, bytes, GPADL_BODY.size);
  }

  /** Forgets a list, complete or not. The pages are the guest's alone again. */
  remove(handle: number): Gpadl | undefined {
    const list = this.#lists.get(handle);
    if (list === undefined) return undefined;
    this.#lists.delete(handle);
    this.#reserved -= list.wanted;
    for (const page of list.pages) if (page >= 0) this.#pages.release(page);
    return list;
  }

  /** Forgets the lists of a channel, or all. */
  removeAll(relid?: number): void {
    for (const list of [...this.#lists.values()])
      if (relid === undefined || list.relid === relid) this.remove(list.handle);
  }

  /** Pages that a header announces; 0 when what it says cannot be, or is not one range. */
  #announced(bytes: Uint8Array): number {
    const { fields } = GPADL_HEADER;
    if (bytes.length < HEADER_PFNS || getField(bytes, fields.rangecount) !== 1) return 0;
    const length = getField(bytes, fields.range_buflen) - GPA_RANGE.size;
    const pages = length / PFN_SIZE;
    const count = getNumber(bytes, GPADL_HEADER.size + GPA_RANGE.at.byte_count, 4);
    const offset = getNumber(bytes, GPADL_HEADER.size + GPA_RANGE.at.byte_offset, 4);
    const fits = offset < PAGE_SIZE && Math.ceil((offset + count) / PAGE_SIZE) === pages;
    return count > 0 && fits && pages <= MAX_PFNS ? pages : 0;
  }

  /** Page numbers from a message. A wrong one spoils the list; the answer comes when it is complete. */
  #append(list: Gpadl, bytes: Uint8Array, offset: number): GpadlOutcome {
    for (let at = offset; at + PFN_SIZE <= bytes.length; at += PFN_SIZE) {
      if (list.pages.length === list.wanted) break;
      const page = getNumber(bytes, at, PFN_SIZE);
      const mine = page <= Number.MAX_SAFE_INTEGER && this.#pages.claim(page);
      list.pages.push(mine ? page : -1);
      list.good &&= mine;
    }
    if (list.pages.length < list.wanted) return undefined;
    const { relid, handle, good } = list;
    if (!good) this.remove(handle);
    return { relid, handle, accepted: good };
  }
}
