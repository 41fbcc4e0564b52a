import { describe, expect, test } from 'vitest';
import { checkRequesterIds } from './requester-id-check.ts';
import { vfsByHand } from './vf-by-hand.ts';

describe('a card in the hands of a reader', () => {
  test('functions come with VF Enable, and NumVFs is locked until they go', () => {
    const nic = vfsByHand();
    nic.numVfs = 2;
    expect(nic.answering).toEqual(['01:00.0']);
    nic.vfEnable = true;
    expect(nic.answering).toEqual(['01:00.0', '01:10.0', '01:10.2']);
    nic.numVfs = 5;
    expect([nic.numVfs, nic.read('01:10.0', 0), nic.read('01:10.0', 8)]).toEqual([
      2, 0xffffffff, 0x02000001,
    ]);
    nic.vfEnable = false;
    nic.numVfs = 9;
    nic.vfEnable = true;
    expect([nic.vfEnable, nic.answering]).toEqual([false, ['01:00.0']]);
  });

  test('two ports with stride 1 get into each other’s way, with stride 2 they do not', () => {
    const crowded = vfsByHand({ ports: 2, stride: 1 });
    crowded.enable(8);
    const { functions } = crowded.busMap('', 8);
    expect(functions.filter(({ state }) => state === 'silent')).toHaveLength(7);
    const apart = vfsByHand({ ports: 2, stride: 2 });
    apart.enable(8);
    expect(new Set(apart.answering).size).toBe(18);
  });

  test('without ARI they are enabled and silent', () => {
    const nic = vfsByHand({ ari: false });
    expect(nic.enable(2).kind).toBe('enabled');
    const states = nic.busMap('', 2).functions.map(({ state }) => state);
    expect(states).toEqual(['answers', 'silent', 'silent']);
  });

  test('bus numbers run out at the carry; the map says for which', () => {
    const part = { totalVfs: 200, stride: 1, lastBus: 1 };
    expect(vfsByHand(part).enable(128).kind).toBe('enabled');
    const nic = vfsByHand(part);
    expect(nic.enable(129)).toMatchObject({ reason: 'bus number out of range' });
    const map = nic.busMap('', 129);
    expect(map.buses).toEqual([
      { bus: 1, routed: true },
      { bus: 2, routed: false },
    ]);
    expect(map.functions.filter(({ state }) => state === 'no bus')).toMatchObject([
      { place: '02:00.0', name: 'VF 128' },
    ]);
  });

  test('memory runs out for TotalVFs, however few are asked for', () => {
    const nic = vfsByHand({ totalVfs: 64, vfKiB: 1024, memoryMiB: 64 });
    expect(nic.enable(1)).toMatchObject({ reason: 'not enough MMIO resources for SR-IOV' });
    expect(nic.addressMap('').parts).toHaveLength(64);
    const enough = vfsByHand({ totalVfs: 64, vfKiB: 1024, memoryMiB: 128 });
    expect(enough.enable(1).kind).toBe('enabled');
    const { parts } = enough.addressMap('');
    expect(parts.filter(({ used }) => used).map(({ name }) => name)).toEqual([
      'VF 0, BAR 0',
      'VF 0, BAR 3',
    ]);
  });

  test('numbers that no machine has, and places that are none, are refused', () => {
    const wrong = [
      { totalVfs: 0 },
      { stride: -1 },
      { lastBus: 256 },
      { memoryMiB: 0.5 },
      { vfKiB: 24 },
      { firstOffset: 70_000 },
    ];
    for (const options of wrong) expect(() => vfsByHand(options)).toThrow(/is not a/);
    expect(() => vfsByHand().read('nowhere', 0)).toThrow(/is no bus/);
    expect(() => vfsByHand({ busesBefore: 3, lastBus: 2 }).place).toThrow(/no bus number/);
  });
});

describe('the check of requester ids', () => {
  const right = (pf: number, first: number, stride: number, n: number) =>
    (pf + first + n * stride) & 0xffff;
  const seeds = Array.from({ length: 40 }, (_, n) => 1000 + n);

  test('the sum finds every function on any machine', () => {
    for (const seed of seeds)
      for (const carry of [false, true])
        for (const one of checkRequesterIds(right, { seed, carry })) {
          expect([one.found, one.missed]).toEqual([one.functions, undefined]);
          expect(one.carried > 0).toBe(carry);
        }
  });

  test('a sum that forgets the carry, the port or the offset is found out', () => {
    const rules = [
      (pf: number, first: number, stride: number, n: number) =>
        (pf & 0xff00) | ((first + n * stride) & 0xff),
      (pf: number, first: number, stride: number, n: number) =>
        ((pf & 0xff00) + first + n * stride) & 0xffff,
      (pf: number, first: number, _: number, n: number) => (pf + first + n) & 0xffff,
      () => Number.NaN,
    ];
    for (const rule of rules) {
      const all = seeds
        .slice(0, 6)
        .flatMap((seed) => checkRequesterIds(rule, { seed, carry: true }));
      expect(all.some(({ found, functions }) => found < functions)).toBe(true);
    }
  });
});
