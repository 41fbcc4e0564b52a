import { describe, expect, test } from 'vitest';
import { newRegisters } from '../../../../tests/support/nic-registers.ts';
import { MICROSECOND } from '../../engine/engine.ts';
import * as spec from './registers-spec.ts';

const MILLISECOND = 1000 * MICROSECOND;

describe('device (section 3)', () => {
  test('reset values; an offset that is not listed reads 0 and ignores writes', () => {
    const { read, write } = newRegisters();
    expect(read(spec.CTRL)).toBe(0x00100209);
    expect(read(spec.CTRL_ALIAS)).toBe(0x00100209);
    expect(read(spec.STATUS)).toBe(0x80080481);
    const listed = [0x5ad0, 0x5af0, 0x5b00, 0x0400, 0x2404, 0x3404, 0x5000, 0x3590, 0x0e00];
    expect(listed.map(read)).toEqual([
      0x80002600, 0x80000000, 0x06850200, 0xa40400f8, 0x40, 0x28, 0x300, 0x44, 0x07068302,
    ]);
    for (const offset of [0x00c4, 0x1234, 0x1fffc, 0x20000, 0x5ad1, -4]) {
      write(offset, 0xffffffff);
      expect(read(offset)).toBe(0);
    }
  });

  test('STATUS: GIO master falls with CTRL bit 2; PHYRA is cleared by writing 0', () => {
    const { read, write } = newRegisters();
    write(spec.CTRL, 0x0010020d);
    expect(read(spec.STATUS)).toBe(0x80000481);
    write(spec.STATUS, 0);
    expect(read(spec.STATUS)).toBe(0x80000081);
    write(spec.CTRL, 0x80100209);
    expect(read(spec.STATUS)).toBe(0x80080481);
    expect(read(spec.CTRL)).toBe(0x80100209);
  });

  test('STATUS shows VFs: 800c8481 with two, and not after VF Enable has gone', () => {
    const { read, registers } = newRegisters();
    registers.enable(2, 0);
    expect(read(spec.STATUS)).toBe(0x800c8481);
    registers.enable(0, 0);
    expect(read(spec.STATUS)).toBe(0x80080481);
  });

  test('CTRL.RST clears itself and all but RXPBS, TXPBS and EITR', () => {
    const { read, write } = newRegisters();
    for (const offset of [0x2404, 0x3404, spec.EITR, 0x5200, 0x5ad0, 0x0100]) write(offset, 0x7c);
    write(spec.CTRL, 0x04100209);
    expect(read(spec.CTRL)).toBe(0x00100209);
    expect([0x2404, 0x3404, spec.EITR, 0x5200, 0x5ad0, 0x0100].map(read)).toEqual([
      0x7c, 0x7c, 0x7c, 0, 0x80002600, 0,
    ]);
  });

  test('RAL0 and RAH0 hold the address of the NVM, also after a reset', () => {
    const { read, write } = newRegisters();
    for (let n = 0; n < 2; n++) {
      expect([read(0x5400), read(0x5404)]).toEqual([0x12005452, 0x80005634]);
      write(0x5400, 0);
      write(spec.CTRL, spec.CTRL_RST);
    }
  });

  test('the NVM a word at a time: the sum of words 00 to 3f is BABA', () => {
    const { read, write } = newRegisters();
    let sum = 0;
    for (let word = 0; word < 0x40; word++) {
      write(spec.EERD, (word << 2) | 1);
      expect(read(spec.EERD) & 0xffff).toBe((word << 2) | 2);
      sum += read(spec.EERD) >>> 16;
    }
    expect(sum & 0xffff).toBe(0xbaba);
    expect(read(spec.EECD) & 0x7f00).toBe(0x1300);
    write(spec.EECD, spec.EECD_REQUEST);
    expect(read(spec.EECD) & spec.EECD_GRANT).toBe(spec.EECD_GRANT);
  });

  test('SWSM gives the old value and sets SMBI: 0, 1, then with SWESMBI 3, then 0', () => {
    const { read, write } = newRegisters();
    const seen = [read(spec.SWSM), read(spec.SWSM)];
    write(spec.SWSM, 3);
    seen.push(read(spec.SWSM));
    write(spec.SWSM, 0);
    seen.push(read(spec.SWSM));
    expect(seen).toEqual([0, 1, 3, 0]);
    write(spec.SW_FW_SYNC, 0x00020002);
    expect(read(spec.SW_FW_SYNC)).toBe(2);
  });
});

