import { describe, expect, test } from 'vitest';
import { TulipRig } from '../../../../tests/support/tulip.ts';
import { Phy } from '../../devices/dec21140/phy.ts';
import { TulipDriver } from './driver.ts';

class Manager extends TulipDriver {
  value = -1;

  get(phy: number, register: number): void {
    this.enqueue(() => this.#get(phy, register));
  }

  put(phy: number, register: number, value: number): void {
    this.enqueue(() => this.writePhy(phy, register, value));
  }

  *#get(phy: number, register: number) {
    this.value = yield* this.readPhy(phy, register);
  }
}

function managing(phys?: ReadonlyMap<number, Phy>) {
  const rig = new TulipRig({ driver: Manager, phys }).open();
  const { driver } = rig;
  if (!(driver instanceof Manager)) throw new Error('another driver');
  rig.forget();
  return { rig, driver };
}

const counts = (rig: TulipRig) => [
  rig.accesses.filter(({ write }) => write).length,
  rig.accesses.filter(({ write }) => !write).length,
];

describe('MII management', () => {
  test('a read gives the register, by 136 writes and 155 reads of CSR9', () => {
    const registers = Uint16Array.from({ length: 32 }, (_, n) => (n === 1 ? 0x782d : 0x1111 * n));
    const { rig, driver } = managing(new Map([[13, new Phy(registers)]]));
    for (const register of [0, 2, 3, 6, 15, 31]) {
      rig.forget();
      driver.get(13, register);
      rig.rest();
      // The probe has had the PHY negotiate.
      expect(driver.value).toBe(register === 0 ? 0x1000 : (0x1111 * register) & 0xffff);
      expect(counts(rig)).toEqual([136, 155]);
    }
  });

  test('where no PHY is, it gives ones', () => {
    const { rig, driver } = managing();
    driver.get(2, 1);
    rig.rest();
    expect(driver.value).toBe(0xffff);
  });

  test('a write reaches the register, by 134 writes and 134 reads', () => {
    const phy = new Phy();
    const { rig, driver } = managing(new Map([[31, phy]]));
    for (const value of [0x0000, 0x8001, 0x5a5a, 0xffff]) {
      rig.forget();
      driver.put(31, 4, value);
      rig.rest();
      expect(phy.read(4)).toBe(value);
      expect(counts(rig)).toEqual([134, 134]);
    }
  });
});
