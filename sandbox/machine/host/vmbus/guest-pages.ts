import type { GuestMemory } from '../../memory/guest-memory.ts';
import type { GuestPages } from './gpadl-table.ts';

/** The pages of a child partition, and which of them are described to the host. */
export class PartitionPages implements GuestPages {
  #memory: GuestMemory;
  #claimed: Uint8Array;

  constructor(memory: GuestMemory) {
    this.#memory = memory;
    this.#claimed = new Uint8Array(memory.size / 4096);
  }

  claim(page: number): boolean {
    if (this.#memory.frameOf(page) < 0 || this.#claimed[page] !== 0) return false;
    this.#claimed[page] = 1;
    return true;
  }

  release(page: number): void {
    this.#claimed[page] = 0;
  }
}
