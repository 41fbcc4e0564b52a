import type { HostMemory } from '../memory/host-memory.ts';
import { EVENT_FLAG_BYTES, EVENT_FLAGS } from './synic-spec.ts';

/** The event flags of a SIEF page: 2048 bits for each SINT, set by the hypervisor, cleared by the guest. */
export class SynicEvents {
  /** Host address of the SIEF page. */
  readonly page: number;
  #words: Uint32Array;

  constructor(host: HostMemory, page: number) {
    this.#words = host.u32;
    this.page = page;
  }

  /** @returns whether the flag was clear before; false for one that does not exist */
  set(sint: number, flag: number): boolean {
    if (!(flag >= 0 && flag < EVENT_FLAGS)) return false;
    const at = this.#word(sint, flag >>> 5);
    const bit = 1 << (flag & 31);
    const word = this.#words[at];
    if ((word & bit) !== 0) return false;
    this.#words[at] = word | bit;
    return true;
  }

  /** Reads 32 flags from `32 * index` on and clears them in one go, as the guest's exchange does. */
  take(sint: number, index: number): number {
    const at = this.#word(sint, index);
    const word = this.#words[at];
    if (word !== 0) this.#words[at] = 0;
    return word;
  }

  #word(sint: number, index: number): number {
    return (this.page + sint * EVENT_FLAG_BYTES + index * 4) >>> 2;
  }
}
