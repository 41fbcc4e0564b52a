/** Remainders of the reflected polynomial of IEEE 802.3 (0xedb88320), a byte at a time. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ ((value & 1) !== 0 ? 0xedb88320 : 0);
  return value;
});

/**
 * The CRC-32 register of IEEE 802.3 after `length` bytes, unsigned, without the final inversion. A frame's
 * FCS is its complement, least significant byte first. `start` continues an earlier result.
 */
export function crc32(bytes: Uint8Array, from: number, length: number, start = -1): number {
  let crc = start;
  const end = from + length;
  for (let at = from; at < end; at++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[at]) & 0xff];
  return crc >>> 0;
}