describe('transceiver and link', () => {
  const mdic = (register: number, bits: number) => (1 << 21) | (register << 16) | bits;

  test('MDIC reads and writes at once; another address is an error', () => {
    const { read, write } = newRegisters();
    write(spec.MDIC, mdic(2, spec.MDIC_READ));
    expect(read(spec.MDIC)).toBe(0x182202a8);
    write(spec.MDIC, mdic(25, spec.MDIC_WRITE) | 0x1234);
    write(spec.MDIC, mdic(25, spec.MDIC_READ));
    expect(read(spec.MDIC) & 0xffff).toBe(0x1234);
    write(spec.MDIC, (2 << 21) | spec.MDIC_READ);
    expect(read(spec.MDIC) & spec.MDIC_ERROR).toBe(spec.MDIC_ERROR);
  });

  test('the link is up 500 ms after a restart: BMSR, STATUS, flow bits, LSC', () => {
    const { engine, read, write } = newRegisters();
    const bmsr = () => {
      write(spec.MDIC, mdic(1, spec.MDIC_READ));
      return read(spec.MDIC) & 0xffff;
    };
    write(spec.MDIC, mdic(0, spec.MDIC_WRITE) | 0x1340);
    engine.run(499 * MILLISECOND);
    expect([bmsr(), read(spec.STATUS) & 2, read(spec.ICR)]).toEqual([0x7949, 0, 0]);
    engine.run(500 * MILLISECOND);
    expect([bmsr(), read(spec.STATUS) & 2]).toEqual([0x796d, 2]);
    expect(read(spec.CTRL)).toBe(0x18100209);
    expect(read(spec.ICR)).toBe(0x80000004);
    expect(read(spec.ICR)).toBe(0);
    write(spec.MDIC, mdic(5, spec.MDIC_READ));
    expect(read(spec.MDIC) & 0xffff).toBe(0x47e0);
  });

  test('a reset of the device ends agreement and link', () => {
    const { engine, read, write } = newRegisters();
    write(spec.MDIC, mdic(0, spec.MDIC_WRITE) | 0x1340);
    write(spec.CTRL, spec.CTRL_RST);
    engine.run(600 * MILLISECOND);
    expect(read(spec.STATUS) & 2).toBe(0);
  });
});

describe('resets of virtual functions (sections 2 and 3)', () => {
  test('both edges of VF Enable, FLR and VTCTRL.RST set VFLRE and clear VFRE and VFTE', () => {
    const { read, write, registers, vf } = newRegisters();
    registers.enable(2, 0);
    expect([spec.VFLRE, spec.VFRE, spec.VFTE].map(read)).toEqual([3, 0xfc, 0xfc]);
    write(spec.VFLRE, 1);
    write(spec.VFRE, 0x1ff);
    write(spec.VFTE, 0xff);
    expect([spec.VFLRE, spec.VFRE].map(read)).toEqual([2, 0xff]);
    write(spec.VFLRE, 2);
    registers.resetVirtual(1, 0);
    expect([spec.VFLRE, spec.VFRE, spec.VFTE].map(read)).toEqual([2, 0xfd, 0xfd]);
    write(spec.VFLRE, 2);
    vf(0).write(spec.VTCTRL, spec.VTCTRL_RST, 0);
    expect(vf(0).read(spec.VTCTRL)).toBe(0);
    expect([spec.VFLRE, spec.VFRE, spec.VFTE].map(read)).toEqual([1, 0xfc, 0xfc]);
    expect(read(spec.ICR) & spec.ICR_VMMB).toBe(spec.ICR_VMMB);
    registers.enable(0, 0);
    expect(read(spec.VFLRE)).toBe(3);
  });

  test('a device reset leaves all enables on and no VFLRE', () => {
    const { read, write, registers } = newRegisters();
    registers.enable(7, 0);
    write(spec.CTRL, spec.CTRL_RST);
    expect([spec.VFLRE, spec.VFRE, spec.VFTE].map(read)).toEqual([0, 0xff, 0xff]);
  });

  test('who is reset is told to whoever owns the queues', () => {
    const { write, registers, resets } = newRegisters();
    registers.enable(1, 0);
    expect(resets).toEqual([1]);
    write(spec.CTRL, spec.CTRL_RST);
    expect(resets).toEqual([1, 0, 1]);
  });
});

describe('statistics', () => {
  test('a read clears; a pair of 64 bits is cleared by its high half', () => {
    const { read, registers } = newRegisters();
    const { statistics } = registers;
    statistics.received(60, 0x52, false);
    statistics.received(98, 0xff, true);
    statistics.transmitted(1514, 0x01, false);
    const seen = [0x4074, 0x4078, 0x405c, 0x4060, 0x4080, 0x40ec, 0x40f0].map(read);
    expect(seen).toEqual([2, 1, 1, 1, 1, 1, 1]);
    expect([0x4074, 0x405c].map(read)).toEqual([0, 0]);
    expect([read(0x4088), read(0x4088), read(0x408c), read(0x4088)]).toEqual([166, 166, 0, 0]);
  });

  test('octets carry into the high half', () => {
    const { read, registers } = newRegisters();
    for (let n = 0; n < 3; n++) registers.statistics.received(0x60000000 - 4, 0, false);
    expect([read(0x4088), read(0x408c)]).toEqual([0x20000000, 1]);
  });

  test('a VF’s counters stand in its window and in the mirror, and a read does not clear them', () => {
    const { read, registers, vf } = newRegisters();
    registers.enable(2, 0);
    registers.counters[1].received(98, false, false);
    registers.counters[1].transmitted(60, true);
    expect([0xf10, 0xf18, 0xf44, 0xf50].map((at) => vf(1).read(at))).toEqual([1, 102, 1, 64]);
    expect([0x10110, 0x10118, 0x10144, 0x10150].map(read)).toEqual([1, 102, 1, 64]);
    expect(vf(1).read(0xf10)).toBe(1);
    expect(vf(0).read(0xf10)).toBe(0);
  });
});
