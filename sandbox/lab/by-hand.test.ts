import { describe, expect, test } from 'vitest';
import {
  CSR0_BUS_MODE,
  CSR1_TRANSMIT_POLL,
  CSR4_TRANSMIT_LIST,
  CSR6_OPERATION,
  END_OF_RING,
  OWN,
  START_TRANSMIT,
  TDES1_FIRST,
  TDES1_LAST,
} from '../machine/devices/dec21140/spec.ts';
import { byHand } from './by-hand.ts';

const RING = 0x1000;
const BUFFER = 0x2000;

/** A broadcast of 60 bytes, from the adapter's own address. */
function frame(): Uint8Array {
  const bytes = new Uint8Array(60).map((_, i) => i);
  bytes.set([255, 255, 255, 255, 255, 255, 0x02, 0x01, 0x5d, 0, 0, 0]);
  return bytes;
}

describe('a guest operated by hand', () => {
  test('sends a frame with three port writes', () => {
    const guest = byHand();
    guest.store(BUFFER, frame());
    guest.memory.write32(RING + 8, BUFFER);
    guest.memory.write32(RING + 4, 60 | TDES1_FIRST | TDES1_LAST | END_OF_RING);
    guest.memory.write32(RING, OWN);
    guest.out(CSR4_TRANSMIT_LIST, RING);
    guest.out(CSR6_OPERATION, START_TRANSMIT);
    guest.wait(100);
    expect(guest.memory.read32(RING) & OWN).toBe(0);
    guest.memory.write32(RING, OWN);
    guest.out(CSR1_TRANSMIT_POLL, 0);
    guest.wait(100);
    expect(guest.sent.map((sent) => sent.length)).toEqual([60, 60]);
    const { rows } = guest.accesses();
    expect(rows.map(([instruction, register]) => `${instruction} ${register}`)).toEqual([
      'OUT CSR4 transmit list',
      'OUT CSR6 operating mode',
      'OUT CSR1 transmit poll demand',
    ]);
  });

  test('shows the ring that it gave to the chip, field by field, and then the chip’s answer', () => {
    const guest = byHand();
    guest.store(BUFFER, frame());
    for (const [at, control] of [
      [RING, 60 | TDES1_FIRST],
      [RING + 16, 8 | (4 << 11) | TDES1_LAST | END_OF_RING],
    ]) {
      guest.memory.write32(at + 8, BUFFER);
      guest.memory.write32(at + 4, control);
      guest.memory.write32(at, OWN);
    }
    const given = guest.descriptors(RING);
    expect(given).toMatchObject({ kind: 'ring', size: 2, head: 0, tail: 0 });
    expect(given.slots.map(({ owner }) => owner)).toEqual(['device', 'device']);
    const says = (index: number) =>
      Object.fromEntries((given.slots[index].fields ?? []).map(({ name, value }) => [name, value]));
    expect(says(0)).toMatchObject({ 'FS first of its frame': '1', 'TER end of ring': '0' });
    expect(says(1)).toMatchObject({
      'LS last of its frame': '1',
      'TER end of ring': '1',
      'TBS1 size of buffer 1': '8',
      'TBS2 size of buffer 2': '4',
      'buffer 1': '0x00002000',
    });
    expect(
      given.slots[0].fields?.every(({ section }) => section?.startsWith('section 3, TDES')),
    ).toBe(true);
    guest.memory.write32(RING + 4, 60 | TDES1_FIRST | TDES1_LAST | END_OF_RING);
    guest.out(CSR4_TRANSMIT_LIST, RING);
    guest.out(CSR6_OPERATION, START_TRANSMIT);
    guest.wait(100);
    expect(guest.descriptors(RING).slots.map(({ owner }) => owner)).toEqual(['software']);
    expect(guest.descriptors(RING).source).toContain('manual was not read');
  });

  test('names bits and section of every register', () => {
    const { registers } = byHand().registers();
    for (const [index, { section, fields = [], value }] of registers.entries()) {
      expect(section).toBe(`section 2, CSR${index}`);
      for (const { bit = -1, bits = 1, value: shown } of fields) {
        const held = (value >>> bit) & (2 ** bits - 1);
        expect(Number.parseInt(shown, shown.startsWith('0x') ? 16 : 10)).toBe(held);
      }
    }
    const status = registers[5].fields?.find(({ name }) => name.startsWith('RS'));
    expect(status).toMatchObject({ bit: 17, bits: 3 });
  });

  test('shows the message that the latest access became', () => {
    const guest = byHand();
    expect(() => guest.message()).toThrow(/no access/);
    guest.out(CSR0_BUS_MODE, 0x12345678);
    const { bytes, fields } = guest.message();
    expect(bytes.length).toBe(144);
    const of = (name: string) => fields?.find((field) => field.name === name)?.value;
    expect(of('message type')).toBe('0x80010000');
    expect(of('port')).toBe('0xec00');
    expect(of('RAX')).toBe('0x12345678');
    expect(of('access: 0 read, 1 write')).toBe('0x1');
    expect(of('instruction')).toBe('0xef');
  });

  test('reads all registers, each with the fields that are set', () => {
    const { registers } = byHand().registers();
    expect(registers.length).toBe(16);
    expect(registers[6].fields).toContainEqual({
      name: 'PR promiscuous',
      value: '1',
      bit: 6,
      bits: 1,
    });
    expect(registers[5].fields).toContainEqual({
      name: 'RS receive process',
      value: '0: stopped',
      bit: 17,
      bits: 3,
    });
  });

  test('refuses a store outside of its memory', () => {
    expect(() => byHand().store(1 << 30, frame())).toThrow(/not guest memory/);
  });
});
