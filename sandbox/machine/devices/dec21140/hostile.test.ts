/** A guest that means harm: a million accesses and descriptors, and the rings that are worst. */
import { describe, expect, test } from 'vitest';
import { newChip } from '../../../../tests/support/dec21140.ts';
import { Engine } from '../../engine/engine.ts';
import { Random } from '../../engine/random.ts';
import { GuestMemory } from '../../memory/guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../../memory/host-memory.ts';
import { type BusMaster, Dec21140 } from './device.ts';
import { FRAME_DESCRIPTORS } from './receive.ts';
import * as spec from './spec.ts';
import { RUN_BYTES, RUN_OPERATIONS } from './transmit.ts';

/**
 * What one access, frame or timer may cost. A run of the transmit process ends at the first descriptor
 * behind its share; that one, in a loopback mode, may be a received frame over 64 descriptors. A frame
 * writes two buffers and a status for each of them and reads the next.
 */
const MOST_OPERATIONS = RUN_OPERATIONS + 4 * FRAME_DESCRIPTORS + 8;
const MOST_BYTES = RUN_BYTES + 2 * 16_384 + 20 * FRAME_DESCRIPTORS + 4096;
const ACCESSES = 1_000_000;
/** Transfers of one act beyond which it is taken never to end. */
const ENDLESS = 1_000_000;
const MOST_EVENTS = 4200;

/** Where the hostile guest keeps its descriptors, from address 0 on. */
const DESCRIPTORS = 64;

/**
 * Guest memory as the chip's bus master sees it, which counts. While it is `eager`, another processor
 * of the guest gives the chip every descriptor back at once.
 */
class Spy implements BusMaster {
  operations = 0;
  bytes = 0;
  /** Reads that gave bytes of another partition. */
  disclosed = 0;
  eager = false;
  readonly #memory: GuestMemory;

  constructor(memory: GuestMemory) {
    this.#memory = memory;
  }

  readInto(address: number, target: Uint8Array, offset: number, length: number): number {
    this.#count(address, target, offset, length);
    const count = this.#memory.readInto(address, target, offset, length);
    if (this.#isForeign(target, offset, count)) this.disclosed++;
    if (this.eager && length === 16 && address < 16 * DESCRIPTORS) target[offset + 3] |= 0x80;
    return count;
  }

  writeFrom(address: number, source: Uint8Array, offset: number, length: number): number {
    this.#count(address, source, offset, length);
    return this.#memory.writeFrom(address, source, offset, length);
  }

  /** A run of memory that leaves the partition on either side ends or begins in its neighbours' pattern. */
  #isForeign(bytes: Uint8Array, offset: number, length: number): boolean {
    const isPattern = (at: number) =>
      bytes[at] + bytes[at + 1] === 0x158 &&
      bytes[at] === bytes[at + 2] &&
      bytes[at + 1] === bytes[at + 3] &&
      (bytes[at] === 0xfe || bytes[at] === 0x5a);
    return length >= 4 && (isPattern(offset) || isPattern(offset + length - 4));
  }

  #count(address: number, bytes: Uint8Array, offset: number, length: number): void {
    this.operations++;
    this.bytes += length;
    if (this.operations > ENDLESS) throw new Error(`${ENDLESS} transfers, and no end`);
    const fits = length > 0 && offset >= 0 && offset + length <= bytes.length;
    if (!fits || !Number.isInteger(address) || address < 0 || address + length > 2 ** 32)
      throw new Error(`DMA of ${length} bytes at ${address}, offset ${offset}`);
  }
}

/** A hostile partition between two others, whose memory must not change. */
function hostileMachine() {
  const host = new HostMemory(4 * LARGE_PAGE_SIZE);
  const [below, guest, above] = [0, 1, 2].map(() => new GuestMemory(host, LARGE_PAGE_SIZE));
  for (const other of [below, above])
    for (let gpa = 0; gpa < LARGE_PAGE_SIZE; gpa += 4) other.write32(gpa, 0x5afe5afe);
  const bus = new Spy(guest);
  const engine = new Engine();
  const seen = { frames: 0, longest: 0, pins: 0 };
  const chip = new Dec21140({
    engine,
    memory: bus,
    serialRom: new Uint16Array(64),
    host: {
      transmit: (_buffer, length) => {
        seen.frames++;
        seen.longest = Math.max(seen.longest, length);
      },
      interruptPin: () => {
        seen.pins++;
      },
    },
  });
  chip.configuration.write(4, 2, 0x157);
  const start = guest.translate(0, 1);
  const outside = () =>
    Buffer.concat([host.bytes.slice(0, start), host.bytes.slice(start + LARGE_PAGE_SIZE)]);
  return { guest, bus, engine, chip, seen, outside };
}

