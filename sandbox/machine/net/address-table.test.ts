import { expect, test } from 'vitest';
import { AddressTable } from './address-table.ts';

test('a station is found where it was put last, though it was looked for before', () => {
  const stations = new AddressTable<string>();
  const key = 2 ** 47 + 5;
  expect(stations.get(key)).toBeUndefined();
  stations.set(key, 'one');
  expect(stations.get(key)).toBe('one');
  stations.set(key, 'other');
  expect([stations.get(key), stations.get(key)]).toEqual(['other', 'other']);
  stations.delete(key);
  expect(stations.get(key)).toBeUndefined();
});

test('stations whose keys have the same low bits do not hide each other', () => {
  const stations = new AddressTable<number>();
  for (let i = 0; i < 50; i++) stations.set(16 * i, i);
  for (let round = 0; round < 2; round++)
    for (let i = 0; i < 50; i++) expect(stations.get(16 * i)).toBe(i);
});
