import { describe, expect, test } from 'vitest';
import { newNic, PLENTY } from '../../../../tests/support/pci.ts';
import type { NicPart } from '../../devices/sriov-nic/configuration-spec.ts';
import type { PortOptions } from './bridge-space.ts';
import { enableVirtualFunctions } from './enable-vfs.ts';
import type { Enumeration, FoundFunction, Resources } from './enumeration.ts';
import { formatRequesterId } from './requester-id.ts';
import { RootComplex } from './topology.ts';

function withNic(
  part: Partial<NicPart> = {},
  resources: Partial<Resources> = {},
  port: Partial<PortOptions> = {},
) {
  const complex = new RootComplex();
  const nic = newNic(part);
  complex.attach(complex.addRootPort(port), nic.endpoint);
  const found = complex.enumerate({ ...PLENTY, ...resources });
  return { complex, nic, found, pf: pfOf(found) };
}

function pfOf(found: Enumeration): FoundFunction {
  const pf = found.functions.find(({ sriov }) => sriov !== undefined);
  if (pf === undefined) throw new Error('no physical function was found');
  return pf;
}

const names = (found: Enumeration) =>
  found.functions.map(({ requesterId }) => formatRequesterId(requesterId));

describe('bus numbers', () => {
  test('a NIC below a root port is 01:00.0; before that nothing answers there', () => {
    const complex = new RootComplex();
    complex.attach(complex.addRootPort(), newNic().endpoint);
    expect(complex.configurationRead(0x0100, 0, 4)).toBe(0xffffffff);
    const found = complex.enumerate(PLENTY);
    expect(names(found)).toEqual(['00:01.0', '01:00.0']);
    expect(complex.configurationRead(0x0100, 0, 4)).toBe(0x10c98086);
    expect([found.problems, found.lastBus]).toEqual([[], 1]);
  });

  test('a switch takes a bus for itself and one for each port, depth first', () => {
    const complex = new RootComplex();
    const { downstream } = complex.addSwitch(complex.addRootPort(), 2);
    complex.attach(downstream[0], newNic().endpoint);
    complex.attach(downstream[1], newNic().endpoint);
    complex.attach(complex.addRootPort(), newNic().endpoint);
    const found = complex.enumerate(PLENTY);
    expect(names(found)).toEqual([
      ...['00:01.0', '01:00.0', '02:00.0', '03:00.0', '02:01.0', '04:00.0'],
      ...['00:02.0', '05:00.0'],
    ]);
    // Secondary and subordinate of the first root port: what is below it, and no more.
    expect(complex.configurationRead(0x0008, 0x18, 4) & 0xffffff).toBe(0x040100);
    expect(complex.configurationRead(0x0010, 0x18, 4) & 0xffffff).toBe(0x050500);
  });

  test('virtual functions that carry into the next bus have it reserved', () => {
    const part = { totalVfs: 200, firstOffset: 128, stride: 1 };
    const complex = new RootComplex();
    const nic = newNic(part);
    complex.attach(complex.addRootPort(), nic.endpoint);
    complex.attach(complex.addRootPort(), newNic().endpoint);
    const found = complex.enumerate(PLENTY);
    expect(names(found)).toEqual(['00:01.0', '01:00.0', '00:02.0', '03:00.0']);
    const pf = pfOf(found);
    const result = enableVirtualFunctions(complex, pf, 200);
    if (result.kind !== 'enabled') throw new Error(result.reason);
    expect(formatRequesterId(result.ids[127])).toBe('01:1f.7');
    expect(formatRequesterId(result.ids[128])).toBe('02:00.0');
    for (const [n, id] of result.ids.entries()) expect(complex.functionAt(id)).toBe(nic.vfs[n]);
    expect(complex.functionAt(0x0300)).not.toBe(nic.vfs[0]);
  });

  test('without buses for a port, the port and what is below stay unreachable', () => {
    const complex = new RootComplex();
    for (let n = 0; n < 3; n++) complex.attach(complex.addRootPort(), newNic().endpoint);
    const found = complex.enumerate({ ...PLENTY, lastBus: 2 });
    expect(names(found)).toEqual(['00:01.0', '01:00.0', '00:02.0', '02:00.0', '00:03.0']);
    expect(found.problems).toEqual([{ requesterId: 0x18, what: 'bus number out of range' }]);
  });
});

