import { describe, expect, test } from 'vitest';
import { hasMismatch } from '../report.ts';
import { type Filter, QuirkyRecorder } from './quirky-recorder.ts';
import { filterBits } from './register-rules.ts';
import { replayDec21140 } from './replay.ts';
import * as spec from './spec.ts';

const ALL = 0x1ebef;
const STATION = Uint8Array.from([2, 0, 0, 1, 2, 3]);
const LISTENED = [
  Uint8Array.from([0x01, 0, 0x5e, 0, 0, 1]),
  Uint8Array.from([0x33, 0x33, 0xff, 0x12, 0x34, 0x56]),
];
const OTHER = Uint8Array.from([0x01, 0, 0x5e, 0x7f, 0xff, 0xfa]);

const FT0 = spec.TDES1_FT0;
const FT1 = spec.TDES1_FT1;

/** Low nine bits of the address's CRC, least significant bit first, not complemented at the end. */
function hashOf(address: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of address)
    for (let bit = 0; bit < 8; bit++) {
      const odd = ((crc ^ (byte >>> bit)) & 1) !== 0;
      crc = (crc >>> 1) ^ (odd ? 0xedb88320 : 0);
    }
  return crc & 0x1ff;
}

/** The setup frame of a hash table with these groups, and a perfect address (section 5). */
function hashTable(groups: readonly Uint8Array[], station: Uint8Array): Uint8Array {
  const setup = new Uint8Array(192);
  for (const group of groups) {
    const bit = hashOf(group);
    setup[4 * (bit >>> 4) + ((bit >>> 3) & 1)] |= 1 << (bit & 7);
  }
  for (let n = 0; n < 3; n++) setup.set(station.subarray(2 * n, 2 * n + 2), 156 + 4 * n);
  return setup;
}

/** The setup frame of sixteen addresses, the last of them again and again. */
function addressList(addresses: readonly Uint8Array[]): Uint8Array {
  const setup = new Uint8Array(192);
  for (let entry = 0; entry < 16; entry++) {
    const address = addresses[Math.min(entry, addresses.length - 1)];
    for (let n = 0; n < 3; n++) setup.set(address.subarray(2 * n, 2 * n + 2), 12 * entry + 4 * n);
  }
  return setup;
}

/** Traffic behind a filter: some is let in, some is not, and the driver looks at CSR6. */
function traffic(filter: Filter, inside: readonly Uint8Array[], outside: readonly Uint8Array[]) {
  const recorder = new QuirkyRecorder(STATION, 8, 4);
  recorder.open(ALL, filter);
  recorder.operating();
  for (const destination of inside) recorder.arrive(destination);
  for (const destination of outside) recorder.pass(destination);
  recorder.status();
  return recorder.records;
}

const CASES = [
  {
    name: 'hash and one perfect address',
    filter: { control: FT0, setup: hashTable(LISTENED, STATION) },
    inside: [...LISTENED, STATION],
    outside: [OTHER],
  },
  {
    name: 'hash only',
    filter: { control: FT0 | FT1, setup: hashTable([...LISTENED, STATION], STATION) },
    inside: [...LISTENED, STATION],
    outside: [OTHER],
  },
  {
    name: 'inverse: all but those listed',
    filter: { control: FT1, setup: addressList([OTHER]) },
    inside: [...LISTENED, STATION],
    outside: [OTHER],
  },
  {
    name: 'perfect',
    filter: { control: 0, setup: addressList([STATION, ...LISTENED]) },
    inside: [...LISTENED, STATION],
    outside: [OTHER],
  },
];

describe.each(CASES)('a driver that filters: $name', ({ filter, inside, outside }) => {
  test('replays without a difference', () => {
    const report = replayDec21140(traffic(filter, inside, outside));
    expect(report.first).toEqual([]);
    expect(report.framesDelivered).toBe(inside.length);
    expect(report.perRegister.CSR6).toMatchObject({ compared: 1, mismatches: 0 });
  });

  test('a setup frame that lists something else is noticed', () => {
    const setup = filter.control === FT1 ? addressList(inside) : new Uint8Array(192);
    expect(hasMismatch(replayDec21140(traffic({ ...filter, setup }, inside, outside)))).toBe(true);
  });
});

test('HP, HO and IF are those of the manual’s table', () => {
  const { HP, HO, IF } = spec;
  expect([0, 1, 2, 3].map(filterBits)).toEqual([0, HP, IF, HP | HO]);
});
