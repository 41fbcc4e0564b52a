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
    expect(registers[6].fields).toContainEqual({ name: 'PR promiscuous', value: '1' });
    expect(registers[5].fields).toContainEqual({ name: 'RS receive process', value: '0: stopped' });
  });

  test('refuses a store outside of its memory', () => {
    expect(() => byHand().store(1 << 30, frame())).toThrow(/not guest memory/);
  });
});
