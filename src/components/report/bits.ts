/** Where a field stands in its register: `7:4`, `3`, or nothing when that is not known. */
export function bitsOf({ bit, bits = 1 }: { bit?: number; bits?: number }): string {
  if (bit === undefined) return '';
  return bits === 1 ? String(bit) : `${bit + bits - 1}:${bit}`;
}
