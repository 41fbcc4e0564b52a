/** Bytes that a step of the trace keeps of a frame. */
const KEPT = 64;

/** The first `kept` bytes of what a step moved, in hexadecimal, for the trace. */
export function hexOf(bytes: Uint8Array, address: number, length: number, kept = KEPT): string {
  let text = '';
  for (let i = 0; i < Math.min(length, kept); i++)
    text += bytes[address + i].toString(16).padStart(2, '0');
  return text;
}
