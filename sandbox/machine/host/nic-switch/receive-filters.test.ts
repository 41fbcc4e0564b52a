import { expect, test } from 'vitest';
import { makeMac } from '../../net/frame.ts';
import { ReceiveFilters } from './receive-filters.ts';

const A = makeMac(1, 1);
const B = makeMac(1, 2);

test('hyperv-facts 3.3: an address alone takes untagged frames and VLAN 0, and no other', () => {
  const filters = new ReceiveFilters();
  filters.set(A, undefined, 3);
  expect(filters.match(A, undefined)?.vport).toBe(3);
  expect(filters.match(A, 0)?.vport).toBe(3);
  expect(filters.match(A, 7)).toBeUndefined();
  expect(filters.match(B, undefined)).toBeUndefined();
});

test('an address with a VLAN takes that VLAN, and neither untagged frames nor VLAN 0', () => {
  const filters = new ReceiveFilters();
  filters.set(A, 7, 3);
  expect(filters.match(A, 7)?.vport).toBe(3);
  expect(filters.match(A, 8)).toBeUndefined();
  expect(filters.match(A, undefined)).toBeUndefined();
  expect(filters.match(A, 0)).toBeUndefined();
});

test('the filters of a port are alternatives, and one that is cleared is gone', () => {
  const filters = new ReceiveFilters();
  const plain = filters.set(A, undefined, 1);
  const tagged = filters.set(B, 7, 1);
  expect([filters.match(A, undefined)?.id, filters.match(B, 7)?.id]).toEqual([plain, tagged]);
  expect(filters.on(1).map(({ id }) => id)).toEqual([plain, tagged]);
  filters.clear(plain);
  filters.clear(99);
  expect(filters.match(A, undefined)).toBeUndefined();
  expect([filters.count, filters.addresses]).toEqual([1, 1]);
});

test('a moved filter keeps its identifier', () => {
  const filters = new ReceiveFilters();
  const id = filters.set(A, undefined, 0);
  filters.move(id, 4);
  filters.move(99, 4);
  expect(filters.match(A, undefined)).toEqual({ id, mac: A, vlan: undefined, vport: 4 });
});
