import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Engine } from '../../engine/engine.ts';
import { GuestMemory } from '../../memory/guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../../memory/host-memory.ts';
import { type BusMaster, Dec21140, type Dec21140Host } from './device.ts';
import { CHAINED, END_OF_RING, OWN, START_RECEIVE, START_TRANSMIT } from './spec.ts';

/** Memory accesses that one register write or one frame may cause: bounded by the chip's own limits. */
const MOST_ACCESSES = 10_000;

/** Guest memory that counts what the chip asks of it. */
class CountingBus implements BusMaster {
  accesses = 0;
  readonly memory: GuestMemory;

  constructor(memory: GuestMemory) {
    this.memory = memory;
  }

  readInto(address: number, target: Uint8Array, offset: number, length: number): number {
    this.accesses++;
    return this.memory.readInto(address, target, offset, length);
  }

  writeFrom(address: number, source: Uint8Array, offset: number, length: number): number {
    this.accesses++;
    return this.memory.writeFrom(address, source, offset, length);
  }
}

const newChip = (memory: BusMaster, host: Dec21140Host) =>
  new Dec21140({ engine: new Engine(), memory, host, serialRom: new Uint16Array(64) });

/** A hostile partition between two others, and what must not change. */
function hostileMachine() {
  const host = new HostMemory(4 * LARGE_PAGE_SIZE);
  const [below, guest, above] = [0, 1, 2].map(() => new GuestMemory(host, LARGE_PAGE_SIZE));
  for (const other of [below, above])
    for (let gpa = 0; gpa < LARGE_PAGE_SIZE; gpa += 4) other.write32(gpa, 0x5afe5afe);
  const bus = new CountingBus(guest);
  let longest = 0;
  const chip = newChip(bus, {
    transmit: (_buffer, length) => {
      longest = Math.max(longest, length);
    },
    interruptPin: () => {},
  });
  const start = guest.translate(0, 1);
  const outside = () => [
    host.bytes.slice(0, start),
    host.bytes.slice(start + LARGE_PAGE_SIZE, host.size),
  ];
  return { guest, bus, chip, outside, longest: () => longest };
}

const anyWord = fc.integer({ min: 0, max: 0xffffffff });
const address = fc.oneof(
  fc.nat(0x300).map((n) => n * 4),
  fc.nat(64).map((n) => LARGE_PAGE_SIZE - 128 + 4 * n),
  anyWord,
);
const descriptor = fc.tuple(
  fc.constantFrom(0, OWN, OWN, OWN, 0xffffffff),
  fc.oneof(
    anyWord,
    fc.nat(0xff).map((bits) => ((bits << 24) | 0x7ff) >>> 0),
    fc.constantFrom(CHAINED, CHAINED | 0x40, END_OF_RING | 8, 0x600 | CHAINED),
  ),
  address,
  address,
);
const access = fc.oneof(
  { weight: 2, arbitrary: fc.record({ op: fc.constant('write'), n: fc.nat(16), value: anyWord }) },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('write'),
      n: fc.constantFrom(1, 2, 3, 4, 6),
      value: fc.oneof(
        address,
        fc.constantFrom(0, START_RECEIVE | 0x40, START_TRANSMIT, START_RECEIVE | START_TRANSMIT),
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('frame'), n: fc.nat(1514), value: anyWord }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('read'), n: fc.nat(20), value: anyWord }) },
);

test('property: any registers and any descriptors; no exception, bounded, nothing outside', () => {
  const { guest, bus, chip, outside, longest } = hostileMachine();
  const before = outside();
  const memories = fc.array(descriptor, { minLength: 1, maxLength: 40 });
  const runs = fc.array(access, { minLength: 5, maxLength: 40 });
  const unharmed = fc.property(memories, runs, (descriptors, accesses) => {
    chip.write(0, 4, 1);
    for (const [i, words] of descriptors.entries())
      for (const [w, word] of words.entries()) guest.write32(16 * i + 4 * w, word);
    for (const { op, n, value } of accesses) {
      bus.accesses = 0;
      if (op === 'write') chip.write(8 * n, 4, value);
      else if (op === 'read') expect(chip.read(4 * n, 4)).toBeGreaterThanOrEqual(0);
      else chip.receive(new Uint8Array(2048).fill(value), n);
      expect(bus.accesses).toBeLessThanOrEqual(MOST_ACCESSES);
    }
  });
  fc.assert(unharmed, { seed: 10, numRuns: 150 });
  expect(longest()).toBeLessThanOrEqual(4096);
  for (const [i, bytes] of outside().entries()) expect(Buffer.compare(bytes, before[i])).toBe(0);
});

test('a ring of one descriptor that gives itself back is left after a bounded number of frames', () => {
  const { guest, bus, chip } = hostileMachine();
  // The frame that is read is the descriptor itself, which a hostile guest would set again meanwhile.
  guest.write32(0x1004, CHAINED | 0x60000000 | 64);
  guest.write32(0x1008, 0x1000);
  guest.write32(0x100c, 0x1000);
  const stubborn: BusMaster = {
    readInto: (gpa, target, offset, length) => {
      const count = bus.readInto(gpa, target, offset, length);
      if (gpa === 0x1000) target[offset + 3] = OWN >>> 24;
      return count;
    },
    writeFrom: (...args) => bus.writeFrom(...args),
  };
  let frames = 0;
  const host = {
    transmit: () => {
      frames++;
    },
    interruptPin: () => {},
  };
  const endless = newChip(stubborn, host);
  endless.write(0x20, 4, 0x1000);
  endless.write(0x30, 4, START_TRANSMIT);
  expect(frames).toBeGreaterThan(0);
  expect(frames).toBeLessThanOrEqual(1024);
  expect(chip.pin).toBe(false);
});

test('rings that point behind the end of memory read ones and end', () => {
  const { bus, chip } = hostileMachine();
  for (const base of [LARGE_PAGE_SIZE, 0xfffffff0, 0x80000000]) {
    chip.write(0, 4, 1);
    chip.write(0x18, 4, base);
    chip.write(0x20, 4, base);
    bus.accesses = 0;
    chip.write(0x30, 4, START_RECEIVE | START_TRANSMIT | 0x40);
    chip.receive(new Uint8Array(1514), 1514);
    expect(bus.accesses).toBeLessThanOrEqual(MOST_ACCESSES);
  }
});
