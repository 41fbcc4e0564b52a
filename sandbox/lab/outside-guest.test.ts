import { describe, expect, test } from 'vitest';
import type { BusMaster } from '../machine/devices/dec21140/device.ts';
import { MICROSECOND } from '../machine/engine/engine.ts';
import { macBytes, makeMac } from '../machine/net/frame.ts';
import * as book from '../machine/partition/ledger.ts';
import { TULIP_PORT_BASE } from './firmware.ts';
import { OutsideGuest } from './outside-guest.ts';
import { UsageError } from './usage.ts';

const MAC = makeMac(1, 7);
const RX_RING = 0x1000;
const TX_RING = 0x2000;
const BUFFERS = 0x4000;
const OWN = 0x80000000;
const CSR = (n: number) => TULIP_PORT_BASE + 8 * n;

/** Memory that is no part of the machine: 64 KiB of a plain array. */
class OutsideMemory implements BusMaster {
  readonly bytes = new Uint8Array(0x10000);
  readonly view = new DataView(this.bytes.buffer);

  readInto(address: number, target: Uint8Array, offset: number, length: number): number {
    target.fill(0xff, offset, offset + length);
    const answering = this.bytes.subarray(address, address + length);
    target.set(answering, offset);
    return answering.length;
  }

  writeFrom(address: number, source: Uint8Array, offset: number, length: number): number {
    const count = Math.max(0, Math.min(length, this.bytes.length - address));
    this.bytes.set(source.subarray(offset, offset + count), address);
    return count;
  }

  descriptor(at: number, status: number, control: number, buffer: number): void {
    for (const [i, word] of [status, control, buffer, 0].entries())
      this.view.setUint32(at + 4 * i, word, true);
  }
}

function setUp() {
  const memory = new OutsideMemory();
  const pins: boolean[] = [];
  const frames: Uint8Array[] = [];
  const guest = new OutsideGuest({
    memory,
    macAddress: MAC,
    pinChanged: (level) => pins.push(level),
    frameOnWire: (frame) => frames.push(frame),
    traceSteps: 64,
  });
  return { memory, guest, pins, frames };
}

/** Promiscuous, both processes running, every interrupt of a frame enabled. */
function start({ memory, guest }: ReturnType<typeof setUp>): void {
  memory.descriptor(RX_RING, OWN, 0x02000600, BUFFERS);
  guest.write(CSR(3), 4, RX_RING);
  guest.write(CSR(4), 4, TX_RING);
  guest.write(CSR(7), 4, 0x00010041);
  guest.write(CSR(6), 4, 0x00002042);
}

function sendFrame({ memory, guest }: ReturnType<typeof setUp>, length: number): void {
  memory.bytes.fill(0x5a, BUFFERS, BUFFERS + length);
  memory.bytes.fill(0xff, BUFFERS, BUFFERS + 6);
  memory.bytes.set(macBytes(MAC), BUFFERS + 6);
  memory.descriptor(TX_RING, OWN, (0xe2000000 | length) >>> 0, BUFFERS);
  guest.write(CSR(1), 4, 0);
}

