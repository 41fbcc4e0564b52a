import { describe, expect, test } from 'vitest';
import { newRegisters } from '../../../../tests/support/nic-registers.ts';
import { MICROSECOND } from '../../engine/engine.ts';
import * as spec from './registers-spec.ts';

const MSIX = spec.GPIE_MSIX | spec.GPIE_NSICR;

describe('causes and masks (section 8)', () => {
  test('a bit newly set in EICR and EIMS both sends a message; one that was set does not', () => {
    const { engine, sent, write } = newRegisters();
    write(spec.EICS, 2);
    engine.run();
    expect(sent).toEqual([]);
    write(spec.EIMS, 2);
    engine.run();
    expect(sent).toEqual([[0, 1, 0]]);
    write(spec.EICS, 2);
    engine.run();
    expect(sent).toHaveLength(1);
  });

  test('EIAC clears the cause with the message, EIAM masks it; EIMS arms it again', () => {
    const { engine, sent, read, write } = newRegisters();
    for (const register of [spec.EIAC, spec.EIAM, spec.EIMS]) write(register, 7);
    write(spec.EICS, 4);
    engine.run();
    expect([read(spec.EICR), read(spec.EIMS)]).toEqual([0, 3]);
    write(spec.EICS, 4);
    engine.run();
    expect(sent).toHaveLength(1);
    write(spec.EIMS, 4);
    engine.run();
    expect(sent).toHaveLength(2);
  });

  test('EIMC masks, and takes back what has not gone out; EICR is cleared by read and by ones', () => {
    const { engine, sent, read, write } = newRegisters();
    write(spec.EIMS, 7);
    write(spec.EICS, 5);
    write(spec.EIMC, 1);
    write(spec.EICR, 4);
    engine.run();
    expect(sent).toEqual([]);
    expect([read(spec.EICR), read(spec.EICR)]).toEqual([1, 0]);
  });

  test('EICR has 25 bits in MSI-X mode', () => {
    const { read, write } = newRegisters();
    write(spec.EIMS, 0xffffffff);
    write(spec.EIAM, 0xffffffff);
    expect([read(spec.EIMS), read(spec.EIAM)]).toEqual([0x01ffffff, 0x01ffffff]);
  });

  test('EITR: bits 14:2 in microseconds; causes in between go out together at its end', () => {
    const { engine, sent, read, write } = newRegisters();
    for (const register of [spec.EIAC, spec.EIMS]) write(register, 1);
    write(spec.EITR, 0x288 | 0x80000003);
    expect(read(spec.EITR)).toBe(0x288);
    write(spec.EICS, 1);
    engine.run();
    engine.run(20 * MICROSECOND);
    write(spec.EICS, 1);
    write(spec.EICS, 1);
    engine.run();
    expect(sent.map(([, , at]) => at)).toEqual([0, 162 * MICROSECOND]);
  });
});

describe('routes (IVAR, section 3)', () => {
  test('IVAR n has receive and transmit of queues n and n + 8; without the valid bit nothing', () => {
    const { engine, sent, write, registers } = newRegisters();
    write(spec.EIMS, 0x1ff);
    write(spec.IVAR + 8, 0x84038281);
    const { lines } = registers.vectors.of(0);
    for (const queue of [2, 10]) for (const kind of [0, 1]) lines[2 * queue + kind].cause(0);
    engine.run();
    expect(sent.map(([, vector]) => vector)).toEqual([1, 2, 4]);
  });

  test('ICR causes go to IVAR_MISC byte 1 when IMS has them, and only in MSI-X mode', () => {
    const { engine, sent, read, write, registers } = newRegisters();
    write(spec.EIMS, 7);
    write(spec.EIAC, 7);
    write(spec.IVAR_MISC, 0x8000);
    write(spec.IMS, spec.ICR_VMMB);
    registers.causes.raise(spec.ICR_VMMB, 0);
    engine.run();
    expect([sent.length, read(spec.ICR)]).toEqual([0, 0x80000100]);
    write(spec.GPIE, MSIX);
    registers.causes.raise(spec.ICR_LSC, 0);
    engine.run();
    expect(sent).toEqual([]);
    registers.causes.raise(spec.ICR_VMMB, 0);
    engine.run();
    expect(sent).toEqual([[0, 0, 0]]);
    expect(read(spec.ICR)).toBe(0x104);
    write(spec.IMS, spec.ICR_LSC);
    write(spec.IMC, 0xffffffff);
    expect(read(spec.IMS)).toBe(0);
  });

  test('VTIVAR_MISC: the mailbox signals vector 2 of its own function', () => {
    const { engine, sent, registers, vf, write } = newRegisters();
    registers.enable(2, 0);
    const { write: set } = { write: vf(1).write.bind(vf(1)) };
    for (const register of [spec.EIAC, spec.EIAM, spec.EIMS]) set(register, 7, 0);
    set(spec.IVAR_MISC, 0x82, 0);
    write(spec.P2V + 4, spec.P2V_STS);
    write(spec.P2V, spec.P2V_STS);
    engine.run();
    expect(sent).toEqual([[2, 2, 0]]);
    expect(vf(1).read(spec.EIMS)).toBe(3);
  });
});

