import { describe, expect, test } from 'vitest';
import {
  BUFFERS,
  newChip,
  PR,
  ST,
  sources,
  TS,
  TX_RING,
  WHOLE,
} from '../../../../tests/support/dec21140.ts';
import { MICROSECOND } from '../../engine/engine.ts';
import { crc32 } from '../../net/crc32.ts';
import * as spec from './spec.ts';

describe('transmit process (section 4)', () => {
  test('ST without an owned descriptor: TU, state 6, the pointer stays', () => {
    const { csr, write, describe, fill, sent } = newChip();
    write(6, ST);
    expect(TS(csr(5))).toBe(6);
    fill(BUFFERS, 100, 9);
    describe(TX_RING, true, 100 | WHOLE | spec.END_OF_RING, BUFFERS);
    expect(sent).toHaveLength(0);
    write(1, 0);
    expect(sent).toHaveLength(1);
  });

  test('a poll demand in state 0 is ignored, and its register reads ones', () => {
    const { csr, write, describe, sent } = newChip();
    describe(TX_RING, true, 100 | WHOLE, BUFFERS);
    write(1, 0);
    expect(sent).toHaveLength(0);
    expect(csr(1)).toBe(0xffffffff);
  });

  test('sends buffer 1, then buffer 2, from any byte address; gives the descriptor back', () => {
    const { memory, write, describe, fill, sent } = newChip();
    fill(BUFFERS + 3, 61, 1);
    fill(BUFFERS + 0x1001, 40, 2);
    describe(TX_RING, true, 61 | (40 << 11) | WHOLE, BUFFERS + 3, BUFFERS + 0x1001);
    write(6, ST);
    expect(sent).toHaveLength(1);
    expect([...sent[0]]).toEqual([...new Uint8Array(61).fill(1), ...new Uint8Array(40).fill(2)]);
    expect(memory.read32(TX_RING)).toBe(0);
  });

  test('gathers a frame from first to last descriptor', () => {
    const { memory, write, describe, fill, sent } = newChip();
    for (const [i, control] of [spec.TDES1_FIRST, 0, spec.TDES1_LAST].entries()) {
      fill(BUFFERS + i * 100, 30, i + 1);
      describe(TX_RING + 16 * i, true, 30 | control, BUFFERS + i * 100);
    }
    write(6, ST);
    expect(sent).toHaveLength(1);
    expect([sent[0].length, sent[0][0], sent[0][30], sent[0][89]]).toEqual([90, 1, 2, 3]);
    for (const i of [0, 1, 2]) expect(memory.read32(TX_RING + 16 * i)).toBe(0);
  });

  test('TI only where IC is set', () => {
    const { csr, write, describe } = newChip();
    describe(TX_RING, true, 64 | WHOLE, BUFFERS);
    write(6, ST);
    expect(csr(5) & spec.TRANSMIT_INTERRUPT).toBe(0);
    describe(TX_RING + 16, true, 64 | WHOLE | spec.TDES1_INTERRUPT, BUFFERS);
    write(1, 0);
    expect(csr(5) & spec.TRANSMIT_INTERRUPT).not.toBe(0);
  });

  test('TU is set again at each fetch that fails', () => {
    const { csr, write } = newChip();
    write(6, ST);
    write(5, 0x1ffff);
    write(1, 0);
    expect(csr(5) & spec.TRANSMIT_UNAVAILABLE).not.toBe(0);
  });

  test('an owned descriptor of length 0 is consumed and sends nothing', () => {
    const { memory, write, describe, sent } = newChip();
    describe(TX_RING, true, 0, BUFFERS);
    describe(TX_RING + 16, true, 70 | WHOLE, BUFFERS);
    write(6, ST);
    expect(memory.read32(TX_RING)).toBe(0x7fffffff);
    expect(sent.map((frame) => frame.length)).toEqual([70]);
  });

  test('ST cleared: state 0 and TPS; set again it continues at the pointer', () => {
    const { csr, write, describe, sent } = newChip();
    describe(TX_RING, true, 64 | WHOLE, BUFFERS);
    write(6, ST);
    write(6, 0);
    expect(TS(csr(5))).toBe(0);
    expect(csr(5) & spec.TRANSMIT_STOPPED).not.toBe(0);
    describe(TX_RING + 16, true, 80 | WHOLE, BUFFERS);
    write(1, 0);
    expect(sent).toHaveLength(1);
    write(6, ST);
    expect(sent.map((frame) => frame.length)).toEqual([64, 80]);
  });

  test('clearing ST when it was clear sets nothing', () => {
    const { csr, write } = newChip();
    write(6, 0);
    expect(csr(5) & 0x1ffff).toBe(0);
  });

  test('CSR6 written again with ST set makes a suspended process look again', () => {
    const { csr, write } = newChip();
    write(6, ST);
    write(5, 0x1ffff);
    write(6, ST | PR);
    expect(sources(csr(5))).toBe(spec.TRANSMIT_UNAVAILABLE);
  });

  test('a frame with no last descriptor: underflow when the next is not owned; its rest is not sent', () => {
    const { csr, write, describe, sent } = newChip();
    describe(TX_RING, true, 100 | spec.TDES1_FIRST, BUFFERS);
    write(6, ST);
    expect(sources(csr(5))).toBe(spec.TRANSMIT_UNDERFLOW | spec.TRANSMIT_UNAVAILABLE);
    expect(TS(csr(5))).toBe(6);
    describe(TX_RING + 16, true, 100 | spec.TDES1_LAST, BUFFERS);
    describe(TX_RING + 32, true, 70 | WHOLE, BUFFERS);
    write(1, 0);
    expect(sent.map((frame) => frame.length)).toEqual([70]);
  });

  test.each([
    ['padded to 64 bytes with FCS', 0, 60],
    ['padded although AC is set', spec.TDES1_NO_CRC, 60],
    ['not padded with DPD', spec.TDES1_NO_PADDING, 42],
  ])('a frame of 42 bytes: %s', (_name, bits, length) => {
    const { write, describe, fill, sent } = newChip();
    fill(BUFFERS, 100, 7);
    describe(TX_RING, true, 42 | WHOLE | bits, BUFFERS);
    write(6, ST);
    expect(sent.map((frame) => frame.length)).toEqual([length]);
    expect([...sent[0].subarray(42)].every((byte) => byte === 0)).toBe(true);
  });

  test('AC: software appends the FCS, which is not part of the frame; a wrong one arrives nowhere', () => {
    const { memory, write, describe, fill, sent } = newChip();
    fill(BUFFERS, 96, 5);
    memory.write32(BUFFERS + 96, ~crc32(new Uint8Array(96).fill(5), 0, 96) >>> 0);
    describe(TX_RING, true, 100 | WHOLE | spec.TDES1_NO_CRC, BUFFERS);
    describe(TX_RING + 16, true, 99 | WHOLE | spec.TDES1_NO_CRC, BUFFERS);
    write(6, ST);
    expect(sent.map((frame) => frame.length)).toEqual([96]);
  });
});

