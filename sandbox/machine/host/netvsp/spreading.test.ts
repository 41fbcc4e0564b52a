import { describe, expect, test } from 'vitest';
import { HostMemory } from '../../memory/host-memory.ts';
import { ScatterList } from '../../memory/scatter-list.ts';
import { Spreading, toeplitz } from './spreading.ts';

const KEY = Uint8Array.from(
  '6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa'.match(/../g) ??
    [],
  (byte) => Number.parseInt(byte, 16),
);

describe('Verifying the RSS Hash Calculation (Microsoft, driver documentation)', () => {
  test.each([
    ['66.9.149.187', 2794, '161.142.100.80', 1766, 0x323e8fc2, 0x51ccc178],
    ['199.92.111.2', 14230, '65.69.140.83', 4739, 0xd718262a, 0xc626b0ea],
    ['24.19.198.95', 12898, '12.22.207.184', 38024, 0xd2d0a5de, 0x5c2b394a],
  ])('%s:%i to %s:%i', (source, from, destination, to, addresses, withPorts) => {
    const input = [...source.split('.'), ...destination.split('.')].map(Number);
    const ports = [from >>> 8, from & 0xff, to >>> 8, to & 0xff];
    expect(toeplitz(KEY, Uint8Array.from(input))).toBe(addresses);
    expect(toeplitz(KEY, Uint8Array.from([...input, ...ports]))).toBe(withPorts);
  });
});

/** Parameters of an indirection table with these entries. */
function parameters(entries: number[], hashes = 0x1701, flag = 0): DataView {
  const view = new DataView(new ArrayBuffer(40 + 4 * entries.length + KEY.length));
  view.setUint16(4, flag, true);
  view.setUint32(8, hashes, true);
  view.setUint16(12, 4 * entries.length, true);
  view.setUint32(16, 40, true);
  view.setUint16(20, KEY.length, true);
  view.setUint32(24, 40 + 4 * entries.length, true);
  for (const [i, entry] of entries.entries()) view.setUint32(40 + 4 * i, entry, true);
  new Uint8Array(view.buffer).set(KEY, 40 + 4 * entries.length);
  return view;
}

/** A frame from 66.9.149.187 to 161.142.100.80. */
function frame(host: HostMemory, protocol: number): ScatterList {
  const at = host.allocate(64);
  host.bytes.set([8, 0, 0x45], at + 12);
  host.bytes[at + 23] = protocol;
  host.bytes.set([66, 9, 149, 187, 161, 142, 100, 80, 2794 >> 8, 2794 & 255, 6, 230], at + 26);
  const list = new ScatterList();
  list.add(at, 64);
  return list;
}

test('the lowest bits of the hash choose an entry: ports count for TCP only', () => {
  const host = new HostMemory(1 << 21);
  const spreading = Spreading.from(parameters(Array.from({ length: 128 }, (_, i) => i)));
  if (!spreading) throw new Error('refused');
  expect(spreading.channelOf(host, frame(host, 17))).toBe(0x323e8fc2 & 127);
  expect(spreading.channelOf(host, frame(host, 6))).toBe(0x51ccc178 & 127);
});

test('what cannot be is refused, and off is off', () => {
  expect(Spreading.from(parameters([0, 1, 2]))).toBe(false);
  expect(Spreading.from(parameters([0, 1], 0x1702))).toBe(false);
  expect(Spreading.from(parameters([]))).toBe(false);
  expect(Spreading.from(new DataView(new ArrayBuffer(8)))).toBe(false);
  const tooLong = parameters([0, 1]);
  tooLong.setUint32(24, 0xfffffff0, true);
  expect(Spreading.from(tooLong)).toBe(false);
  expect(Spreading.from(parameters([0, 1], 0x1701, 0x10))).toBeUndefined();
});
