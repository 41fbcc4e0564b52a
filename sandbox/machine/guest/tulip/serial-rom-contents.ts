import { crc32 } from '../../net/crc32.ts';
import type { MacAddress } from '../../net/frame.ts';

const CHECKSUM_AT = 126;
const VERSION_AT = 18;
const ADDRESS_AT = 20;
const LEAF_OFFSET_AT = 27;
const EXTENDED_BLOCK = 0x80;
const COMPACT_BLOCK_LENGTH = 4;
const MII_BLOCK = 1;

/** How the adapter reaches its medium: the part of the ROM's leaf that describes an MII transceiver. */
export interface MediaLeaf {
  /** Connection type: 0x0800 is choosing by itself. */
  connection: number;
  /** Which pins of CSR12 are outputs. */
  directions: number;
  /** PHY that the leaf names. Real ones say 0, wherever the PHY answers. */
  phy: number;
  /** Bytes for CSR12 that reset the transceiver, and that make it ready afterwards. */
  reset: number[];
  initialise: number[];
  /** What the adapter can do, as bits of a PHY's status register; and what to advertise of it. */
  capabilities: number;
  advertise: number;
}

/** What a serial ROM says about its adapter. */
export interface SerialRomContents {
  version: number;
  macAddress: MacAddress;
  subsystemVendor: number;
  subsystem: number;
  media: MediaLeaf;
}

/** The complement of the Ethernet CRC over the first 126 bytes, its low sixteen bits. */
export function serialRomChecksum(bytes: Uint8Array): number {
  return ~crc32(bytes, 0, CHECKSUM_AT) & 0xffff;
}

/**
 * Takes the 64 words of a serial ROM apart: checksum, station address, media leaf of the first
 * controller. @returns what is wrong with it, as a sentence, when it cannot be used
 */
export function parseSerialRom(words: Uint16Array): SerialRomContents | string {
  const bytes = Uint8Array.from({ length: 128 }, (_, at) => words[at >> 1] >>> (8 * (at & 1)));
  const word = (at: number) => bytes[at] | (bytes[at + 1] << 8);
  if (words.every((value) => value === words[0])) return 'the serial ROM is empty';
  if (word(CHECKSUM_AT) !== serialRomChecksum(bytes)) return 'the serial ROM has a wrong checksum';
  const macAddress = {
    high: (bytes[ADDRESS_AT] << 8) | bytes[ADDRESS_AT + 1],
    low:
      ((bytes[ADDRESS_AT + 2] << 24) |
        (bytes[ADDRESS_AT + 3] << 16) |
        (bytes[ADDRESS_AT + 4] << 8) |
        bytes[ADDRESS_AT + 5]) >>>
      0,
  };
  const group = (bytes[ADDRESS_AT] & 1) !== 0;
  if (group || (macAddress.high === 0 && macAddress.low === 0))
    return 'the serial ROM holds no station address';
  const media = parseLeaf(bytes, word(LEAF_OFFSET_AT));
  if (media === undefined) return 'the serial ROM describes no MII transceiver';
  return {
    version: bytes[VERSION_AT],
    macAddress,
    subsystemVendor: word(0),
    subsystem: word(2),
    media,
  };
}

/** The first MII block of the leaf at `offset`. A list that leaves the ROM has none. */
function parseLeaf(bytes: Uint8Array, offset: number): MediaLeaf | undefined {
  if (offset + 4 > CHECKSUM_AT) return undefined;
  const connection = bytes[offset] | (bytes[offset + 1] << 8);
  let at = offset + 4;
  for (let left = bytes[offset + 3]; left > 0 && at < CHECKSUM_AT; left--) {
    const extended = (bytes[at] & EXTENDED_BLOCK) !== 0;
    const end = at + (extended ? 1 + (bytes[at] & 0x7f) : COMPACT_BLOCK_LENGTH);
    if (end > CHECKSUM_AT) return undefined;
    if (extended && bytes[at + 1] === MII_BLOCK) {
      const block = parseMiiBlock(bytes.subarray(at + 2, end));
      if (block !== undefined) return { connection, directions: bytes[offset + 2], ...block };
    }
    at = end;
  }
  return undefined;
}

/** PHY number, bytes that initialise, bytes that reset, then four words. */
function parseMiiBlock(block: Uint8Array) {
  const afterInitialise = 2 + block[1];
  const afterReset = afterInitialise + 1 + (block[afterInitialise] ?? 0);
  if (block.length < afterReset + 8) return undefined;
  const word = (at: number) => block[at] | (block[at + 1] << 8);
  return {
    phy: block[0] & 31,
    initialise: [...block.subarray(2, afterInitialise)],
    reset: [...block.subarray(afterInitialise + 1, afterReset)],
    capabilities: word(afterReset),
    advertise: word(afterReset + 2),
  };
}
