import type { HostMemory } from '../memory/host-memory.ts';

/** Folds a sum of 16-bit words into 16 bits with end-around carry. */
export function fold(sum: number): number {
  let value = sum;
  while (value > 0xffff) value = (value & 0xffff) + Math.floor(value / 0x10000);
  return value;
}

/**
 * The ones'-complement sum (RFC 1071) of `length` bytes at an even address, folded to 16 bits, in the
 * byte order of memory. An odd last byte counts as if a zero followed it.
 */
export function onesSum(host: HostMemory, address: number, length: number): number {
  let sum = 0;
  let at = address;
  const end = address + length;
  if ((at & 2) !== 0 && at + 2 <= end) {
    sum += host.u16[at >>> 1];
    at += 2;
  }
  const lastWord = at + ((end - at) & ~3);
  sum += wordSum(host.u32, at >>> 2, lastWord >>> 2);
  at = lastWord;
  if (at + 2 <= end) {
    sum += host.u16[at >>> 1];
    at += 2;
  }
  if (at < end) sum += host.bytes[at];
  return fold(sum);
}

/**
 * The sum of 32-bit words, exact in a Number. Trees of additions keep the processor's adders busy, which
 * one long chain does not.
 */
function wordSum(words: Uint32Array, from: number, to: number): number {
  let even = 0;
  let odd = 0;
  let at = from;
  for (; at + 15 < to; at += 16) {
    even += sumOfEight(words, at);
    odd += sumOfEight(words, at + 8);
  }
  for (; at < to; at++) even += words[at];
  return even + odd;
}

function sumOfEight(words: Uint32Array, at: number): number {
  const first = words[at] + words[at + 1] + (words[at + 2] + words[at + 3]);
  const second = words[at + 4] + words[at + 5] + (words[at + 6] + words[at + 7]);
  return first + second;
}

/** Swaps the two bytes of a 16-bit word: between memory order and network order. */
export function swap16(value: number): number {
  return ((value & 0xff) << 8) | (value >>> 8);
}
