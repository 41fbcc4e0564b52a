import { describe, expect, test } from 'vitest';
import { nicWithVfs } from '../../../../tests/support/nic.ts';
import { newRegisters } from '../../../../tests/support/nic-registers.ts';
import { Random } from '../../engine/random.ts';
import * as spec from './registers-spec.ts';

const ACCESSES = 500_000;

/** Offsets that are registers more often than chance has it. */
const HOT = [
  ...[0x0000, 0x0008, 0x0010, 0x0014, 0x0018, 0x0020, 0x00c0, 0x00d0, 0x00d8, 0x0100, 0x0400],
  ...[0x0800, 0x083c, 0x0c00, 0x0c04, 0x0c40, 0x0c80, 0x0c84, 0x0c88, 0x0c8c, 0x0c90, 0x0f10],
  ...[0x1514, 0x1520, 0x1524, 0x1528, 0x152c, 0x1530, 0x1580, 0x1680, 0x1684, 0x1700, 0x1740],
  ...[0x2800, 0x2808, 0x2810, 0x2818, 0x2828, 0x3800, 0x3818, 0x3828, 0x4074, 0x5400, 0x5b50],
];

function anyOffset(random: Random, size: number): number {
  const kind = random.below(8);
  if (kind < 5) return HOT[random.below(HOT.length)];
  return kind < 7 ? 4 * random.below(size >> 2) : random.next();
}

/** Few bits more often than many: sizes that make sense, single bits, anything. */
function anyValue(random: Random): number {
  const kind = random.below(3);
  if (kind === 0) return random.below(0x100);
  return kind === 1 ? (1 << random.below(32)) >>> 0 : random.next();
}

describe('half a million accesses, one seed each', () => {
  test.each([1, 2])('of the register file of an 82576, seed %i: bounded, and 32 bits', (seed) => {
    const random = new Random(seed);
    const { engine, registers, resets } = newRegisters();
    registers.enable(4, 0);
    const windows = [0, 3, 4, 7].map((n) => registers.window(n));
    for (let n = 0; n < ACCESSES; n++) {
      const window = random.below(3) === 0 ? registers.file : windows[random.below(4)];
      const offset = anyOffset(random, window === registers.file ? 0x20000 : 0x4000);
      if (random.below(2) === 0) window.write(offset, anyValue(random), engine.now);
      else {
        const value = window.read(offset);
        if (value !== value >>> 0) throw new Error(`${offset.toString(16)} reads ${value}`);
      }
      resets.length = 0;
      if (n % 1000 === 0) engine.run(engine.now + 1e9, 200_000);
    }
    engine.run(engine.now + 1e9, 200_000);
    expect(engine.events).toBeLessThan(ACCESSES);
  });
});

test('a VF’s hundred thousand accesses reach nothing that the others read', () => {
  const random = new Random(3);
  const { engine, registers, read, vf } = newRegisters();
  registers.enable(3, 0);
  const honest = vf(1);
  for (const [offset, value] of [
    [0x0800, 0x11],
    [0x083c, 0x22],
    [spec.IVAR, 0x8081],
    [spec.IVAR_MISC, 0x82],
    [spec.EIAC, 5],
    [spec.EIAM, 3],
    [spec.EITR, 0x1e8],
    [0x2800, 0x8000],
    [0x3900, 0x4000],
  ])
    honest.write(offset, value, 0);
  const seen = () => {
    const own = [0x0800, 0x083c, 0x1700, 0x1740, 0x152c, 0x1530, 0x1680, 0x2800, 0x3900, 0x0c40];
    const ofDevice = [
      0x0000, 0x0100, 0x0400, 0x1514, 0x1700, 0x1740, 0x5400, 0x5404, 0x5ad0, 0x5d00,
    ];
    const bits = [spec.VFRE, spec.VFTE, spec.MBVFICR, spec.VFLRE].map((at) => read(at) & ~0x10001);
    const others = read(spec.EIAC) & ~0x01c00000;
    return [own.map((at) => honest.read(at)), ofDevice.map(read), bits, others];
  };
  seen();
  const before = seen();
  const hostile = vf(0);
  for (let n = 0; n < 100_000; n++) {
    const offset = anyOffset(random, 0x40000);
    if (random.below(2) === 0) hostile.write(offset, anyValue(random), engine.now);
    else hostile.read(offset);
    if (n % 1000 === 0) engine.run(engine.now + 1e9, 100_000);
  }
  expect(seen()).toEqual(before);
});

test.each([4, 5])('half a million accesses of the functions of a NIC in use, seed %i', (seed) => {
  const random = new Random(seed);
  const { engine, nic, host, vfs } = nicWithVfs(3);
  const windows = [nic.functions[0], ...vfs.slice(0, 2).map(({ target }) => target)];
  const honest = vfs[2];
  honest.memory.writeFrom(0, new Uint8Array(4096).fill(0x33), 0, 4096);
  const outside = host.allocate(4096);
  host.bytes.fill(0x44, outside, outside + 4096);
  for (let n = 0; n < ACCESSES; n++) {
    const target = windows[random.below(windows.length)];
    const offset = anyOffset(random, target === windows[0] ? 0x20000 : 0x4000);
    if (random.below(2) === 0) target.write(offset, anyValue(random), engine.now);
    else target.read(offset);
    if (n % 500 === 0) engine.run(engine.now + 1e8, 50_000);
  }
  engine.run(engine.now + 1e8, 50_000);
  const bytes = new Uint8Array(4096);
  honest.memory.readInto(0, bytes, 0, 4096);
  expect(bytes.every((byte) => byte === 0x33)).toBe(true);
  expect(host.bytes.subarray(outside, outside + 4096).every((byte) => byte === 0x44)).toBe(true);
  expect(nic.functions).toHaveLength(4);
});
