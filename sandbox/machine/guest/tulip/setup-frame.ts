import { crc32 } from '../../net/crc32.ts';
import { type MacAddress, macBytes } from '../../net/frame.ts';

/** Addresses beside its own and broadcast that the chip can compare in full. */
export const PERFECT_ADDRESSES = 14;
const ENTRIES = 16;
const SETUP_WORDS = 48;
/** Word of a hash setup frame at which the one address that is compared in full begins. */
const HASH_OWN_WORD = 39;
const BROADCAST: MacAddress = { high: 0xffff, low: 0xffffffff };

/** What the adapter lets in beside frames to its own address and broadcasts. */
export interface ReceiveMode {
  promiscuous?: boolean;
  allMulticast?: boolean;
  /** Groups that are wanted. */
  multicast?: readonly MacAddress[];
}

/** Whether `mode` has more groups than can be compared in full, so that the chip has to hash them. */
export function needsHash({ multicast = [] }: ReceiveMode): boolean {
  return multicast.length > PERFECT_ADDRESSES;
}

/** Which of the 512 bits of a hash table stands for an address. */
export function hashIndex(address: MacAddress): number {
  return crc32(macBytes(address), 0, 6) & 0x1ff;
}

/**
 * The 48 words of a setup frame: up to 14 groups in full, more of them by their hash. Unused places
 * hold broadcast, the last one the adapter's own address. Each word has its two bytes in both halves, as
 * the recorded driver writes it: the chip looks at the low one.
 */
export function setupFrame(own: MacAddress, mode: ReceiveMode): Uint32Array {
  const words = new Uint32Array(SETUP_WORDS);
  const { multicast = [] } = mode;
  if (needsHash(mode)) {
    for (const address of [...multicast, BROADCAST]) {
      const index = hashIndex(address);
      words[index >> 4] |= 0x10001 << (index & 15);
    }
    put(words, HASH_OWN_WORD, own);
    return words;
  }
  for (let entry = 0; entry < ENTRIES - 1; entry++)
    put(words, entry * 3, multicast[entry] ?? BROADCAST);
  put(words, (ENTRIES - 1) * 3, own);
  return words;
}

function put(words: Uint32Array, at: number, address: MacAddress): void {
  const bytes = macBytes(address);
  for (let pair = 0; pair < 3; pair++) {
    const half = bytes[2 * pair] | (bytes[2 * pair + 1] << 8);
    words[at + pair] = half | (half << 16);
  }
}
