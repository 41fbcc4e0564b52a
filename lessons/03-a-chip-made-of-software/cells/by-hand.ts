import { byHand, profileKnob } from 'two-checkboxes';

const profile = profileKnob('Costs of');
const guest = byHand({ profile });

// A frame to everybody, from the adapter's own address, in the guest's memory.
const frame = new Uint8Array(60).fill(0x2e);
frame.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x01, 0x5d, 0, 0, 0, 0x88, 0xb5]);
guest.store(0x2000, frame);

// A descriptor for it: four words. The last one written gives it to the chip.
guest.memory.write32(0x1008, 0x2000); // buffer 1
guest.memory.write32(0x100c, 0); // no buffer 2
guest.memory.write32(0x1004, 0x62000000 | frame.length); // first, last, end of ring
guest.memory.write32(0x1000, 0x80000000); // OWN: the chip's
const given = guest.descriptors(0x1000, 'The ring of descriptors, given to the chip');

guest.out(0x00, 1); // CSR0: reset
guest.out(0x00, 0x01a08000); // CSR0: bus mode
guest.out(0x20, 0x1000); // CSR4: the list of descriptors
guest.out(0x30, 0x020c2000); // CSR6: transmit on; the chip looks at once
guest.wait(100); // the frame leaves
guest.in(0x28); // CSR5: what has happened?
guest.memory.write32(0x1000, 0x80000000); // the same frame again
guest.out(0x08, 0); // CSR1: look at the list
guest.wait(100);
guest.in(0x28); // CSR5

const [sent] = guest.sent;

export default [
  given,
  guest.accesses('Every instruction, in the order the guest executed them'),
  {
    kind: 'hexdump',
    title: `${guest.sent.length} frames reached the wire; the first of them`,
    bytes: sent,
    fields: [
      { offset: 0, length: 6, name: 'to' },
      { offset: 6, length: 6, name: 'from' },
      { offset: 12, length: 2, name: 'type' },
    ],
  },
];
