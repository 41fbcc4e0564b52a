import { describe, expect, test } from 'vitest';
import { newChip } from '../../../../tests/support/dec21140.ts';
import { Phy } from './phy.ts';

const [MDC, MDO, READ, MDI] = [1 << 16, 1 << 17, 1 << 18, 1 << 19];

/** Drives MII management by CSR9, as the Linux driver does. */
function wired(phys?: ReadonlyMap<number, Phy>) {
  const { csr, write } = newChip(phys ? { phys } : {});
  const send = (bits: string) => {
    for (const bit of bits) {
      const data = bit === '1' ? MDO : 0;
      write(9, data);
      write(9, data | MDC);
    }
  };
  const address = (phy: number, register: number) =>
    phy.toString(2).padStart(5, '0') + register.toString(2).padStart(5, '0');
  /** The input before each of the next 19 rising edges. */
  const sample = () =>
    Array.from({ length: 19 }, () => {
      write(9, READ);
      const bit: number = (csr(9) & MDI) !== 0 ? 1 : 0;
      write(9, READ | MDC);
      return bit;
    });
  const read = (phy: number, register: number, preamble = 32) => {
    send(`${'1'.repeat(preamble)}0110${address(phy, register)}`);
    const bits = sample();
    return bits.slice(2, 18).reduce((value, bit) => value * 2 + bit, 0);
  };
  const store = (phy: number, register: number, value: number) =>
    send(`${'1'.repeat(32)}0101${address(phy, register)}10${value.toString(2).padStart(16, '0')}`);
  return { read, store, send, sample, address };
}

describe('MII management by CSR9 (section 7)', () => {
  test('the transceiver at address 1 answers, others read ones', () => {
    const { read } = wired();
    expect([0, 1, 4, 5].map((register) => read(1, register))).toEqual([
      0x3100, 0x782d, 0x01e1, 0x45e1,
    ]);
    expect([0, 2, 31].map((phy) => read(phy, 1))).toEqual([0xffff, 0xffff, 0xffff]);
  });

  test('turnaround 0 after the 15th edge, D15 after the 16th, D0 after the 31st', () => {
    const phys = new Map([[3, new Phy({ 7: 0x8001 })]]);
    const { send, sample, address } = wired(phys);
    send(`${'1'.repeat(32)}0110${address(3, 7)}`);
    expect(sample().slice(1)).toEqual([0, 1, ...Array(14).fill(0), 1, 0]);
  });

  test('a preamble is not needed, and a frame may follow at once', () => {
    const { read } = wired();
    expect([read(1, 1, 32), read(1, 4, 0), read(1, 0, 1)]).toEqual([0x782d, 0x01e1, 0x3100]);
  });

  test('a write reaches the addressed transceiver', () => {
    const phys = new Map([1, 2].map((n) => [n, new Phy()]));
    const { read, store } = wired(phys);
    store(2, 4, 0x0061);
    expect([read(1, 4), read(2, 4)]).toEqual([0x01e1, 0x0061]);
  });

  test('other operations are ignored', () => {
    const { read, send, address } = wired();
    send(`${'1'.repeat(32)}0100${address(1, 4)}`);
    send(`${'1'.repeat(32)}0111${address(1, 4)}`);
    expect(read(1, 4)).toBe(0x01e1);
  });
});

describe('the transceiver (IEEE 802.3 clause 22)', () => {
  test('status, identity and the partner are not written; control keeps what it has', () => {
    const phy = new Phy();
    const before = [1, 2, 3, 5].map((n) => phy.read(n));
    for (let n = 0; n < 32; n++) phy.write(n, 0x2140);
    expect([1, 2, 3, 5].map((n) => phy.read(n) | (n === 1 ? 0x20 : 0))).toEqual(before);
    expect([phy.read(0), phy.read(4)]).toEqual([0x2100, 0x2140]);
  });

  test('reset and restart clear themselves', () => {
    const phy = new Phy();
    phy.write(4, 0x0021);
    phy.write(0, 0x1200);
    expect(phy.read(0)).toBe(0x1000);
    phy.write(0, 0x8000);
    expect([phy.read(0), phy.read(4)]).toEqual([0x3100, 0x01e1]);
  });

  test('a loss of link is kept until it is read', () => {
    const phy = new Phy();
    phy.link = false;
    phy.link = true;
    expect([1, 2].map(() => phy.read(1) & 4)).toEqual([0, 4]);
    phy.link = false;
    expect([1, 2].map(() => phy.read(1) & 0x24)).toEqual([0, 0]);
  });
});
