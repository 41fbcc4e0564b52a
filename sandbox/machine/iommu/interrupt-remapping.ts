import type { VirtualProcessor } from '../partition/virtual-processor.ts';

/** Where an interrupt goes. `sourceId` is the requester id that may use the entry. */
export interface RemappingEntry {
  sourceId: number;
  processor: VirtualProcessor;
  vector: number;
  /** Delivered to a running guest without an exit. */
  posted: boolean;
}

/**
 * Interrupt remapping: a device's message carries only an index; the entry holds vector and processor,
 * and is used only by the function it belongs to.
 */
export class InterruptRemapping {
  blocked = 0;
  #entries: (RemappingEntry | undefined)[] = [];

  /** Adds an entry and returns its index: what the device's MSI-X table entry holds. */
  add(entry: RemappingEntry): number {
    return this.#entries.push(entry) - 1;
  }

  /** Takes an entry out: messages with that index are blocked from now on. */
  remove(index: number): void {
    this.#entries[index] = undefined;
  }

  /** A message from `requesterId` with `index` at `at`. @returns whether it was let through */
  deliver(requesterId: number, index: number, at: number): boolean {
    const entry = this.#entries[index];
    if (entry === undefined || entry.sourceId !== requesterId) {
      this.blocked++;
      return false;
    }
    entry.processor.interrupt(entry.vector, at, entry.posted);
    return true;
  }
}
