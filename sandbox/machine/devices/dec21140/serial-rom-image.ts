import { crc32 } from '../../net/crc32.ts';

/** Words of a 93C46. */
export const SERIAL_ROM_WORDS = 64;
const VERSION = 3;
const ADDRESS = 20;
const LEAF_POINTER = 26;
const LEAF = 30;
const ID_BLOCK_CRC = 16;
const CHECKSUM = 126;

/**
 * The media description of the adapter with one MII transceiver: medium autosense; port directions
 * 1f; one block of type 1 for PHY 0 with one init and one reset byte; capabilities, advertisement,
 * full-duplex and threshold maps. The unmodified Linux driver takes its 21140 MII path with it.
 */
const MII_LEAF = [
  0x00, 0x08, 0x1f, 0x01, 0x8e, 0x01, 0x00, 0x01, 0x08, 0x01, 0x00, 0x00, 0x78, 0xe0, 0x01, 0x00,
  0x50, 0x00, 0x00,
];

/** What the maker of the board wrote into its serial ROM beside the address. */
export interface BoardDescription {
  subsystemVendor?: number;
  subsystem?: number;
  /** Media description of the one controller; at most 96 bytes. */
  leaf?: Uint8Array;
}

/** All that a serial ROM holds. */
export interface SerialRomContent extends BoardDescription {
  /** Six bytes. */
  macAddress: Uint8Array;
}

/**
 * The 64 words of a serial ROM in format version 3: identification block with its CRC-8, station
 * address, media description, checksum. Source: 21140 facts, section 6.
 */
export function makeSerialRom(content: SerialRomContent): Uint16Array {
  const bytes = new Uint8Array(2 * SERIAL_ROM_WORDS);
  const { subsystemVendor = 0x0a00, subsystem = 0x2114 } = content;
  const leaf = content.leaf ?? Uint8Array.from(MII_LEAF);
  bytes.set([subsystemVendor, subsystemVendor >>> 8, subsystem, subsystem >>> 8]);
  bytes.set([VERSION, 1], 18);
  bytes.set(content.macAddress.subarray(0, 6), ADDRESS);
  bytes.set([0, LEAF, 0], LEAF_POINTER);
  bytes.set(leaf.subarray(0, CHECKSUM - LEAF), LEAF);
  bytes[ID_BLOCK_CRC] = idBlockCrc(bytes);
  const checksum = serialRomChecksum(bytes);
  bytes.set([checksum, checksum >>> 8], CHECKSUM);
  return Uint16Array.from({ length: SERIAL_ROM_WORDS }, (_, n) => wordAt(bytes, n));
}

/** The 16 bits that bytes 126 and 127 must hold: the low half of the CRC-32 of the bytes before them. */
export function serialRomChecksum(bytes: Uint8Array): number {
  return ~crc32(bytes, 0, CHECKSUM) & 0xffff;
}

/** CRC-8 (x^8+x^2+x+1, from ff) of words 0 to 8, high byte first, without byte 16, which holds it. */
export function idBlockCrc(bytes: Uint8Array): number {
  let crc = 0xff;
  for (let n = 0; n < 17; n++) {
    crc ^= n === 16 ? bytes[17] : bytes[n ^ 1];
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ ((crc & 0x80) !== 0 ? 0x07 : 0)) & 0xff;
  }
  return crc;
}

function wordAt(bytes: Uint8Array, n: number): number {
  return bytes[2 * n] | (bytes[2 * n + 1] << 8);
}
