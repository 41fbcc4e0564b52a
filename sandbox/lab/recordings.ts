import counts from '../../content/recordings/tulip21140.counts.json' with { type: 'json' };
import tulip from '../../content/recordings/tulip21140.json' with { type: 'json' };
import { UsageError } from './usage.ts';

const RECORDINGS = [tulip];
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * The bytes of a recording that comes with the course.
 * @throws UsageError that names the recordings there are
 */
export function recording(name: string): Uint8Array {
  const found = RECORDINGS.find((candidate) => candidate.name === name);
  if (found !== undefined) return decodeBase64(found.base64);
  const names = RECORDINGS.map((candidate) => candidate.name).join(', ');
  throw new UsageError(`recording: there is no '${name}'; there is ${names}`);
}

/** Register accesses of the recorded Linux driver while it was loaded, by register: a fresh copy. */
export function recordedProbe(): Record<string, { reads: number; writes: number }> {
  return Object.fromEntries(
    Object.entries(counts.registers).map(([name, count]) => [name, { ...count }]),
  );
}

/** Base64 to bytes, without a function of browser or Node. */
export function decodeBase64(text: string): Uint8Array {
  const digits = text.replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const digit of digits) {
    held = ((held << 6) | ALPHABET.indexOf(digit)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (held >>> bits) & 0xff;
  }
  return bytes;
}