describe('whose bits (section 8)', () => {
  test('VF n has bits 22 - 3 n and the two above; it sees and reaches no others', () => {
    const { engine, sent, read, registers, vf } = newRegisters();
    registers.enable(8, 0);
    vf(0).write(spec.EIMS, 0xffffffff, 0);
    expect(read(spec.EIMS)).toBe(0x01c00000);
    vf(7).write(spec.EIMS, 0xffffffff, 0);
    expect(read(spec.EIMS)).toBe(0x01c0000e);
    expect([vf(0), vf(3), vf(7)].map((one) => one.read(spec.EIMS))).toEqual([7, 0, 7]);
    vf(7).write(spec.EICS, 0xffffffff, 0);
    engine.run();
    expect(sent.map(([fn, vector]) => [fn, vector])).toEqual([
      [8, 0],
      [8, 1],
      [8, 2],
    ]);
    vf(7).write(spec.EIMC, 0xffffffff, 0);
    expect(read(spec.EIMS)).toBe(0x01c00000);
  });

  test('the physical function has ten vectors, with 7 VFs four, with 8 one', () => {
    const { engine, sent, registers, write } = newRegisters();
    for (const [count, vectors] of [
      [0, 10],
      [5, 10],
      [7, 4],
      [8, 1],
    ]) {
      registers.enable(count, 0);
      sent.length = 0;
      write(spec.EIMS, 0xffffffff);
      write(spec.EICS, 0xffffffff);
      engine.run();
      expect(sent.filter(([fn]) => fn === 0)).toHaveLength(vectors);
      write(spec.EICR, 0xffffffff);
    }
  });

  test('a route is kept when the functions change, and finds the vector that is there then', () => {
    const { engine, sent, registers, write } = newRegisters();
    write(spec.IVAR, 0x85);
    registers.enable(7, 0);
    write(spec.EIMS, 0xffffffff);
    registers.vectors.of(0).lines[0].cause(0);
    engine.run();
    expect(sent).toEqual([[7, 1, 0]]);
  });

  test('a reset of a VF takes its masks, routes and messages, and nobody else’s', () => {
    const { engine, sent, read, registers, vf } = newRegisters();
    registers.enable(2, 0);
    for (const n of [0, 1]) {
      for (const register of [spec.EIAC, spec.EIAM, spec.EIMS]) vf(n).write(register, 7, 0);
      vf(n).write(spec.IVAR, 0x8081, 0);
      vf(n).write(spec.EICS, 1, 0);
    }
    vf(0).write(spec.VTCTRL, spec.VTCTRL_RST, 0);
    engine.run();
    expect(sent).toEqual([[2, 0, 0]]);
    expect([vf(0).read(spec.IVAR), vf(1).read(spec.IVAR)]).toEqual([0, 0x8081]);
    expect(read(spec.EIAC)).toBe(0x00380000);
  });
});

test('extension: 63 functions, 32 causes each, none shared', () => {
  const { engine, sent, registers, vf } = newRegisters(true);
  registers.enable(63, 0);
  vf(62).write(spec.IVAR, 0x80, 0);
  vf(62).write(spec.EIMS, 0xffffffff, 0);
  vf(62).write(spec.EICS, 1, 0);
  engine.run();
  expect(sent).toEqual([[63, 0, 0]]);
  expect(registers.vectors.of(0).read(spec.EIMS)).toBe(0);
  expect(vf(61).read(spec.EIMS)).toBe(0);
});
