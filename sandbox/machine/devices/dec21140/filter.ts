import { PASS_ALL_MULTICAST, PROMISCUOUS } from './spec.ts';

/**
 * The address filter with perfect filtering: the sixteen addresses of the last setup frame. Broadcast
 * is an address like any other: it passes when it is in the list. Hash and inverse filtering are not
 * modelled.
 */
export class AddressFilter {
  #addresses = new Set<number>();

  reset(): void {
    this.#addresses.clear();
  }

  /** Takes the 192 bytes of a setup frame: per address three words whose low halves hold two bytes. */
  load(setup: Uint8Array): void {
    this.#addresses.clear();
    for (let entry = 0; entry < 16; entry++) {
      const at = entry * 12;
      this.#addresses.add(key(setup, at, 4));
    }
  }

  /** Whether a frame passes under the operating mode `csr6`. */
  passes(frame: Uint8Array, csr6: number): boolean {
    if ((csr6 & PROMISCUOUS) !== 0) return true;
    if ((frame[0] & 1) !== 0 && (csr6 & PASS_ALL_MULTICAST) !== 0) return true;
    return this.#addresses.has(key(frame, 0, 2));
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
