import { describe, expect, test } from 'vitest';
import { Random } from '../../engine/random.ts';
import { examineAdapter } from './adapter-support.ts';
import type { AdapterFacts, ConfigurationReader, PlatformFacts } from './facts.ts';
import { examineHost } from './host-support.ts';
import { expressBuses, isSound, readRemappingTable } from './tables.ts';

/** Configuration space with these words, by offset. */
function space(words: Record<number, number>): ConfigurationReader {
  return {
    read(offset, size) {
      const word = words[offset & ~3] ?? 0;
      return (word >>> (8 * (offset & 3))) & (size === 4 ? 0xffff_ffff : 2 ** (8 * size) - 1);
    },
  };
}

function sealed(bytes: number[]): Uint8Array {
  const table = Uint8Array.from(bytes);
  table.set([table.length, 0, 0, 0], 4);
  table[9] = 0;
  table[9] = -table.reduce((sum, byte) => sum + byte, 0);
  return table;
}

const UNIT = [0, 0, 16, 0, 1, 0, 0, 0, 0, 0, 0xd9, 0xfe, 0, 0, 0, 0];
const dmar = (flags: number, ...structures: number[]) => {
  const header = new Array(48).fill(0);
  header[37] = flags;
  return sealed([...header, ...structures]);
};
const mcfg = (...entry: number[]) => sealed([...new Array(44).fill(0), ...entry]);
const MCFG = mcfg(0, 0, 0, 0xe0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0);

function platform(changes: Partial<PlatformFacts> = {}): PlatformFacts {
  return {
    secondaryControls: 0xff,
    hostBridge: space({}),
    remappingAllowed: true,
    tables: new Map([
      ['DMAR', dmar(1, ...UNIT)],
      ['MCFG', MCFG],
    ]),
    readPhysical: (address) => (address >= 0xfed9_0000 && address < 0xfed9_1000 ? 0x18 : -1 >>> 0),
    evaluateOsc: (control) => control,
    rootPorts: [space({ 256: 0x1401_0001, 320: 0x0001_000d })],
    ...changes,
  };
}

describe('firmware tables', () => {
  test('a unit is found where the table says, in 64 bits', () => {
    expect(readRemappingTable(dmar(1, ...UNIT))).toEqual({
      interruptRemapping: true,
      units: [0xfed9_0000],
    });
    const high = [...UNIT];
    high[12] = 2;
    expect(readRemappingTable(dmar(0, ...high))?.units).toEqual([0x2_fed9_0000]);
  });

  test.each([
    ['a byte changed', () => dmar(1, ...UNIT).map((byte, i) => (i === 20 ? byte + 1 : byte))],
    ['cut off', () => dmar(1, ...UNIT).slice(0, 60)],
    ['a structure without length', () => dmar(1, 0, 0, 0, 0)],
    ['a structure beyond the end', () => dmar(1, 0, 0, 32, 0, ...UNIT.slice(4))],
    ['a unit too short for its address', () => dmar(1, 0, 0, 8, 0, 0, 0, 0, 0)],
    ['nothing', () => new Uint8Array(0)],
  ])('%s: not believed, and the host says so', (_, make) => {
    expect(readRemappingTable(make())).toBeUndefined();
    const tables = new Map([
      ['DMAR', make()],
      ['MCFG', MCFG],
    ]);
    expect(examineHost(platform({ tables })).reasons).toEqual(['WrongFirmwareTables']);
  });

  test('buses of PCI Express are counted; a broken table has none', () => {
    expect(expressBuses(MCFG)).toBe(256);
    expect(expressBuses(undefined)).toBe(0);
    expect(expressBuses(mcfg())).toBe(0);
    const broken = MCFG.slice();
    broken[44] ^= 1;
    expect([isSound(broken), expressBuses(broken)]).toEqual([false, 0]);
  });

  test('random bytes never throw, and never end in an endless loop', () => {
    const random = new Random(5);
    for (let i = 0; i < 20_000; i++) {
      const table = sealed(Array.from({ length: random.below(120) + 10 }, () => random.below(256)));
      expect(isSound(table)).toBe(true);
      const read = readRemappingTable(table);
      expect(read === undefined || read.units.length <= 8).toBe(true);
      expect(expressBuses(table)).toBeGreaterThanOrEqual(0);
    }
  });
});

describe('the host', () => {
  test('with everything', () => {
    expect(examineHost(platform())).toEqual({ iovSupport: true, reasons: [] });
  });

  test('the unit remaps interrupts, and the firmware says that the platform does not', () => {
    const tables = new Map([
      ['DMAR', dmar(0, ...UNIT)],
      ['MCFG', MCFG],
    ]);
    expect(examineHost(platform({ tables })).reasons).toEqual(['NoInterruptRemapping']);
  });

  test('one root port with ACS among several is enough for the host', () => {
    const rootPorts = [space({}), space({ 256: 0x0001_000d })];
    expect(examineHost(platform({ rootPorts })).reasons).toEqual([]);
    expect(examineHost(platform({ rootPorts: [space({})] })).reasons).toEqual(['NoAcs']);
  });

  test('control that is handed over in part is not enough without the capabilities', () => {
    const evaluateOsc = (control: number) => control & 0xf;
    expect(examineHost(platform({ evaluateOsc })).reasons).toEqual(['NoExpressControl']);
  });
});

describe('the adapter', () => {
  const host = examineHost(platform());
  const sriov = (first: number, bar0: number, bar1 = 0) => ({
    256: 0x0001_0010,
    268: 8 << 16,
    276: first | (2 << 16),
    292: bar0,
    296: bar1,
  });
  const adapter = (changes: Partial<AdapterFacts>): AdapterFacts => ({
    name: 'nic',
    configuration: space(sriov(0x80, 0xfea0_000c)),
    requesterId: 0x100,
    port: space({ 256: 0x0001_000d, 24: 0x0001_0100 }),
    driverLoaded: true,
    keyword: true,
    ...changes,
  });
  const supportOf = (changes: Partial<AdapterFacts>) =>
    examineAdapter(adapter(changes), host).sriovSupport;

  test('works, says how many functions it has, and that nothing is the host’s fault', () => {
    expect(examineAdapter(adapter({}), host)).toEqual({
      name: 'nic',
      sriovSupport: 'Supported',
      enabled: true,
      hostsFault: false,
      totalVfs: 8,
    });
  });

  test('the last function’s bus counts, not the first’s', () => {
    const port = space({ 256: 0x0001_000d, 24: 0x0001_0100 });
    expect(supportOf({ port, configuration: space(sriov(0xf0, 0xfea0_000c)) })).toBe('Supported');
    expect(supportOf({ port, configuration: space(sriov(0xf2, 0xfea0_000c)) })).toBe(
      'NoBusResources',
    );
  });

  test('an address above 4 GiB is one; a 64-bit aperture at 0 is none', () => {
    expect(supportOf({ configuration: space(sriov(0x80, 0xc, 1)) })).toBe('Supported');
    expect(supportOf({ configuration: space(sriov(0x80, 0xc, 0)) })).toBe('NoVfBarSpace');
  });

  test('an adapter without the capability, or without functions, is unknown', () => {
    expect(supportOf({ configuration: space({}) })).toBe('Unknown');
    expect(supportOf({ configuration: space({ 256: 0x0001_0010 }) })).toBe('Unknown');
  });
});
