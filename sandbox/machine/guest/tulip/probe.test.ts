import { describe, expect, test } from 'vitest';
import { MAC, PORT_BASE, TulipRig } from '../../../../tests/support/tulip.ts';
import { Phy } from '../../devices/dec21140/phy.ts';
import { makeMac } from '../../net/frame.ts';
import type { GuestCode } from '../../partition/virtual-processor.ts';
import { TulipDriver } from './driver.ts';

/** A driver that stops behind its probe. */
class Prober extends TulipDriver {
  protected override *bringUp(): GuestCode {}
}

function probed(options = {}) {
  return new TulipRig({ driver: Prober, ...options }).open();
}

describe('the probe', () => {
  test('learns what the adapter is, where it is, its address and its transceiver', () => {
    const { driver } = probed();
    expect(driver.problem).toBe('');
    expect(driver.identity).toMatchObject({
      vendor: 0x1011,
      device: 0x0009,
      revision: 0x20,
      subsystemVendor: 0x0a00,
      subsystem: 0x2114,
      portBase: PORT_BASE,
      interruptLine: 11,
      macAddress: MAC,
      phy: { address: 1, control: 0x3100, status: 0x782d, advertised: 0x01e1 },
      phys: 1,
    });
  });

  test('another address and another transceiver are another identity', () => {
    const phys = new Map([
      [17, new Phy({ 4: 0x0061 })],
      [30, new Phy()],
    ]);
    const macAddress = makeMac(9, 0xabcdef);
    const { driver } = probed({ macAddress, phys });
    expect(driver.identity).toMatchObject({ macAddress, phy: { address: 17 }, phys: 2 });
    expect(phys.get(17)?.read(4)).toBe(0x01e1);
  });

  // The recorded driver: 10,951 reads and 8,748 writes. Its PHY advertised something else, so that it
  // wrote that register: 134 of each more than with this one.
  test('makes 10,817 reads and 8,614 writes of CSRs, and 38 accesses to find and enable it', () => {
    const { accesses, driver } = probed();
    const csrs = accesses.filter(({ register }) => register >= 0);
    expect(csrs.filter(({ write }) => !write)).toHaveLength(10_951 - 134);
    expect(csrs.filter(({ write }) => write)).toHaveLength(8_748 - 134);
    expect(accesses.length - csrs.length).toBe(38);
    expect(driver.probeAccesses).toBe(accesses.length);
  });

  test('with a PHY that advertises something else, exactly as many as were recorded', () => {
    const { accesses } = probed({ phys: new Map([[1, new Phy({ 4: 0x0501 })]]) });
    const csrs = accesses.filter(({ register }) => register >= 0);
    expect(csrs.filter(({ write }) => !write)).toHaveLength(10_951);
    expect(csrs.filter(({ write }) => write)).toHaveLength(8_748);
  });

  test('touches no CSR but 6, 8, 9 and 12, and CSR12 as recorded', () => {
    const { accesses } = probed();
    const csrs = accesses.filter(({ register }) => register >= 0 && register !== 9);
    const words = csrs.map(({ write, register, value }) =>
      write ? `W${register} ${value.toString(16)}` : `R${register}`,
    );
    expect(words.join(', ')).toBe('R6, R8, W12 11f, W12 0, R12, W12 8, R12, W12 11f');
  });

  test('makes the chip a bus master with a latency timer of 64', () => {
    const { configuration } = probed().chip;
    expect(configuration.busMaster).toBe(true);
    expect(configuration.read(0x0d, 1)).toBe(64);
  });
});

describe('an adapter that cannot be used is said to be, and nothing hangs', () => {
  test.each([
    ['no function on the bus', { absent: 'function' as const }, /configuration space/],
    ['a BAR without an address', { absent: 'base' as const }, /configuration space/],
    ['a serial ROM of ones', { serialRom: new Uint16Array(64).fill(0xffff) }, /empty/],
    ['a serial ROM of noise', { serialRom: noise() }, /checksum/],
    ['no PHY', { phys: new Map<number, Phy>() }, /no PHY/],
  ])('%s', (_name, options, reason) => {
    const rig = new TulipRig(options).open();
    expect(rig.driver.state).toBe('failed');
    expect(rig.driver.problem).toMatch(reason);
    expect(rig.driver.identity).toBeUndefined();
    expect(rig.send(new Uint8Array(60))).toBe(false);
    rig.pass(100);
    expect(rig.chip.pin).toBe(false);
    expect(rig.processor.halted).toBe(true);
  });

  test('a port window that is closed', () => {
    const rig = new TulipRig();
    rig.chip.configuration.write(4, 2, 0);
    rig.open();
    expect(rig.driver.problem).toMatch(/does not answer/);
  });

  test('it can be tried again', () => {
    const phys = new Map<number, Phy>();
    const rig = new TulipRig({ phys }).open();
    phys.set(5, new Phy());
    rig.open();
    expect(rig.driver.state).toBe('running');
    expect(rig.driver.identity?.phy.address).toBe(5);
  });
});

describe('a step can be done another way', () => {
  test('without the reads that let edges settle it learns the same by fewer accesses', () => {
    class Hasty extends Prober {
      protected override *settle(): GuestCode {}
    }
    const [usual, hasty] = [probed(), probed({ driver: Hasty })];
    expect(hasty.driver.identity).toEqual(usual.driver.identity);
    expect(hasty.driver.probeAccesses).toBeLessThan(0.65 * usual.driver.probeAccesses);
  });
});

function noise(): Uint16Array {
  return Uint16Array.from({ length: 64 }, (_, n) => (n * 40_503) & 0xffff);
}