describe('a guest outside the machine', () => {
  test('finds the adapter in configuration space, where the firmware left it', () => {
    const { guest } = setUp();
    const read = (offset: number) => {
      guest.write(0xcf8, 4, 0x80005000 | offset);
      return guest.read(0xcfc, 4);
    };
    expect(read(0)).toBe(0x00091011);
    expect(read(0x10)).toBe(TULIP_PORT_BASE | 1);
    expect(guest.read(0x1234, 2)).toBe(0xffff);
  });

  test('pays for an access with an exit, a message, an interrupt of the root and a hypercall', () => {
    const { guest } = setUp();
    expect(guest.read(CSR(5), 4)).toBe(0xfc000000);
    const { exits } = guest.ledger;
    expect(guest.ledger.ioExits).toBe(1);
    for (const cause of [
      book.EXIT_PORT_IO,
      book.EXIT_ROOT_INTERRUPT,
      book.EXIT_ROOT_EOI,
      book.EXIT_ROOT_HYPERCALL,
      book.EXIT_ROOT_HALT,
    ])
      expect(exits[cause]).toBe(1);
    expect(guest.ledger.totalExits).toBe(5);
  });

  test('learns the price of each access, which is the same for the same access', () => {
    const { guest } = setUp();
    guest.read(CSR(5), 4);
    const first = { ...guest.lastAccess, cycles: [...guest.lastAccess.cycles] };
    guest.advance(100 * MICROSECOND);
    guest.read(CSR(5), 4);
    expect([...guest.lastAccess.cycles]).toEqual(first.cycles);
    expect(guest.lastAccess.picoseconds).toBe(first.picoseconds);
    const all = book.ACTORS.map((_, who) => guest.ledger.cyclesOf(who));
    expect(all).toEqual(first.cycles.map((cycles) => 2 * cycles));
    expect(first.cycles[book.GUEST_KERNEL]).toBe(0);
  });

  test('its clock moves by what an access takes, and by what it says it spends itself', () => {
    const { guest } = setUp();
    const start = guest.now;
    guest.read(CSR(5), 4);
    expect(guest.now - start).toBe(guest.lastAccess.picoseconds);
    const { now } = guest;
    guest.advance(123_456);
    expect(guest.now).toBe(now + 123_456);
  });

  test('the message carries the registers it puts in', () => {
    const { guest } = setUp();
    const words: string[] = [];
    guest.processor.registers.set(0x00020010, 0xc0123456);
    guest.read(CSR(5), 4);
    guest.host.engine.trace.forEach((_who, _what, _start, _end, detail, bytes) => {
      if (detail?.startsWith('message') === true) words.push(bytes?.slice(80, 96) ?? '');
    });
    expect(words).toEqual(['563412c000000000']);
    expect(guest.processor.registers.low(0x00020010)).toBe(0xc0123457);
  });

  test('refuses a size that no instruction has', () => {
    const { guest } = setUp();
    expect(() => guest.read(CSR(5), 3)).toThrow(UsageError);
  });
});

describe('frames of a guest outside', () => {
  test('come out of its memory and reach the wire whole', () => {
    const rig = setUp();
    start(rig);
    sendFrame(rig, 200);
    rig.guest.advance(100 * MICROSECOND);
    expect(rig.frames).toHaveLength(1);
    expect(rig.frames[0]).toEqual(rig.memory.bytes.slice(BUFFERS, BUFFERS + 200));
  });

  test('from the wire land in its memory as time goes on, and raise the pin once', () => {
    const rig = setUp();
    start(rig);
    const frame = new Uint8Array(100).fill(0x33);
    frame.set(macBytes(MAC), 0);
    frame.set(macBytes(makeMac(2, 0)), 6);
    expect(rig.guest.sendFromWire(frame)).toBe(true);
    expect(rig.pins).toEqual([]);
    rig.guest.advance(100 * MICROSECOND);
    expect(rig.pins).toEqual([true]);
    expect(rig.memory.bytes.slice(BUFFERS, BUFFERS + 100)).toEqual(frame);
    expect(rig.guest.ledger.interrupts).toBe(1);
    expect(rig.guest.ledger.exits[book.EXIT_EOI]).toBe(1);
    for (let i = 0; i < 3; i++) rig.guest.read(CSR(5), 4);
    expect(rig.guest.ledger.interrupts).toBe(1);
    rig.guest.write(CSR(5), 4, 0x1ffff);
    expect(rig.pins).toEqual([true, false]);
  });

  test('that are too long are lost, not thrown', () => {
    expect(setUp().guest.sendFromWire(new Uint8Array(1515))).toBe(false);
  });

  test('a peer can answer from inside its handler', () => {
    const rig = setUp();
    let guest: OutsideGuest | undefined;
    guest = new OutsideGuest({
      memory: rig.memory,
      macAddress: MAC,
      frameOnWire: (frame) => {
        const answer = frame.slice();
        answer.set(frame.subarray(6, 12), 0);
        answer.set(macBytes(makeMac(2, 0)), 6);
        guest?.sendFromWire(answer);
      },
    });
    start({ ...rig, guest });
    sendFrame({ ...rig, guest }, 64);
    rig.memory.bytes.fill(0, BUFFERS, BUFFERS + 64);
    guest.advance(200 * MICROSECOND);
    expect(rig.memory.bytes.slice(BUFFERS, BUFFERS + 6)).toEqual(macBytes(MAC));
  });
});
