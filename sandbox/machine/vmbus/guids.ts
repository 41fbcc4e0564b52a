/** Classes of channels that this machine has, or is about to have (facts, section 4.5). */
export const CLASS_NETWORK = 'f8615163-df3e-46c5-913f-f2d2f965ed0e';
export const CLASS_SCSI = 'ba6163d9-04a1-4d29-b605-72e2ffb1dc7f';
export const CLASS_IDE = '32412632-86cb-44a2-9b5c-50d1417354f5';
export const CLASS_VPCI = '44c4f61d-4444-4400-9d52-802e27ede19f';

/** Place of each byte of the wire form in the written form: the first three fields are little-endian. */
const ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/** The 16 bytes of a GUID as they travel. */
export function guidBytes(text: string): Uint8Array {
  const digits = text.replaceAll('-', '');
  return Uint8Array.from(ORDER, (at) => Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16));
}

/** A GUID in lower-case letters, from its 16 bytes at `offset`. */
export function guidText(bytes: Uint8Array, offset = 0): string {
  const digits = ORDER.map((at) => (bytes[offset + at] ?? 0).toString(16).padStart(2, '0'));
  const text = digits.join('');
  const cuts = [0, 8, 12, 16, 20, 32];
  return cuts
    .slice(1)
    .map((end, i) => text.slice(cuts[i], end))
    .join('-');
}
