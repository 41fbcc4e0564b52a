import type { Phy } from './phy.ts';
import type { RegisterBlock } from './register-block.ts';
import * as spec from './registers-spec.ts';

/** Address of the internal transceiver on MDIO. */
const PHY_ADDRESS = 1;

/** MDIC: a register of the transceiver, ready at once. Another address on MDIO is an error. */
export class Mdic implements RegisterBlock {
  readonly ranges = [[spec.MDIC, 4]] as const;
  #file = new Uint32Array(1);
  #phy: Phy;

  constructor(phy: Phy) {
    this.#phy = phy;
  }

  reset(): void {
    this.#file[0] = 0;
  }

  read(_offset: number): number {
    return this.#file[0];
  }

  write(_offset: number, value: number, at: number): void {
    const register = (value >>> 16) & 31;
    const known = ((value >>> 21) & 31) === PHY_ADDRESS;
    let result = value & 0x3fffffff & ~spec.MDIC_ERROR;
    if (!known) result |= spec.MDIC_ERROR;
    else if ((value & spec.MDIC_WRITE) !== 0) this.#phy.write(register, value & 0xffff, at);
    else if ((value & spec.MDIC_READ) !== 0)
      result = (result & 0xffff0000) | this.#phy.read(register);
    this.#file[0] = result | spec.MDIC_READY;
  }
}
