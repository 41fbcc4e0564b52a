import { describe, expect, test } from 'vitest';
import { type MdioFrame, MdioTap } from './mdio-tap.ts';
import { RecordedPhy } from './recorded-phy.ts';
import * as spec from './spec.ts';

/** Clocks bits out, most significant first. */
function clockOut(tap: MdioTap, bits: string): void {
  for (const [n, bit] of [...bits].entries()) {
    const data = bit === '1' ? spec.MDO : 0;
    tap.write(data, n);
    tap.write(data | spec.MDC, n);
  }
}

/** Clocks with the line let go; before each clock the level that `levels` says is read. */
function clockIn(tap: MdioTap, levels: string): string {
  let driven = '';
  for (const level of levels) {
    const value = spec.MII | (level === '1' ? spec.MDI : 0);
    tap.write(spec.MII, 0);
    driven += tap.read(value) ? 'd' : '-';
    tap.write(spec.MII | spec.MDC, 0);
  }
  return driven;
}

test('a read: the transceiver drives D15 after the 16th clock of the frame (section 7)', () => {
  const tap = new MdioTap();
  clockOut(tap, `${'1'.repeat(34)}0110${'00011'}${'00001'}`);
  const driven = clockIn(tap, `10${'0111100000101101'}1`);
  expect(driven).toBe(`--${'d'.repeat(16)}-`);
  expect(tap.frames).toMatchObject([{ read: true, phy: 3, register: 1, value: 0x782d }]);
});

test('a write, and a frame right behind it', () => {
  const tap = new MdioTap();
  for (const value of ['0000000111100001', '1111111111111110'])
    clockOut(tap, `${'1'.repeat(32)}0101${'00001'}${'00100'}10${value}`);
  expect(tap.frames.map(({ read, value }) => [read, value])).toEqual([
    [false, 0x01e1],
    [false, 0xfffe],
  ]);
});

const frame = (read: boolean, register: number, value: number, end: number): MdioFrame => ({
  read,
  phy: 1,
  register,
  value,
  begin: end,
  end,
});

/** What the transceiver answers at the time of each of its readings. */
function answers(register: number, frames: MdioFrame[]): number[] {
  let now = 0;
  const phy = new RecordedPhy(frames, () => now);
  const readings = frames.filter(({ read }) => read);
  return readings.map(({ end }) => {
    now = end;
    return phy.read(register);
  });
}

describe('what a recorded transceiver holds', () => {
  test('one odd reading of a register that nobody wrote is not believed', () => {
    const values = [0x2000, 0x2000, 0x2001, 0x2000];
    const frames = values.map((value, n) => frame(true, 2, value, n));
    expect(answers(2, frames)).toEqual([0x2000, 0x2000, 0x2000, 0x2000]);
  });

  test('status may change by itself, but not for one reading', () => {
    const values = [0x7809, 0x782d, 0x782d, 0x782c, 0x782d];
    const frames = values.map((value, n) => frame(true, 1, value, n));
    expect(answers(1, frames)).toEqual([0x7809, 0x782d, 0x782d, 0x782d, 0x782d]);
  });

  test.each([
    ['ignores it', 0x0501, 0x0501],
    ['keeps it', 0x01e1, 0x01e1],
    ['keeps some bits', 0x05e1, 0x05e1],
    ['gives what neither explains', 0x8000, 0x0501],
  ])('after a write, when the transceiver %s', (_how, reading, believed) => {
    const frames = [
      frame(true, 4, 0x0501, 1),
      frame(false, 4, 0x01e1, 2),
      frame(true, 4, reading, 3),
    ];
    expect(answers(4, frames)).toEqual([0x0501, believed]);
  });

  test('a reset clears its own bit', () => {
    const frames = [
      frame(true, 0, 0x1000, 1),
      frame(false, 0, 0x9000, 2),
      frame(true, 0, 0x1000, 3),
    ];
    expect(answers(0, frames)).toEqual([0x1000, 0x1000]);
  });
});
