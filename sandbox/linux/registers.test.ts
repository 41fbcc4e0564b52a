import { describe, expect, it } from 'vitest';
import { fieldAt, meaningOf } from './registers.ts';

describe('what an access says', () => {
  it.each([
    [0x00, true, 1, 'reset the chip'],
    [0x00, true, 0x01a08000, 'bus mode'],
    [0x18, true, 0x02b15000, 'the receive ring is at 0x2b15000'],
    [0x28, false, 0xf0670004, 'transmit ring empty; receive waiting, transmit suspended'],
    [0x28, false, 0xf0660000, 'nothing new; receive waiting, transmit suspended'],
    [0x28, true, 0x000000c0, 'acknowledge frame received, no receive buffer'],
    [0x30, true, 0x020e2002, 'receive on, transmit on'],
    [0x30, true, 0x020e2202, 'receive on, transmit on, full duplex'],
    [0x30, true, 0x020e0042, 'receive on, transmit off, promiscuous'],
    [0x38, true, 0, 'let interrupt: nothing'],
    [0x38, true, 0x0001ebef, 'let interrupt: everything'],
    [0x40, false, 0xe0000003, '3 frames missed'],
    [0x60, true, 0x11f, 'directions of the general pins'],
    [0x58, true, 7, ''],
  ])('register %i, write %s, %i', (offset, write, value, meaning) => {
    expect(meaningOf(offset, write, value >>> 0)).toBe(meaning);
  });

  it('says which sources stay masked when most do not', () => {
    expect(meaningOf(0x38, true, 0x1e82f)).toMatch(/^let interrupt: all but frame received, /);
  });

  it('names fields of configuration space', () => {
    expect(fieldAt(4)).toBe('command');
    expect(fieldAt(0x12)).toBe('I/O base');
    expect(fieldAt(0x40)).toBe('0x40');
  });
});
