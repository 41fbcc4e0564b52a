import type { RegisterBlock } from './register-block.ts';
import * as spec from './registers-spec.ts';

/**
 * SWSM and SW_FW_SYNC: who of the drivers and of the firmware may touch NVM and PHY. There is no firmware,
 * so its half of SW_FW_SYNC stays 0 and SWESMBI is granted at once.
 */
export class Semaphores implements RegisterBlock {
  readonly ranges = [
    [spec.SWSM, 4],
    [spec.SW_FW_SYNC, 4],
  ] as const;
  #file = new Uint32Array(2);

  reset(): void {
    this.#file.fill(0);
  }

  /** A read of SWSM gives the old value and sets SMBI: who reads 0 has it. */
  read(offset: number): number {
    if (offset === spec.SW_FW_SYNC) return this.#file[1];
    const before = this.#file[0];
    this.#file[0] |= spec.SWSM_SMBI;
    return before;
  }

  write(offset: number, value: number, _at = 0): void {
    if (offset === spec.SW_FW_SYNC) this.#file[1] = value & 0xffff;
    else this.#file[0] = value & (spec.SWSM_SMBI | spec.SWSM_SWESMBI);
  }
}
