import { crc32 } from '../../net/crc32.ts';
import {
  HASH_AND_PERFECT,
  HASH_ONLY,
  INVERSE_FILTERING,
  PASS_ALL_MULTICAST,
  PROMISCUOUS,
  TDES1_FILTER_TYPE_0,
  TDES1_FILTER_TYPE_1,
} from './spec.ts';

const ADDRESSES = 16;
const NONE = -1;
/** Bytes of a setup frame: the hash table's 32 longwords, and the perfect address behind it. */
const HASH_SIZE = 128;
const HASH_PERFECT_ADDRESS = 156;

/**
 * The address filter (section 5): sixteen perfect addresses, matched or inverted, or a table of 512
 * hash bits with one perfect address. Broadcast is a group address like any other. Until the first
 * setup frame nothing passes but what PR and PM let through: unverified.
 */
export class AddressFilter {
  #addresses = new Float64Array(ADDRESSES).fill(NONE);
  #hash = new Uint8Array(HASH_SIZE);
  #single = NONE;

  reset(): void {
    this.#addresses.fill(NONE);
    this.#hash.fill(0);
    this.#single = NONE;
  }

  /**
   * Takes the 192 bytes of a setup frame of the type that its descriptor's FT bits say. Two bytes stand
   * in the low half of each longword.
   * @returns the filtering mode that the frame loads into CSR6
   */
  load(setup: Uint8Array, control: number): number {
    const inverted = (control & TDES1_FILTER_TYPE_1) !== 0;
    if ((control & TDES1_FILTER_TYPE_0) === 0) {
      for (let entry = 0; entry < ADDRESSES; entry++)
        this.#addresses[entry] = key(setup, entry * 12, 4);
      return inverted ? INVERSE_FILTERING : 0;
    }
    this.#hash.set(setup.subarray(0, HASH_SIZE));
    this.#single = key(setup, HASH_PERFECT_ADDRESS, 4);
    return inverted ? HASH_AND_PERFECT | HASH_ONLY : HASH_AND_PERFECT;
  }

  /** Whether a frame passes under the operating mode `csr6`. */
  passes(frame: Uint8Array, csr6: number): boolean {
    const group = (frame[0] & 1) !== 0;
    if ((csr6 & (group ? PROMISCUOUS | PASS_ALL_MULTICAST : PROMISCUOUS)) !== 0) return true;
    if ((csr6 & HASH_AND_PERFECT) === 0)
      return this.#lists(frame) !== ((csr6 & INVERSE_FILTERING) !== 0);
    return group || (csr6 & HASH_ONLY) !== 0
      ? this.#hashed(frame)
      : key(frame, 0, 2) === this.#single;
  }

  #lists(frame: Uint8Array): boolean {
    const wanted = key(frame, 0, 2);
    for (let entry = 0; entry < ADDRESSES; entry++)
      if (this.#addresses[entry] === wanted) return true;
    return false;
  }

  /** The low nine bits of the address's CRC say which bit: sixteen bits in each longword. */
  #hashed(frame: Uint8Array): boolean {
    const bit = crc32(frame, 0, 6) & 0x1ff;
    return ((this.#hash[4 * (bit >>> 4) + ((bit >>> 3) & 1)] >>> (bit & 7)) & 1) !== 0;
  }
}

/** Six bytes in pairs, `step` bytes from pair to pair, as one number. */
function key(bytes: Uint8Array, at: number, step: number): number {
  let value = 0;
  for (let pair = 0; pair < 3; pair++) {
    const from = at + pair * step;
    value = value * 65536 + bytes[from] * 256 + bytes[from + 1];
  }
  return value;
}
