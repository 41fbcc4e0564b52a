import { expect, test } from 'vitest';
import { Stations } from './stations.ts';
import type { SwitchPort } from './virtual-switch.ts';

const port = (): SwitchPort => ({ deliver: () => false });

test('a station is found where it was put last, though it was looked for before', () => {
  const stations = new Stations();
  const [one, other] = [port(), port()];
  const key = 2 ** 47 + 5;
  expect(stations.get(key)).toBeUndefined();
  stations.set(key, one);
  expect(stations.get(key)).toBe(one);
  stations.set(key, other);
  expect([stations.get(key), stations.get(key)]).toEqual([other, other]);
  stations.delete(key);
  expect(stations.get(key)).toBeUndefined();
});

test('stations whose keys have the same low bits do not hide each other', () => {
  const stations = new Stations();
  const ports = Array.from({ length: 50 }, port);
  for (const [i, one] of ports.entries()) stations.set(16 * i, one);
  for (let round = 0; round < 2; round++)
    for (const [i, one] of ports.entries()) expect(stations.get(16 * i)).toBe(one);
});
