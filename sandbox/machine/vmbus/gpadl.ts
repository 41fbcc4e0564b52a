import {
  GPA_RANGE,
  GPADL_BODY,
  GPADL_HEADER,
  MESSAGE_GPADL_BODY,
  MESSAGE_GPADL_HEADER,
  MESSAGE_PAYLOAD,
} from './channel-messages.ts';
import { encodeMessage, putNumber } from './message-codec.ts';

/** Bytes of a page number in a list. */
export const PFN_SIZE = 8;
/** Offset of the first page number in a header message. */
export const HEADER_PFNS = GPADL_HEADER.size + GPA_RANGE.size;
/** Page numbers that a header and a body can carry: 26 and 28. */
export const PFNS_IN_HEADER = Math.floor((MESSAGE_PAYLOAD - HEADER_PFNS) / PFN_SIZE);
export const PFNS_IN_BODY = Math.floor((MESSAGE_PAYLOAD - GPADL_BODY.size) / PFN_SIZE);
/** Pages that one list can have: range_buflen has 16 bits. */
export const MAX_PFNS = Math.floor((0xffff - GPA_RANGE.size) / PFN_SIZE);

/** Guest memory that a GPADL describes: bytes from `offset` in the first page on. */
export interface GpadlRange {
  /** Guest page numbers. */
  pages: readonly number[];
  /** Bytes; all of the pages when left out. */
  bytes?: number;
  offset?: number;
}

/** The messages that create a GPADL: a header, and as many bodies as its list needs. */
export function gpadlMessages(relid: number, handle: number, range: GpadlRange): Uint8Array[] {
  const { pages } = range;
  const first = pages.slice(0, PFNS_IN_HEADER);
  const header = encodeMessage(
    MESSAGE_GPADL_HEADER,
    GPADL_HEADER,
    {
      child_relid: relid,
      gpadl: handle,
      range_buflen: GPA_RANGE.size + PFN_SIZE * pages.length,
      rangecount: 1,
    },
    GPA_RANGE.size + PFN_SIZE * first.length,
  );
  const { byte_count, byte_offset } = GPA_RANGE.at;
  putNumber(header, GPADL_HEADER.size + byte_count, 4, range.bytes ?? pages.length * 4096);
  putNumber(header, GPADL_HEADER.size + byte_offset, 4, range.offset ?? 0);
  putPages(header, HEADER_PFNS, first);
  const messages = [header];
  for (let at = PFNS_IN_HEADER; at < pages.length; at += PFNS_IN_BODY)
    messages.push(bodyMessage(handle, pages.slice(at, at + PFNS_IN_BODY)));
  return messages;
}

/** The Linux client leaves the number of a body at 0. */
function bodyMessage(handle: number, pages: readonly number[]): Uint8Array {
  const size = PFN_SIZE * pages.length;
  const body = encodeMessage(MESSAGE_GPADL_BODY, GPADL_BODY, { gpadl: handle }, size);
  putPages(body, GPADL_BODY.size, pages);
  return body;
}

function putPages(bytes: Uint8Array, offset: number, pages: readonly number[]): void {
  for (const [i, page] of pages.entries()) putNumber(bytes, offset + PFN_SIZE * i, PFN_SIZE, page);
}
