/**
 * The messages of NVSP 6.1 and RNDIS that the data path uses, as words. Layouts: the VMBus facts in
 * content/sources.
 */
export const NVSP_WORDS = 10;
export const NVSP_RNDIS_PACKET = 107;
export const NVSP_RNDIS_COMPLETE = 108;
export const NVSP_STATUS_SUCCESS = 1;
/** Section index of a packet whose data is not in the send buffer. */
export const NO_SECTION = 0xffffffff;
export const RECEIVE_BUFFER_ID = 0xcafe;

/** RNDIS_MSG_PACKET: bytes of the header, and the offset of its data counted from byte 8. */
export const RNDIS_HEADER = 44;
export const RNDIS_PACKET = 1;
export const RNDIS_DATA_OFFSET = RNDIS_HEADER - 8;

/** Send buffer section, and what a frame needs beside itself to go into one. */
export const SEND_SECTION_SIZE = 6144;
export const SEND_SECTION_RESERVE = 8;

/** Bytes of a receive-buffer section for an MTU: headroom 256, MTU with header, suffix 36. */
export function receiveSectionSize(maxFrame: number): number {
  return 256 + maxFrame + 36;
}

/** Writes the RNDIS header of a frame of `length` bytes to `words` from index `at` on. */
export function putRndisHeader(words: Uint32Array, at: number, length: number): void {
  words[at] = RNDIS_PACKET;
  words[at + 1] = RNDIS_HEADER + length;
  words[at + 2] = RNDIS_DATA_OFFSET;
  words[at + 3] = length;
  for (let i = at + 4; i < at + RNDIS_HEADER / 4; i++) words[i] = 0;
}

/** Writes the RNDIS header of a frame of `length` bytes as 11 words through `write`. */
export function writeRndisHeader(
  write: (index: number, value: number) => void,
  length: number,
): void {
  write(0, RNDIS_PACKET);
  write(1, RNDIS_HEADER + length);
  write(2, RNDIS_DATA_OFFSET);
  write(3, length);
  for (let i = 4; i < 11; i++) write(i, 0);
}