describe('jabber (sections 2 and 4)', () => {
  /** A frame of `count` descriptors of 2047 bytes twice. */
  function jabbering(count: number, watchdog: number) {
    const chip = newChip();
    for (let i = 0; i < count; i++) {
      const bits = i === 0 ? spec.TDES1_FIRST : i === count - 1 ? spec.TDES1_LAST : 0;
      chip.describe(TX_RING + 16 * i, true, 0x3fffff | bits, BUFFERS, BUFFERS);
    }
    chip.write(15, watchdog);
    chip.write(7, 0x1ffff);
    chip.write(6, ST);
    return chip;
  }

  test.each([
    ['JCK', spec.JABBER_CLOCK, 0],
    ['the longer limit', 0, 7],
  ])('%s cuts a frame: TO and ES, TJT and TPS, state 0, an interrupt', (_name, watchdog, last) => {
    const { memory, csr, sent, pin } = jabbering(10, watchdog);
    expect(memory.read32(TX_RING + 16 * last)).toBe(spec.TDES0_ERROR | spec.TDES0_JABBER);
    expect(memory.read32(TX_RING + 16 * (last + 1))).toBe(spec.OWN);
    const raised = spec.TRANSMIT_JABBER | spec.TRANSMIT_STOPPED | spec.ABNORMAL_SUMMARY;
    expect(sources(csr(5))).toBe(raised);
    expect([TS(csr(5)), sent.length, pin]).toEqual([0, 0, [true]]);
  });

  test('JBD: no jabber timer; a frame that no link carries is not sent', () => {
    const { csr, sent } = jabbering(10, spec.JABBER_DISABLE);
    expect(csr(5) & spec.TRANSMIT_JABBER).toBe(0);
    expect([TS(csr(5)), sent.length]).toEqual([6, 0]);
  });

  test.each([
    ['HUJ releases it at once', spec.HOST_UNJAB, 0],
    ['without HUJ it is held for 365 ms', 0, 365_000],
  ])('started again: %s', (_name, huj, wait) => {
    const { engine, write, csr, describe, sent } = jabbering(10, spec.JABBER_CLOCK | huj);
    write(6, 0);
    describe(TX_RING, true, 70 | WHOLE, BUFFERS);
    write(4, TX_RING);
    write(6, ST);
    if (wait > 0) {
      expect(TS(csr(5))).toBe(2);
      engine.run(engine.now + (wait - 1) * MICROSECOND);
      expect(sent).toHaveLength(0);
      engine.run(engine.now + MICROSECOND);
    }
    expect(sent).toHaveLength(1);
  });
});

