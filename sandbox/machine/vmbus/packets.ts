import { PAGE_SIZE } from '../memory/host-memory.ts';
import type { Structure } from '../memory/structure.ts';
import { DESCRIPTOR_WORDS, PACKET_GPA_DIRECT, PACKET_TRANSFER_PAGES } from './ring.ts';
import {
  ADDITIONAL_DATA,
  ESTABLISH_GPADL,
  GPA_DIRECT,
  GPADL_DATA,
  PACKET_DESCRIPTOR,
  TEARDOWN_GPADL,
  TRANSFER_PAGE_SET,
  TRANSFER_PAGES,
} from './ring-structures.ts';

/** Bytes of guest memory: a length, an offset in the first page, and page numbers. */
export interface GpaRange {
  byteCount: number;
  byteOffset: number;
  pfns: number[];
}

/** Bytes of a buffer that both sides know. */
export interface TransferRange {
  byteCount: number;
  byteOffset: number;
}

/** Word of a packet that counts its ranges, and the word at which they begin. */
const RANGE_COUNT = GPA_DIRECT.at.range_cnt / 4;
const RANGES = GPA_DIRECT.at.range / 4;
const PAGE_SET = TRANSFER_PAGES.at.xfer_pageset_id / 4;

/** The structure that the header of a packet of this type has. */
export function packetStructure(type: number): Structure {
  if (type === 2 || type === 3) return TRANSFER_PAGE_SET;
  if (type === 4) return ESTABLISH_GPADL;
  if (type === 5) return TEARDOWN_GPADL;
  if (type === PACKET_TRANSFER_PAGES) return TRANSFER_PAGES;
  if (type === 8) return GPADL_DATA;
  if (type === PACKET_GPA_DIRECT) return GPA_DIRECT;
  return type === 13 ? ADDITIONAL_DATA : PACKET_DESCRIPTOR;
}

/** Puts the header of a GPA-direct packet into `words`; returns the word at which its payload begins. */
export function putGpaRanges(words: Uint32Array, ranges: readonly GpaRange[]): number {
  words[DESCRIPTOR_WORDS] = 0;
  words[RANGE_COUNT] = ranges.length;
  let at = RANGES;
  for (const { byteCount, byteOffset, pfns } of ranges) {
    words[at++] = byteCount;
    words[at++] = byteOffset;
    for (const pfn of pfns) {
      words[at++] = pfn;
      words[at++] = pfn / 4294967296;
    }
  }
  return at;
}

/** Puts the header of a transfer-page packet into `words`; returns the word at which its payload begins. */
export function putTransferRanges(
  words: Uint32Array,
  set: number,
  ranges: readonly TransferRange[],
): number {
  words[PAGE_SET] = set & 0xffff;
  words[RANGE_COUNT] = ranges.length;
  let at = RANGES;
  for (const { byteCount, byteOffset } of ranges) {
    words[at++] = byteCount;
    words[at++] = byteOffset;
  }
  return at;
}

/**
 * The ranges of a GPA-direct packet that was read into `words`; undefined when they do not fit into its
 * header. A range has the pages that its offset and length need.
 */
export function takeGpaRanges(words: Uint32Array): GpaRange[] | undefined {
  const end = (words[0] >>> 16) * 2;
  if (end < RANGES || words[RANGE_COUNT] * 2 > end - RANGES) return undefined;
  const ranges: GpaRange[] = [];
  let at = RANGES;
  for (let left = words[RANGE_COUNT]; left > 0; left--) {
    if (at + 2 > end) return undefined;
    const [byteCount, byteOffset] = [words[at], words[at + 1]];
    const pages = Math.ceil((byteOffset + byteCount) / PAGE_SIZE);
    if (byteOffset >= PAGE_SIZE || pages * 2 > end - at - 2) return undefined;
    const pfns: number[] = [];
    for (let page = 0; page < pages; page++)
      pfns.push(words[at + 2 + 2 * page] + words[at + 3 + 2 * page] * 4294967296);
    ranges.push({ byteCount, byteOffset, pfns });
    at += 2 + 2 * pages;
  }
  return ranges;
}

/** The ranges of a transfer-page packet; undefined when they do not fit into its header. */
export function takeTransferRanges(words: Uint32Array): TransferRange[] | undefined {
  const end = (words[0] >>> 16) * 2;
  if (end < RANGES || words[RANGE_COUNT] * 2 > end - RANGES) return undefined;
  return Array.from({ length: words[RANGE_COUNT] }, (_, i) => ({
    byteCount: words[RANGES + 2 * i],
    byteOffset: words[RANGES + 2 * i + 1],
  }));
}
