import type { MacAddress } from '../machine/net/frame.ts';

/** A station's address from six pairs of hex digits. */
export function parseMac(text: string): MacAddress {
  const digits = text.replaceAll(':', '');
  return {
    high: Number.parseInt(digits.slice(0, 4), 16),
    low: Number.parseInt(digits.slice(4, 12), 16),
  };
}
