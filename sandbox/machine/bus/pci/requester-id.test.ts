import { expect, test } from 'vitest';
import {
  formatRequesterId,
  parseRequesterId,
  requesterId,
  virtualFunctionId,
} from './requester-id.ts';

test('bus, device and function in 16 bits, and back', () => {
  expect(requesterId(1, 0x10, 2)).toBe(0x0182);
  expect(formatRequesterId(0x0182)).toBe('01:10.2');
  for (let rid = 0; rid < 0x10000; rid += 7)
    expect(parseRequesterId(formatRequesterId(rid))).toBe(rid);
  expect(parseRequesterId('0000:01:10.2')).toBe(0x0182);
});

test('what is no requester id is -1', () => {
  for (const text of ['', '01:10', '01:20.0', '01:10.8', '01:10.2 ', '100:00.0', 'zz:00.0'])
    expect(parseRequesterId(text)).toBe(-1);
});

test('virtual functions of known parts (SR-IOV 1.1, section 2.1.2)', () => {
  const ids = (pf: number, first: number, stride: number, numbers: number[]) =>
    numbers.map((n) => formatRequesterId(virtualFunctionId(pf, first, stride, n)));
  // 82576, both ports: a stride of 2 interleaves them.
  expect(ids(0x0100, 0x80, 2, [0, 1, 7])).toEqual(['01:10.0', '01:10.2', '01:11.6']);
  expect(ids(0x0101, 0x80, 2, [0, 1])).toEqual(['01:10.1', '01:10.3']);
  // A graphics device without ARI: offset 1, stride 1, seven of them.
  expect(ids(0x0010, 1, 1, [0, 6])).toEqual(['00:02.1', '00:02.7']);
  // Offset 128, stride 1, 200 functions: number 127 is the last on the bus, number 128 carries.
  expect(ids(0x0100, 128, 1, [127, 128])).toEqual(['01:1f.7', '02:00.0']);
});

test('the sum has 16 bits', () => {
  expect(virtualFunctionId(0xff80, 0x80, 2, 0)).toBe(0);
});