describe('automatic polling (CSR0 TAP)', () => {
  test.each([
    ['serial', 1, 0, 200],
    ['MII 10', 4, spec.PORT_SELECT | spec.THRESHOLD_MODE, 51.2],
    ['MII 100', 2, spec.PORT_SELECT, 320],
  ])('%s port, TAP %d', (_name, tap, mode, microseconds) => {
    const { engine, csr, write, describe, sent } = newChip();
    write(0, tap << 17);
    write(6, ST | mode);
    write(5, 0x1ffff);
    describe(TX_RING, true, 70 | WHOLE, BUFFERS);
    engine.run(engine.now + microseconds * MICROSECOND - 1);
    expect(sent).toHaveLength(0);
    engine.run(engine.now + 1);
    expect(sent).toHaveLength(1);
    expect(csr(5) & spec.TRANSMIT_UNAVAILABLE).not.toBe(0);
    write(6, mode);
    describe(TX_RING + 16, true, 70 | WHOLE, BUFFERS);
    engine.run(engine.now + 10_000 * MICROSECOND);
    expect(sent).toHaveLength(1);
  });

  test('is no work: a machine that only polls is at rest', () => {
    const { engine, write } = newChip();
    write(0, 1 << 17);
    write(6, ST);
    engine.run();
    expect(engine.events).toBe(0);
  });
});

describe('the next descriptor (section 3)', () => {
  test('the end of the ring leads back to the base, and wins over the chain', () => {
    const { write, describe, sent } = newChip();
    const end = spec.END_OF_RING | spec.CHAINED;
    describe(TX_RING, true, 61 | WHOLE, BUFFERS);
    describe(TX_RING + 16, true, 62 | WHOLE | end, BUFFERS, TX_RING + 0x800);
    write(6, ST);
    describe(TX_RING, true, 63 | WHOLE, BUFFERS);
    write(1, 0);
    expect(sent.map((frame) => frame.length)).toEqual([61, 62, 63]);
  });

  test('a chained descriptor names the next one; its second buffer is not one', () => {
    const { write, describe, sent } = newChip();
    const chained = 61 | (100 << 11) | WHOLE | spec.CHAINED;
    describe(TX_RING, true, chained, BUFFERS, TX_RING + 0x400);
    describe(TX_RING + 0x400, true, 62 | WHOLE, BUFFERS);
    write(6, ST);
    expect(sent.map((frame) => frame.length)).toEqual([61, 62]);
  });

  test('DSL skips that many longwords between descriptors that are not chained', () => {
    const { write, describe, sent } = newChip();
    write(0, 5 << 2);
    describe(TX_RING, true, 61 | WHOLE, BUFFERS);
    describe(TX_RING + 16 + 20, true, 62 | WHOLE, BUFFERS);
    write(6, ST);
    expect(sent.map((frame) => frame.length)).toEqual([61, 62]);
  });

  test('DBO: descriptors have their bytes the other way round; BLE: buffers have', () => {
    const { memory, write, sent } = newChip();
    write(0, spec.BIG_ENDIAN_DESCRIPTORS | spec.BIG_ENDIAN_BUFFERS);
    const words = [0x80, 0x46000060, 0x01000200, 0];
    for (const [i, word] of words.entries()) memory.write32(TX_RING + 4 * i, word);
    for (let i = 0; i < 80; i++) memory.write8(BUFFERS + (i ^ 3), i);
    write(6, ST);
    expect([...sent[0]]).toEqual(Array.from({ length: 70 }, (_, i) => i + 1));
    expect(memory.read32(TX_RING)).toBe(0);
  });
});
