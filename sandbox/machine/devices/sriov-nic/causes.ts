import type { FunctionInterrupts } from './interrupts.ts';
import type { RegisterBlock } from './register-block.ts';
import * as spec from './registers-spec.ts';

/**
 * ICR with its masks, and GPIE: what happened to the device besides frames. In MSI-X mode a cause that is
 * on in IMS goes to the vector that IVAR_MISC names.
 */
export class DeviceCauses implements RegisterBlock {
  readonly ranges = [
    [spec.ICR, 4],
    [spec.IMS, 4],
    [spec.IMC, 4],
    [spec.IAM, 4],
    [spec.GPIE, 4],
  ] as const;
  /** ICR, mask, IAM, GPIE. */
  #file = new Uint32Array(4);
  #interrupts: FunctionInterrupts;

  constructor(interrupts: FunctionInterrupts) {
    this.#interrupts = interrupts;
  }

  reset(): void {
    this.#file.fill(0);
  }

  /**
   * One or more causes at `at`. Outside MSI-X mode the asserted bit comes with them, masked or not, as
   * in the recording.
   */
  raise(causes: number, at: number): void {
    const msix = (this.#file[3] & spec.GPIE_MSIX) !== 0;
    this.#file[0] |= msix ? causes : causes | spec.ICR_ASSERTED;
    if (msix && (causes & this.#file[1]) !== 0) this.#interrupts.other.cause(at);
  }

  read(offset: number): number {
    if (offset === spec.ICR) return this.#take();
    if (offset === spec.IMS) return this.#file[1];
    if (offset === spec.IAM) return this.#file[2];
    return offset === spec.GPIE ? this.#file[3] : 0;
  }

  write(offset: number, value: number, at: number): void {
    if (offset === spec.ICR) this.#file[0] &= ~value;
    else if (offset === spec.IMS) {
      const waiting = this.#file[0] & value & ~this.#file[1];
      this.#file[1] |= value;
      if (waiting !== 0 && (this.#file[3] & spec.GPIE_MSIX) !== 0) this.#interrupts.other.cause(at);
    } else if (offset === spec.IMC) this.#file[1] &= ~value;
    else if (offset === spec.IAM) this.#file[2] = value;
    else this.#file[3] = value;
  }

  /**
   * A read clears ICR with GPIE.NSICR set. Without it only when nothing is masked in or a cause that is
   * was pending (unverified).
   */
  #take(): number {
    const [causes, mask, auto, mode] = this.#file;
    if ((mode & spec.GPIE_NSICR) !== 0 || mask === 0 || (causes & mask) !== 0) {
      this.#file[0] = 0;
      this.#file[1] &= ~auto;
    }
    return causes;
  }
}