/** The guest: picks values that are wrong in interesting ways more often than those that are not. */
class HostileGuest {
  readonly #random: Random;
  readonly #machine: ReturnType<typeof hostileMachine>;
  readonly #frame = new Uint8Array(20_000);

  constructor(seed: number, machine: ReturnType<typeof hostileMachine>) {
    this.#random = new Random(seed);
    this.#machine = machine;
  }

  #pick = <T>(values: readonly T[]): T => values[this.#random.below(values.length)];

  #address(): number {
    const random = this.#random;
    const kind = random.below(200);
    if (kind === 0) return random.next();
    if (kind === 1) return LARGE_PAGE_SIZE - 64 + random.below(128);
    if (kind === 2) return this.#pick([0xfffffff0, 0xffffffff, 0x80000000, 0xfffffffc]);
    if (kind < 100) return 16 * random.below(DESCRIPTORS);
    return random.below(LARGE_PAGE_SIZE - 8192);
  }

  #control(): number {
    const random = this.#random;
    const sizes = this.#pick([0, 0, 1, 4, 60, 64, 192, 188, 0x600, 0x7ff, 0x3fffff, 0x3ff800]);
    const flags = this.#pick([0, 0x60000000, 0x60000000, 0xe0000000, 0x20000000, 0x40000000]);
    const kind = this.#pick([0, 0, 0, 0, spec.TDES1_SETUP, spec.TDES1_SETUP | 0x10400000]);
    const chain = this.#pick([0, 0, spec.END_OF_RING, spec.CHAINED, spec.CHAINED]);
    return random.below(8) === 0 ? random.next() : (flags | kind | chain | sizes) >>> 0;
  }

  #describe(): void {
    const { guest } = this.#machine;
    const at = 16 * this.#random.below(DESCRIPTORS);
    guest.write32(at, this.#pick([0, spec.OWN, spec.OWN, spec.OWN, 0xffffffff]));
    guest.write32(at + 4, this.#control());
    guest.write32(at + 8, this.#address());
    guest.write32(at + 12, this.#address());
  }

  #operation(): number {
    const random = this.#random;
    const starts = this.#pick([0, 0x2000, 0x2, 0x2002, 0x2002]);
    const modes = this.#pick([
      0, 0x40, 0x40, 0x40000040, 0x80, 0x400, 0x840, 0x8, 0x40000, 0x440040,
    ]);
    return random.below(6) === 0 ? random.next() : starts | modes;
  }

  /** A longword for register `n`, at its place. */
  #value(n: number): number {
    if (n === 0) return this.#pick([0, 1, 0x01a08000, 0x7c, 0x80, 0x100000, 0x100080, 0xe0000]);
    if (n === 3 || n === 4) return this.#address();
    if (n === 6) return this.#operation();
    if (n === 11) return this.#pick([0, 1, 0x10001, 0xffff, 0x1ffff]);
    return this.#random.next();
  }

  /** One thing that a guest, or the wire, can do to the chip. */
  act(): void {
    const { bus, chip, engine } = this.#machine;
    const random = this.#random;
    const choice = random.below(100);
    if (chip.dma.halted && random.below(8) === 0) chip.write(0, 4, spec.SOFTWARE_RESET);
    else if (choice < 40) {
      const n = this.#pick([0, 1, 1, 2, 2, 3, 4, 5, 6, 6, 6, 7, 9, 11, 12, 15]);
      chip.write(8 * n, 4, this.#value(n));
    } else if (choice < 70) this.#describe();
    else if (choice < 75)
      chip.receive(this.#frame, this.#pick([0, 5, 14, 59, 60, 1514, 1515, 4000, 20_000]));
    else if (choice < 88) chip.read(random.below(200) - 20, this.#pick([1, 2, 4]));
    else if (choice < 93) chip.write(random.below(200) - 20, this.#pick([1, 2, 4]), random.next());
    else if (choice < 97) this.#configure();
    // At most 20 ms: a poll each 5.12 us and a count each 81.92 us are 4150 events; more are a fault.
    else if (random.below(4) === 0) engine.run(engine.now + random.below(20) * 1e9, MOST_EVENTS);
    else if (random.below(50) === 0) chip.hardwareReset();
    if (random.below(500) === 0) bus.eager = random.below(6) === 0;
    if (random.below(16) === 0) this.#frame.fill(random.next(), 0, 64);
  }

  /** Mostly the command register with the bus master bit, which the rest needs to mean anything. */
  #configure(): void {
    const { configuration } = this.#machine.chip;
    const random = this.#random;
    if (random.below(3) === 0)
      configuration.write(random.below(300) - 10, this.#pick([1, 2, 4]), random.next());
    configuration.read(random.below(300) - 10, this.#pick([1, 2, 4]));
    configuration.write(0x40, 4, 0);
    configuration.write(4, 2, this.#pick([0, 0x157, 0x157, 0x157]));
  }
}

test('property: a million accesses and descriptors; no exception, bounded, nothing outside', () => {
  const machine = hostileMachine();
  const { bus, engine, chip, seen, outside } = machine;
  const before = outside();
  const guest = new HostileGuest(21140, machine);
  const worst = { operations: 0, bytes: 0, busErrors: 0, received: 0 };
  for (let i = 0; i < ACCESSES; i++) {
    bus.operations = 0;
    bus.bytes = 0;
    const { events } = engine;
    guest.act();
    // A step of the engine is as many entries into the chip as it has events.
    const entries = 1 + engine.events - events;
    worst.operations = Math.max(worst.operations, bus.operations / entries);
    worst.bytes = Math.max(worst.bytes, bus.bytes / entries);
    if (chip.dma.halted) worst.busErrors++;
    if ((chip.csr[5] & spec.RECEIVE_INTERRUPT) !== 0) worst.received++;
  }
  expect(bus.disclosed).toBe(0);
  expect(worst.operations).toBeLessThanOrEqual(MOST_OPERATIONS);
  expect(worst.bytes).toBeLessThanOrEqual(MOST_BYTES);
  expect(seen.longest).toBeLessThanOrEqual(4096);
  expect(Buffer.compare(outside(), before)).toBe(0);
  // The guest did reach what it was after: frames, bus errors, interrupts.
  expect(seen.frames).toBeGreaterThan(10_000);
  expect(seen.pins).toBeGreaterThan(1000);
  for (const count of [worst.busErrors, worst.received]) expect(count).toBeGreaterThan(1000);
  expect(engine.events).toBeGreaterThan(1000);
}, 60_000);

describe('rings without an end', () => {
  /** A descriptor at 0x1000 that is the chip's again whenever it is read, and chained to itself. */
  function endless(control: number) {
    const memory = new GuestMemory(new HostMemory(2 * LARGE_PAGE_SIZE), LARGE_PAGE_SIZE);
    const bus: BusMaster = {
      readInto: (gpa, target, offset, length) => {
        const count = memory.readInto(gpa, target, offset, length);
        if (gpa === 0x1000) target[offset + 3] = 0x80;
        return count;
      },
      writeFrom: (gpa, source, offset, length) => memory.writeFrom(gpa, source, offset, length),
    };
    const rig = newChip({ memory: bus });
    memory.write32(0x1004, control | spec.CHAINED);
    memory.write32(0x1008, 0x2000);
    memory.write32(0x100c, 0x1000);
    rig.write(4, 0x1000);
    return rig;
  }

  test('of frames: a share is sent at once, the next when the first has left the wire', () => {
    const { engine, chip, write, csr } = endless(0x60000000 | 1514);
    let frames = 0;
    (chip as unknown as { sent: () => void }).sent = () => {
      frames++;
    };
    write(6, spec.START_TRANSMIT | spec.PORT_SELECT);
    const share = Math.ceil(RUN_BYTES / (1514 + 16 + 4));
    expect(frames).toBe(share);
    expect((csr(5) >>> 20) & 7).toBe(3);
    write(1, 0);
    expect(frames).toBe(share);
    engine.run(engine.now + RUN_BYTES * 80_000);
    expect(frames).toBe(2 * share);
  });

  test('the machine comes to rest although the ring does not, and software can stop it', () => {
    const { engine, write, csr } = endless(0);
    write(6, spec.START_TRANSMIT);
    engine.run(Infinity, 1000);
    const { events } = engine;
    expect(events).toBeLessThan(100);
    write(6, 0);
    engine.run(engine.now + 1e13);
    expect(engine.events).toBe(events);
    expect((csr(5) >>> 20) & 7).toBe(0);
  });

  test('of empty receive buffers: a frame ends after 64 of them', () => {
    const { chip, write, memory, describe: setUp } = newChip();
    for (let i = 0; i < 128; i++) setUp(0x1000 + 16 * i, true, i === 127 ? spec.END_OF_RING : 0);
    write(3, 0x1000);
    write(6, spec.START_RECEIVE | spec.PROMISCUOUS);
    expect(chip.receive(new Uint8Array(100), 100)).toBe(false);
    expect(memory.read32(0x1000 + 16 * 63) & spec.RDES0_TRUNCATED).not.toBe(0);
    expect(memory.read32(0x1000 + 16 * 64)).toBe(spec.OWN);
  });
});