describe('addresses', () => {
  test('base address registers are sized by all ones, and no two overlap', () => {
    const { found, pf, complex } = withNic();
    const own = pf.regions.filter(({ virtual }) => !virtual);
    expect(own.map(({ bar, size, kind }) => [bar, size, kind])).toEqual([
      [0, 0x20000, 'memory'],
      [1, 0x20000, 'memory'],
      [2, 32, 'io'],
      [3, 0x4000, 'memory'],
    ]);
    for (const { register, address = 0, kind } of own)
      expect(complex.configurationRead(0x0100, register, 4) & ~(kind === 'io' ? 3 : 15)).toBe(
        address | 0,
      );
    expect(found.problems).toEqual([]);
  });

  test('everything is aligned, inside the windows of its bridges, and apart (many trees)', () => {
    for (let nics = 1; nics <= 6; nics++) {
      const complex = new RootComplex();
      const { downstream } = complex.addSwitch(complex.addRootPort(), nics);
      for (const port of downstream) complex.attach(port, newNic({ totalVfs: 7 * nics }).endpoint);
      complex.attach(complex.addRootPort(), newNic().endpoint);
      const found = complex.enumerate(PLENTY);
      expect(found.problems).toEqual([]);
      const spans = found.functions
        .flatMap(({ regions }) => regions)
        .map(({ address = -1, size, alignment, kind }) => ({ address, size, alignment, kind }))
        .sort((a, b) => a.address - b.address);
      expect(spans).toHaveLength(6 * (nics + 1));
      let end = 0;
      for (const { address, size, alignment, kind } of spans) {
        expect(address % alignment).toBe(0);
        expect(address).toBeGreaterThanOrEqual(end);
        end = address + size;
        if (kind === 'io') continue;
        expect(complex.rootPorts.filter((port) => port.forwardsAddress(address))).toHaveLength(1);
        expect(complex.rootPorts.some((port) => port.forwardsAddress(end - 1))).toBe(true);
      }
    }
  });

  test('short of memory, virtual functions go without and the rest is placed', () => {
    const prefetchable = { base: 0x10_0000_0000, size: 1 << 20 };
    const { complex, found, pf } = withNic({ totalVfs: 63 }, { prefetchable });
    expect(found.problems).toEqual([
      { requesterId: 0x0100, what: 'not enough MMIO resources for SR-IOV' },
    ]);
    expect(pf.regions.filter(({ address }) => address === undefined)).toHaveLength(1);
    expect(enableVirtualFunctions(complex, pf, 1)).toMatchObject({
      kind: 'refused',
      reason: 'not enough MMIO resources for SR-IOV',
    });
    expect(complex.configurationRead(0x0100, 0x168, 2) & 1).toBe(0);
  });

  test('with no memory at all even a base address register stays 0', () => {
    const { found, complex } = withNic({}, { memory: { base: 0xe0000000, size: 0 } });
    expect(found.problems.filter(({ what }) => what.startsWith('no space'))).toHaveLength(3);
    expect(complex.configurationRead(0x0100, 0x10, 4)).toBe(0);
    expect(complex.configurationRead(0x0100, 0x04, 2) & 2).toBe(0);
  });
});

describe('enabling virtual functions', () => {
  test('they answer under their ids, with ffff for their own', () => {
    const { complex, pf } = withNic();
    expect(complex.configurationRead(0x0180, 0, 4)).toBe(0xffffffff);
    expect(complex.configurationRead(0x0180, 8, 4)).toBe(0xffffffff);
    expect(enableVirtualFunctions(complex, pf, 2)).toEqual({
      kind: 'enabled',
      ids: [0x0180, 0x0182],
    });
    expect(complex.configurationRead(0x0180, 0, 4)).toBe(0xffffffff);
    expect(complex.configurationRead(0x0180, 8, 4)).toBe(0x02000001);
    expect(complex.configurationRead(0x0184, 8, 4)).toBe(0xffffffff);
  });

  test('the carry needs a bus: the last number that fits is taken, one more is out of range', () => {
    const part = { totalVfs: 200, firstOffset: 128, stride: 1 };
    const { complex, pf } = withNic(part, { lastBus: 1 });
    expect(enableVirtualFunctions(complex, pf, 129)).toMatchObject({
      reason: 'bus number out of range',
    });
    expect(complex.configurationRead(0x0100, 0x170, 2)).toBe(0);
    expect(enableVirtualFunctions(complex, pf, 128).kind).toBe('enabled');
  });

  test('without a port that forwards ARI only function numbers of device 0 get through', () => {
    const { complex, nic, pf } = withNic({}, {}, { ari: false });
    expect(pf.sriov?.ari).toBe(false);
    expect(enableVirtualFunctions(complex, pf, 2).kind).toBe('enabled');
    expect(nic.sriov.functionAt(0x0180)).toBeDefined();
    expect(complex.functionAt(0x0180)).toBeUndefined();
  });

  test('a part that knows whether ARI is there moves its functions to the next bus', () => {
    const part = { firstOffsetWithoutAri: 0x180 };
    const { complex, nic, pf } = withNic(part, {}, { ari: false });
    expect(enableVirtualFunctions(complex, pf, 2)).toMatchObject({ ids: [0x0280, 0x0282] });
    expect(complex.functionAt(0x0282)).toBe(nic.vfs[1]);
    const short = withNic(part, { lastBus: 1 }, { ari: false });
    expect(enableVirtualFunctions(short.complex, short.pf, 1)).toMatchObject({
      reason: 'bus number out of range',
    });
  });

  test('more than there are, none, an impossible stride, a function without the capability', () => {
    const { complex, found, pf } = withNic();
    for (const count of [0, 9, -1])
      expect(enableVirtualFunctions(complex, pf, count)).toMatchObject({
        reason: 'more than TotalVFs',
      });
    expect(enableVirtualFunctions(complex, found.functions[0], 1)).toMatchObject({
      reason: 'no SR-IOV capability',
    });
    const still = withNic({ stride: 0 });
    expect(enableVirtualFunctions(still.complex, still.pf, 2)).toMatchObject({
      reason: 'invalid first offset or stride',
    });
    expect(enableVirtualFunctions(still.complex, still.pf, 1).kind).toBe('enabled');
  });
});
