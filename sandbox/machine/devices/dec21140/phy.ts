export const PHY_CONTROL = 0;
export const PHY_STATUS = 1;
export const PHY_ADVERTISEMENT = 4;
export const PHY_PARTNER = 5;

const CONTROL_RESET = 1 << 15;
const CONTROL_AUTONEGOTIATE = 1 << 12;
const CONTROL_RESTART = 1 << 9;
const CONTROL_WRITABLE = 0x7d80;
const STATUS_NEGOTIATED = 1 << 5;
const STATUS_LINK = 1 << 2;

/** A transceiver for 100BASE-TX whose autonegotiation has ended with full duplex; plausible, unverified. */
const DEFAULTS: Partial<Record<number, number>> = {
  0: 0x3100,
  1: 0x782d,
  2: 0x2000,
  3: 0x5c01,
  4: 0x01e1,
  5: 0x45e1,
  6: 0x0001,
};

/** A transceiver's registers behind MII management (IEEE 802.3 clause 22). */
export class Phy {
  #defaults = new Uint16Array(32);
  #registers = new Uint16Array(32);
  #link: boolean;
  /** A loss of link is kept until the status is read (22.2.4.2.13). */
  #lost = false;

  /** @param registers contents after reset: all 32, or those that differ from the usual ones */
  constructor(registers: Uint16Array | Partial<Record<number, number>> = {}) {
    const all = registers instanceof Uint16Array ? registers : { ...DEFAULTS, ...registers };
    for (let n = 0; n < 32; n++) this.#defaults[n] = all[n] ?? 0;
    this.#registers.set(this.#defaults);
    this.#link = (this.#defaults[PHY_STATUS] & STATUS_LINK) !== 0;
  }

  /** Whether the other end of the cable is there. */
  get link(): boolean {
    return this.#link;
  }

  set link(up: boolean) {
    this.#lost ||= !up;
    this.#link = up;
  }

  /** @param register 0 to 31 */
  read(register: number): number {
    if (register !== PHY_STATUS) return this.#registers[register & 31];
    let status = this.#registers[PHY_STATUS];
    const up = this.#link && !this.#lost;
    this.#lost = !this.#link;
    if (!up) status &= ~STATUS_LINK;
    const negotiates = (this.#registers[PHY_CONTROL] & CONTROL_AUTONEGOTIATE) !== 0;
    return up && negotiates ? status : status & ~STATUS_NEGOTIATED;
  }

  /** @param value 16 bits; registers of status and identity keep theirs */
  write(register: number, value: number): void {
    if (register === PHY_ADVERTISEMENT) this.#registers[register] = value;
    if (register !== PHY_CONTROL) return;
    if ((value & CONTROL_RESET) !== 0) this.#registers.set(this.#defaults);
    else this.#registers[PHY_CONTROL] = value & CONTROL_WRITABLE & ~CONTROL_RESTART;
  }
}
