import { describe, expect, test } from 'vitest';
import { RootComplex } from '../../bus/pci/topology.ts';
import { NicBusFunctions } from './configuration-functions.ts';
import { EXTENDED_PART, INTEL_82576, partFor } from './configuration-spec.ts';

const RESOURCES = {
  lastBus: 255,
  io: { base: 0xc000, size: 0x1000 },
  memory: { base: 0xfe600000, size: 2 << 20 },
  prefetchable: { base: 0xfea00000, size: 2 << 20 },
};

function newMachine(clock?: { now: number }) {
  const complex = new RootComplex();
  const nic = new NicBusFunctions({ clock: clock && (() => clock.now) });
  complex.attach(complex.addRootPort(), nic.endpoint);
  return { complex, nic };
}

describe('the physical function (82576 facts, section 1.1)', () => {
  const space = new NicBusFunctions().pf.configuration;

  test('reset values, dword by dword', () => {
    const reset: [number, number][] = [
      ...([
        [0x00, 0x10c98086],
        [0x04, 0x00100000],
        [0x08, 0x02000001],
      ] as [number, number][]),
      ...([
        [0x18, 1],
        [0x1c, 4],
        [0x2c, 0x11001af4],
        [0x34, 0x40],
        [0x3c, 0x0100],
      ] as [number, number][]),
      ...([
        [0x40, 0x00225001],
        [0x50, 0x01807005],
        [0x70, 0x0009a011],
        [0x74, 3],
      ] as [number, number][]),
      ...([
        [0x78, 0x2003],
        [0xa0, 0x00020010],
        [0xa4, 0x10008020],
        [0xc4, 0x00300000],
      ] as [number, number][]),
      ...([
        [0x100, 0x15010001],
        [0x108, 0x02400000],
        [0x10c, 0x00462030],
      ] as [number, number][]),
      ...([
        [0x114, 0xe000],
        [0x118, 0xa0],
        [0x150, 0x1601000e],
        [0x160, 0x00010010],
      ] as [number, number][]),
      ...([
        [0x16c, 0x80008],
        [0x174, 0x20080],
        [0x178, 0x10ca0000],
        [0x17c, 0x553],
      ] as [number, number][]),
      ...([
        [0x180, 1],
        [0x184, 12],
        [0x190, 12],
      ] as [number, number][]),
    ];
    for (const [offset, value] of reset)
      expect([offset, space.read(offset, 4)]).toEqual([offset, value]);
  });

  test('bytes that no capability has are 0', () => {
    for (let offset = 0x1a0; offset < 4096; offset += 4) expect(space.read(offset, 4)).toBe(0);
  });
});

describe('what the driver of the physical function does (section 2)', () => {
  test('enable: count, offset and stride, VF Enable; the first access after 105 ms', () => {
    const clock = { now: 0 };
    const { complex, nic } = newMachine(clock);
    complex.enumerate(RESOURCES);
    const write = (offset: number, value: number) =>
      complex.configurationWrite(0x0100, offset, 2, value);
    const read = (offset: number) => complex.configurationRead(0x0100, offset, 2);
    write(0x170, 2);
    expect([read(0x174), read(0x176)]).toEqual([0x80, 2]);
    write(0x168, 0x19);
    expect(complex.configurationRead(0x0180, 8, 4)).toBe(0xffffffff);
    clock.now += 105e9;
    for (const id of [0x0180, 0x0182]) {
      expect(complex.configurationRead(id, 0x08, 4)).toBe(0x02000001);
      expect(complex.configurationRead(id, 0x2c, 4)).toBe(0x11001af4);
      complex.configurationWrite(id, 0x04, 2, 0x400);
      complex.configurationWrite(id, 0xa8, 2, 0x000f);
      expect(complex.configurationRead(id, 0x04, 4)).toBe(0x00100000);
      expect(complex.configurationRead(id, 0xa8, 4)).toBe(0);
    }
    write(0x168, 0x10);
    expect(complex.configurationRead(0x0180, 8, 4)).toBe(0xffffffff);
    clock.now += 1042e9;
    write(0x170, 0);
    expect([read(0x170), read(0x168), nic.sriov.early]).toEqual([0, 0x10, 1]);
  });

  test('firmware: addresses as they were recorded', () => {
    const { complex } = newMachine();
    complex.enumerate(RESOURCES);
    const bars = [0x10, 0x14, 0x18, 0x1c, 0x184, 0x190];
    expect(bars.map((bar) => complex.configurationRead(0x0100, bar, 4))).toEqual([
      ...[0xfe600000, 0xfe620000, 0xc001, 0xfe640004, 0xfea0000c, 0xfea2000c],
    ]);
  });

  test('MSI-X in its order: mask and enable, then unmask', () => {
    const { pf } = new NicBusFunctions();
    pf.configuration.write(0x72, 2, 0xc009);
    expect(pf.configuration.read(0x72, 2)).toBe(0xc009);
    pf.configuration.write(0x72, 2, 0x8009);
    expect(pf.configuration.read(0x72, 2)).toBe(0x8009);
  });
});

describe('a virtual function (section 1.2)', () => {
  test('no ids, no addresses, no pin; MSI-X with 3 vectors; bus mastering and reset can be set', () => {
    const space = new NicBusFunctions().vfs[0].configuration;
    expect([space.read(0x00, 4), space.read(0x34, 1), space.read(0x3c, 4)]).toEqual([
      0xffffffff, 0xa0, 0,
    ]);
    expect([space.read(0x70, 4), space.read(0x74, 4), space.read(0x78, 4)]).toEqual([
      0x00020011, 3, 0x2003,
    ]);
    for (let bar = 0x10; bar < 0x28; bar += 4) {
      space.write(bar, 4, 0xffffffff);
      expect(space.read(bar, 4)).toBe(0);
    }
    space.write(4, 2, 0xffff);
    expect(space.read(4, 2)).toBe(4);
    space.write(0xa8, 2, 0x8000);
    expect([space.read(4, 2), space.read(0xa8, 2)]).toEqual([0, 0]);
  });
});

describe('the extended part', () => {
  test('63 functions with ids of their own, in the 82576’s layout', () => {
    const nic = new NicBusFunctions({ part: EXTENDED_PART });
    const space = nic.pf.configuration;
    expect([space.read(0, 4), space.read(0x16c, 4), space.read(0x17a, 2)]).toEqual([
      0x10fb8086, 0x003f003f, 0x10ed,
    ]);
    nic.pf.bus = 1;
    space.write(0x170, 2, 63);
    space.write(0x168, 2, 0x19);
    expect([nic.sriov.active, nic.sriov.idOf(62)]).toEqual([63, 0x01fc]);
    expect(nic.sriov.apertures[0].size).toBe(63 * 0x4000);
  });

  test('is taken only for more than the 82576 has', () => {
    expect([partFor(0), partFor(8), partFor(9)]).toEqual([INTEL_82576, INTEL_82576, EXTENDED_PART]);
  });
});
