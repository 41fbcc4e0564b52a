import { type Engine, type Handler, MICROSECOND, type Timer } from '../../engine/engine.ts';

/** Time from the start of auto-negotiation to its end (section 3: 499.7 to 501.8 ms were measured). */
export const NEGOTIATION = 500_000 * MICROSECOND;

const BMCR = 0;
const BMCR_RESTART = 1 << 9;
const BMCR_RESET = 1 << 15;
const BMSR = 1;
const BMSR_LINK = 1 << 2;
const BMSR_COMPLETE = 1 << 5;
const PARTNER = 5;
const PARTNER_ACKNOWLEDGED = 0x4000;
/** Selects a page and reads 0: pages are not modelled. */
const PAGE = 31;

/** Register 0 to 31 after a reset; those that are not listed are 0. */
const RESET_VALUES: readonly (readonly [number, number])[] = [
  [0, 0x1140],
  [1, 0x7949],
  [2, 0x02a8],
  [3, 0x0391],
  [4, 0x0de1],
  [5, 0x07e0],
  [9, 0x0f00],
  [10, 0x3c00],
  [17, 0xc000],
  [25, 0x008d],
];
/** Bits that can be written in each register; the others ignore writes. */
const WRITABLE: readonly (readonly [number, number])[] = [
  [0, 0x7dff],
  [4, 0xffff],
  [9, 0xffff],
  [18, 0xffff],
  [25, 0xffff],
];

/**
 * The copper transceiver and its agreement with a partner that takes everything: a link of 1000 Mb/s,
 * 500 ms after it was asked for. A reset of the device leaves the link down until software restarts the
 * agreement, and power down (BMCR bit 11) does not end it: both as in the recording, for silicon unverified.
 */
export class Phy implements Handler {
  #file = new Uint16Array(32);
  #reset = new Uint16Array(32);
  #writable = new Uint16Array(32);
  #engine: Engine;
  /** None before the first agreement. */
  #timer: Timer | undefined;
  #changed: (up: boolean) => void;

  /**
   * @param changed called when the link comes up or is lost by software's doing
   * @param identity values after reset of registers that differ from the recorded part's
   */
  constructor(
    engine: Engine,
    changed: (up: boolean) => void,
    identity: readonly (readonly [number, number])[] = [],
  ) {
    this.#engine = engine;
    this.#changed = changed;
    for (const [register, value] of [...RESET_VALUES, ...identity]) this.#reset[register] = value;
    for (const [register, mask] of WRITABLE) this.#writable[register] = mask;
    this.reset();
  }

  get linkUp(): boolean {
    return (this.#file[BMSR] & BMSR_LINK) !== 0;
  }

  reset(): void {
    this.#file.set(this.#reset);
    this.#timer?.cancel();
  }

  /** The link as a machine finds it whose firmware has brought it up. */
  bringUp(): void {
    this.#timer?.cancel();
    this.#file[BMSR] |= BMSR_LINK | BMSR_COMPLETE;
    this.#file[PARTNER] |= PARTNER_ACKNOWLEDGED;
  }

  read(register: number): number {
    return register === PAGE ? 0 : this.#file[register];
  }

  /** A write that takes effect at `at`. */
  write(register: number, value: number, at: number): void {
    const mask = this.#writable[register];
    this.#file[register] = (this.#file[register] & ~mask) | (value & mask);
    if (register !== BMCR) return;
    if ((value & BMCR_RESET) !== 0) this.#loseLink(true);
    if ((value & BMCR_RESTART) !== 0) {
      this.#loseLink(false);
      this.#timer ??= this.#engine.timer(this, 0, true);
      this.#timer.schedule(at + NEGOTIATION);
    }
    this.#file[BMCR] &= ~(BMCR_RESET | BMCR_RESTART);
  }

  handle(): void {
    this.bringUp();
    this.#changed(true);
  }

  #loseLink(resets: boolean): void {
    const was = this.linkUp;
    if (resets) this.reset();
    this.#timer?.cancel();
    this.#file[BMSR] &= ~(BMSR_LINK | BMSR_COMPLETE);
    if (was) this.#changed(false);
  }
}
