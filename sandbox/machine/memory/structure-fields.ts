import type { FieldPlace } from './structure.ts';

/** The field at `place` of a structure that begins at byte `base`: up to 64 bits, little-endian, unsigned. */
export function readField(bytes: Uint8Array, base: number, place: FieldPlace): bigint {
  const [offset, size, first = 0, bits = size * 8] = place;
  let value = 0n;
  for (let i = Math.ceil((first + bits) / 8) - 1; i >= 0; i--)
    value = (value << 8n) | BigInt(bytes[base + offset + i]);
  return (value >> BigInt(first)) & ((1n << BigInt(bits)) - 1n);
}

/** Puts `value` into the field at `place`, and leaves the bits around it. */
export function writeField(
  bytes: Uint8Array,
  base: number,
  place: FieldPlace,
  value: bigint,
): void {
  const [offset, size, first = 0, bits = size * 8] = place;
  for (let bit = 0; bit < bits; bit++) {
    const at = base + offset + ((first + bit) >>> 3);
    const mask = 1 << ((first + bit) & 7);
    if (((value >> BigInt(bit)) & 1n) === 1n) bytes[at] |= mask;
    else bytes[at] &= ~mask;
  }
}
