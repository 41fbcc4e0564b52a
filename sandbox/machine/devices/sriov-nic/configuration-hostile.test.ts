import { expect, test } from 'vitest';
import { RootComplex } from '../../bus/pci/topology.ts';
import { Random } from '../../engine/random.ts';
import { NicBusFunctions } from './configuration-functions.ts';

const ACCESSES = 1_000_000;
const SIZES = [1, 2, 4];
/** The physical function, and virtual ones. */
const IDS = [0x0100, 0x0180, 0x0182, 0x0184, 0x0186];
/** Registers that matter, so that accesses meet them often. */
const HOT = [0x04, 0x10, 0x1c, 0x72, 0xa8, 0xa9, 0x168, 0x16a, 0x170, 0x180, 0x184, 0x190];

test('a million random accesses: nothing is thrown and every rule holds', () => {
  const random = new Random(20121114);
  const complex = new RootComplex();
  const clock = { now: 0 };
  const nic = new NicBusFunctions({ clock: () => clock.now });
  complex.attach(complex.addRootPort(), nic.endpoint);
  complex.enumerate({
    lastBus: 255,
    io: { base: 0xc000, size: 0x1000 },
    memory: { base: 0xfe600000, size: 2 << 20 },
    prefetchable: { base: 0xfea00000, size: 2 << 20 },
  });
  let enabled = 0;
  let edges = 0;
  nic.sriov.onEnabled = (count) => {
    expect(count).toBeLessThanOrEqual(8);
    enabled = count;
    edges++;
  };
  nic.sriov.onDisabled = () => {
    enabled = 0;
    edges++;
  };
  let answered = 0;
  const { configuration } = nic.pf;
  for (let n = 0; n < ACCESSES; n++) {
    clock.now += random.below(200) * 1e9;
    const id = random.below(4) === 0 ? 0x0100 + random.below(0x100) : IDS[random.below(IDS.length)];
    const offset = random.below(2) === 0 ? HOT[random.below(HOT.length)] : random.below(4200) - 50;
    const size = SIZES[random.below(3)];
    const locked = nic.sriov.active;
    const numVfs = configuration.read(0x170, 2);
    if (random.below(3) === 0) {
      const value = complex.configurationRead(id, offset, size);
      if (!(value >= 0 && value < 2 ** (8 * size))) throw new Error(`read ${value}`);
      if (id !== 0x0100 && value !== 2 ** (8 * size) - 1) answered++;
    } else complex.configurationWrite(id, offset, size, random.next() & random.next());
    if (nic.sriov.active !== enabled) throw new Error('a callback was missed');
    if (locked > 0 && nic.sriov.active > 0 && configuration.read(0x170, 2) !== numVfs)
      throw new Error('NumVFs was written while VF Enable was set');
    if (nic.sriov.active > 8) throw new Error('more than TotalVFs');
  }
  expect(edges).toBeGreaterThan(100);
  expect(answered).toBeGreaterThan(1000);
  expect(configuration.read(0, 4)).toBe(0x10c98086);
  expect(configuration.read(0x160, 4)).toBe(0x00010010);
  for (const vf of nic.vfs) expect(vf.configuration.read(0, 4)).toBe(0xffffffff);
  for (const { each, base } of nic.sriov.apertures) expect(base % each).toBe(0);
});
