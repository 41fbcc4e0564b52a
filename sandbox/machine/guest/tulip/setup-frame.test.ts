import { expect, test } from 'vitest';
import { makeMac } from '../../net/frame.ts';
import { hashIndex, needsHash, setupFrame } from './setup-frame.ts';

const OWN = { high: 0x0015, low: 0x5d010203 };
const ALL_HOSTS = { high: 0x0100, low: 0x5e000001 };
const BROADCAST = { high: 0xffff, low: 0xffffffff };
const groups = (count: number) => Array.from({ length: count }, (_, n) => makeMac(3, n));

const hex = (words: Uint32Array) => Buffer.from(words.buffer).toString('hex');

// Recorded from the driver whose manner this is (content/recordings): its own address, then also the
// group of all hosts.
test('perfect filtering: broadcast everywhere, groups first, the own address last', () => {
  const own = '001500155d015d0102030203';
  expect(hex(setupFrame(OWN, {}))).toBe('f'.repeat(360) + own);
  const group = '010001005e005e0000010001';
  expect(hex(setupFrame(OWN, { multicast: [ALL_HOSTS] }))).toBe(group + 'f'.repeat(336) + own);
});

test('fourteen groups are compared in full, the fifteenth makes it a hash table', () => {
  expect(needsHash({ multicast: groups(14) })).toBe(false);
  expect(needsHash({ multicast: groups(15) })).toBe(true);
  const words = setupFrame(OWN, { multicast: groups(14) });
  expect([...words.subarray(0, 3)]).toEqual([0x03020302, 0x005d005d, 0]);
  expect(words[13 * 3 + 2]).toBe(0x0d000d00);
});

// Section 5 of the 21140 facts.
test.each([
  ['broadcast', BROADCAST, 255],
  ['all IPv4 hosts', ALL_HOSTS, 510],
  ['all IPv6 nodes', { high: 0x3333, low: 1 }, 415],
])('the hash of %s', (_name, address, index) => {
  expect(hashIndex(address)).toBe(index);
});

test('hash filtering: a bit for each group and broadcast, and the own address at word 39', () => {
  const multicast = [...groups(20), ALL_HOSTS];
  const words = setupFrame(OWN, { multicast });
  const bits = new Set<number>();
  for (let bit = 0; bit < 512; bit++)
    if (((words[bit >> 4] >>> (bit & 15)) & 1) !== 0) bits.add(bit);
  expect(bits).toEqual(new Set([...multicast, BROADCAST].map(hashIndex)));
  expect([...words.subarray(39, 42)]).toEqual([0x15001500, 0x015d015d, 0x03020302]);
});
