import {
  CHAINED,
  DESCRIPTOR_SIZE,
  END_OF_RING,
  OWN,
  TDES0_ERROR,
  TDES1_FIRST,
  TDES1_INTERRUPT,
  TDES1_LAST,
  TDES1_NO_CRC,
  TDES1_NO_PADDING,
  TDES1_SETUP,
} from '../machine/devices/dec21140/spec.ts';
import type { GuestMemory } from '../machine/memory/guest-memory.ts';
import { CHIP_SOURCE } from './csr-fields.ts';
import type { RingReport, RingSlot } from './report.ts';

/** Descriptors that are looked at in memory that never says where its ring ends. */
const MOST = 64;
/** Buffer sizes of TDES1: 11 bits each. */
const SIZE_BITS = 11;
const SIZE_MASK = (1 << SIZE_BITS) - 1;

const STATUS: readonly (readonly [name: string, mask: number])[] = [
  ['OWN the chip’s', OWN],
  ['ES error', TDES0_ERROR],
];
const CONTROL: readonly (readonly [name: string, mask: number])[] = [
  ['IC interrupt when done', TDES1_INTERRUPT],
  ['LS last of its frame', TDES1_LAST],
  ['FS first of its frame', TDES1_FIRST],
  ['SET setup frame', TDES1_SETUP],
  ['AC no CRC added', TDES1_NO_CRC],
  ['TER end of ring', END_OF_RING],
  ['TCH chained', CHAINED],
  ['DPD no padding', TDES1_NO_PADDING],
];

const hex = (word: number) => `0x${word.toString(16).padStart(8, '0')}`;

function transmitSlot(memory: GuestMemory, address: number): RingSlot {
  const words = [0, 4, 8, 12].map((offset) => memory.read32(address + offset));
  const [status, control, buffer1, buffer2] = words;
  const flags = (word: number, list: typeof STATUS) =>
    list.map(([name, mask]) => ({ name, value: (word & mask) === 0 ? '0' : '1' }));
  const sections = (name: string, fields: { name: string; value: string }[]) =>
    fields.map((field) => ({ ...field, section: `section 3, ${name}` }));
  const size1 = control & SIZE_MASK;
  const owned = (status & OWN) !== 0;
  return {
    owner: owned ? 'device' : 'software',
    label: (control & TDES1_SETUP) === 0 ? `${size1} bytes at ${hex(buffer1)}` : 'a setup frame',
    fields: [
      ...sections('TDES0', [{ name: 'TDES0', value: hex(status) }, ...flags(status, STATUS)]),
      ...sections('TDES1', [
        { name: 'TDES1', value: hex(control) },
        ...flags(control, CONTROL),
        { name: 'TBS2 size of buffer 2', value: String((control >>> SIZE_BITS) & SIZE_MASK) },
        { name: 'TBS1 size of buffer 1', value: String(size1) },
      ]),
      ...sections('TDES2', [{ name: 'buffer 1', value: hex(buffer1) }]),
      ...sections('TDES3', [
        { name: (control & CHAINED) === 0 ? 'buffer 2' : 'next descriptor', value: hex(buffer2) },
      ]),
    ],
  };
}

/**
 * The ring of transmit descriptors from `address` on in the guest's memory, one after the other up to the one
 * that ends it, with every field. Head: the first that the chip owns.
 */
export function transmitRing(memory: GuestMemory, address: number, title: string): RingReport {
  const slots: RingSlot[] = [];
  for (let at = address; slots.length < MOST; at += DESCRIPTOR_SIZE) {
    slots.push(transmitSlot(memory, at));
    if ((memory.read32(at + 4) & END_OF_RING) !== 0) break;
  }
  const owned = slots.findIndex(({ owner }) => owner === 'device');
  const head = Math.max(0, owned);
  const after = slots.findIndex(({ owner }, i) => i > head && owner === 'software');
  const tail = after < 0 ? 0 : after;
  return { kind: 'ring', title, size: slots.length, head, tail, slots, source: CHIP_SOURCE };
}
