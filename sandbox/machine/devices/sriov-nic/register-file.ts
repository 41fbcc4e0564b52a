import type { RegisterBlock, RegisterWindow } from './register-block.ts';

/** Bytes of the physical function's window (BAR0). */
export const WINDOW_SIZE = 0x20000;

/**
 * The physical function's window: a table from offset to the block that has the register. An offset of
 * no block reads 0 and ignores writes, as does an access that is not aligned to 32 bits.
 */
export class RegisterFile implements RegisterWindow {
  #blocks: (RegisterBlock | undefined)[] = [undefined];
  /** Number of the block of each 32-bit word; 0 for none. */
  #owners = new Uint8Array(WINDOW_SIZE >> 2);

  constructor(blocks: readonly RegisterBlock[]) {
    for (const block of blocks) this.add(block);
  }

  /** Adds a block; it takes over the offsets that an earlier one had. At most 255 blocks. */
  add(block: RegisterBlock): void {
    const number = this.#blocks.push(block) - 1;
    for (const [from, bytes] of block.ranges)
      this.#owners.fill(number, from >> 2, (from + bytes) >> 2);
  }

  read(offset: number): number {
    return this.#blockOf(offset)?.read(offset) ?? 0;
  }

  write(offset: number, value: number, at: number): void {
    this.#blockOf(offset)?.write(offset, value, at);
  }

  #blockOf(offset: number): RegisterBlock | undefined {
    if ((offset & 3) !== 0 || offset < 0 || offset >= WINDOW_SIZE) return undefined;
    return this.#blocks[this.#owners[offset >> 2]];
  }
}
