/** A guest's driver, through the bus only: ports, interrupt pin, memory, wire. */
import { describe, expect, test } from 'vitest';
import {
  CONFIG_ADDRESS,
  CONFIG_DATA,
  ConfigurationPorts,
  configurationAddress,
} from '../../bus/pci/configuration-ports.ts';
import { IoWindow } from '../../bus/pci/io-window.ts';
import { PortSpace } from '../../bus/port-space.ts';
import { Engine } from '../../engine/engine.ts';
import { GuestMemory } from '../../memory/guest-memory.ts';
import { HostMemory } from '../../memory/host-memory.ts';
import { Dec21140 } from './device.ts';
import { makeSerialRom } from './serial-rom-image.ts';
import * as spec from './spec.ts';

const MAC = Uint8Array.of(0x00, 0x15, 0x5d, 1, 2, 3);
const PEER = Uint8Array.of(0x00, 0x15, 0x5d, 9, 9, 9);
const BASE = 0xc000;
const RX_RING = 0x1000;
const TX_RING = 0x1800;
const SETUP = 0x2000;
const TX_BUFFERS = 0x10000;
const RX_BUFFERS = 0x40000;
const RX_ENTRIES = 8;
const TX_ENTRIES = 4;
const MODE = 0x020e0000;

/** A machine with the chip at device 10, and the code of a small driver for it. */
class Machine {
  readonly memory = new GuestMemory(new HostMemory(4 << 20), 2 << 20);
  readonly engine = new Engine();
  readonly wire: Uint8Array[] = [];
  readonly ports = new PortSpace();
  readonly chip: Dec21140;
  pin = false;
  received: Uint8Array[] = [];
  rxNext = 0;
  txNext = 0;

  constructor() {
    this.chip = new Dec21140({
      engine: this.engine,
      memory: this.memory,
      serialRom: makeSerialRom({ macAddress: MAC }),
      host: {
        transmit: (buffer, length) => this.wire.push(buffer.slice(0, length)),
        interruptPin: (level) => {
          this.pin = level;
        },
      },
    });
    const pci = new ConfigurationPorts();
    pci.add(10, 0, this.chip.configuration);
    this.ports.add(pci);
    this.ports.add(new IoWindow(this.chip.configuration, 0, spec.WINDOW, this.chip));
  }

  in = (register: number) => this.ports.read(BASE + register, 4);
  out = (register: number, value: number) => this.ports.write(BASE + register, 4, value);

  config(offset: number, value?: number, size = 4): number {
    this.ports.write(CONFIG_ADDRESS, 4, configurationAddress(10, 0, offset));
    if (value !== undefined) this.ports.write(CONFIG_DATA + (offset & 3), size, value);
    return this.ports.read(CONFIG_DATA + (offset & 3), size);
  }

  /** Finds the chip, gives it ports, lets it onto the bus. */
  enumerate(): void {
    expect(this.config(0)).toBe(0x00091011);
    this.config(0x10, 0xffffffff);
    expect(~(this.config(0x10) & ~3) + 1).toBe(128);
    this.config(0x10, BASE);
    this.config(0x04, 5, 2);
  }

  word(address: number): number {
    const line = (bits: number) => this.out(spec.CSR9_SERIAL_ROM, 0x4800 | bits);
    const bits = `110${address.toString(2).padStart(6, '0')}`;
    let value = 0;
    line(1);
    for (const bit of bits.padEnd(25, '0')) {
      line(1 | (Number(bit) * 4));
      line(3 | (Number(bit) * 4));
      value = ((value << 1) | ((this.in(spec.CSR9_SERIAL_ROM) >>> 3) & 1)) & 0xffff;
    }
    line(0);
    return value;
  }

  mii(phy: number, register: number): number {
    const bits = `${'1'.repeat(34)}0110`.slice(2);
    const address = phy.toString(2).padStart(5, '0') + register.toString(2).padStart(5, '0');
    for (const bit of bits + address)
      for (const clock of [0, 1])
        this.out(spec.CSR9_SERIAL_ROM, (Number(bit) << 17) | (clock << 16));
    let value = 0;
    for (let i = 0; i < 19; i++) {
      this.out(spec.CSR9_SERIAL_ROM, 1 << 18);
      value = (value << 1) | ((this.in(spec.CSR9_SERIAL_ROM) >>> 19) & 1);
      this.out(spec.CSR9_SERIAL_ROM, (1 << 18) | (1 << 16));
    }
    return (value >>> 1) & 0xffff;
  }

  describe(at: number, control: number, buffer: number): void {
    for (const [i, word] of [control, buffer, 0].entries())
      this.memory.write32(at + 4 + 4 * i, word);
    this.memory.write32(at, spec.OWN);
  }

  bringUp(): void {
    this.out(spec.CSR6_OPERATION, 0x00040000);
    this.out(spec.CSR0_BUS_MODE, 1);
    this.out(spec.CSR0_BUS_MODE, 0x01a08000);
    for (let i = 0; i < RX_ENTRIES; i++) this.refill(i);
    this.out(spec.CSR3_RECEIVE_LIST, RX_RING);
    this.out(spec.CSR4_TRANSMIT_LIST, TX_RING);
    for (let i = 0; i < 48; i++)
      this.memory.write32(SETUP + 4 * i, MAC[2 * (i % 3)] | (MAC[2 * (i % 3) + 1] << 8));
    this.post(192 | spec.TDES1_SETUP, SETUP);
    this.out(spec.CSR6_OPERATION, MODE | spec.START_TRANSMIT);
    this.out(spec.CSR5_STATUS, 0x1ebef);
    this.out(spec.CSR7_INTERRUPT_ENABLE, 0x1ebef);
    this.out(spec.CSR6_OPERATION, MODE | spec.START_TRANSMIT | spec.START_RECEIVE);
  }

  refill(i: number): void {
    const end = i === RX_ENTRIES - 1 ? spec.END_OF_RING : 0;
    this.describe(RX_RING + 16 * i, 0x600 | end, RX_BUFFERS + 0x800 * i);
  }

  post(control: number, buffer: number): void {
    const end = this.txNext === TX_ENTRIES - 1 ? spec.END_OF_RING : 0;
    this.describe(TX_RING + 16 * this.txNext, control | end, buffer);
    this.txNext = (this.txNext + 1) % TX_ENTRIES;
  }

  send(bytes: Uint8Array, bits = 0): void {
    const buffer = TX_BUFFERS + 0x800 * this.txNext;
    this.memory.writeFrom(buffer, bytes, 0, bytes.length);
    this.post(bytes.length | spec.TDES1_FIRST | spec.TDES1_LAST | bits, buffer);
    this.out(spec.CSR1_TRANSMIT_POLL, 0);
  }

  /** The interrupt handler: acknowledges, takes frames, refills. @returns what CSR5 said */
  serve(): number {
    const status = this.in(spec.CSR5_STATUS);
    this.out(spec.CSR5_STATUS, status);
    for (;;) {
      const at = RX_RING + 16 * this.rxNext;
      const word = this.memory.read32(at);
      if ((word & spec.OWN) !== 0 || word === 0) break;
      const bytes = new Uint8Array(((word >>> 16) & 0x3fff) - 4);
      this.memory.readInto(RX_BUFFERS + 0x800 * this.rxNext, bytes, 0, bytes.length);
      this.received.push(bytes);
      this.refill(this.rxNext);
      this.rxNext = (this.rxNext + 1) % RX_ENTRIES;
    }
    return status;
  }
}

function frameFor(destination: Uint8Array, length: number, fill: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(fill);
  bytes.set(destination);
  return bytes;
}

function running(): Machine {
  const machine = new Machine();
  machine.enumerate();
  machine.bringUp();
  machine.serve();
  return machine;
}

test('probe: the chip is found, and its serial ROM and transceiver tell what it is', () => {
  const machine = new Machine();
  expect(machine.in(spec.CSR5_STATUS)).toBe(0xffffffff);
  machine.enumerate();
  expect(machine.in(spec.CSR5_STATUS)).toBe(0xfc000000);
  const words = Array.from({ length: 64 }, (_, n) => machine.word(n));
  const bytes = words.flatMap((word) => [word & 0xff, word >>> 8]);
  expect(bytes.slice(20, 26)).toEqual([...MAC]);
  expect([machine.mii(1, 1), machine.mii(2, 1)]).toEqual([0x782d, 0xffff]);
  machine.out(spec.CSR12_GENERAL_PURPOSE, 0x11f);
  machine.out(spec.CSR12_GENERAL_PURPOSE, 0x08);
  expect(machine.in(spec.CSR12_GENERAL_PURPOSE)).toBe(0xfffffee8);
});

test('set-up: the setup frame is taken, not sent, and both processes wait', () => {
  const machine = new Machine();
  machine.enumerate();
  machine.bringUp();
  expect(machine.memory.read32(TX_RING)).toBe(0x7fffffff);
  expect(machine.wire).toEqual([]);
  expect((machine.in(spec.CSR5_STATUS) >>> 17) & 0x3f).toBe((6 << 3) | 3);
});

test('transmit: many times round the ring, each frame whole and in order', () => {
  const machine = running();
  const sent = Array.from({ length: 11 }, (_, i) => frameFor(PEER, 60 + 100 * i, i));
  for (const frame of sent) {
    machine.send(frame, spec.TDES1_INTERRUPT);
    expect(machine.pin).toBe(true);
    expect(machine.serve() & spec.TRANSMIT_INTERRUPT).not.toBe(0);
    expect(machine.pin).toBe(false);
  }
  expect(machine.wire).toEqual(sent);
});

test('receive: what is addressed to it, many times round the ring', () => {
  const machine = running();
  const frames = Array.from({ length: 21 }, (_, i) => frameFor(MAC, 60 + 60 * i, i));
  for (const frame of frames) {
    expect(machine.chip.receive(frame, frame.length)).toBe(true);
    expect(machine.chip.receive(frameFor(PEER, 100, 0xee), 100)).toBe(false);
    expect(machine.pin).toBe(true);
    machine.serve();
    expect(machine.pin).toBe(false);
  }
  expect(machine.received).toEqual(frames);
});

describe('overrun', () => {
  test('frames beyond the ring are missed and counted; after a refill it goes on by itself', () => {
    const machine = running();
    const frames = Array.from({ length: RX_ENTRIES + 3 }, (_, i) => frameFor(MAC, 64, i));
    const taken = frames.map((frame) => machine.chip.receive(frame, 64));
    expect(taken.filter(Boolean)).toHaveLength(RX_ENTRIES);
    expect(machine.serve() & spec.RECEIVE_UNAVAILABLE).not.toBe(0);
    expect(machine.in(spec.CSR8_MISSED_FRAMES) & 0xffff).toBe(3);
    const next = frameFor(MAC, 64, 0x77);
    expect(machine.chip.receive(next, 64)).toBe(true);
    machine.serve();
    expect(machine.received).toEqual([...frames.slice(0, RX_ENTRIES), next]);
  });
});

describe('stop and restart', () => {
  test('a driver that spins on TPS and RPS sees them, without an interrupt; then all goes on', () => {
    const machine = running();
    machine.send(frameFor(PEER, 60, 1));
    machine.serve();
    machine.out(spec.CSR6_OPERATION, MODE);
    const stopped = spec.TRANSMIT_STOPPED | spec.RECEIVE_STOPPED;
    expect(machine.in(spec.CSR5_STATUS) & (stopped | (0x3f << 17))).toBe(stopped);
    expect(machine.pin).toBe(false);
    expect(machine.chip.receive(frameFor(MAC, 60, 2), 60)).toBe(false);
    machine.out(spec.CSR6_OPERATION, MODE | 0x200 | spec.START_TRANSMIT | spec.START_RECEIVE);
    expect(machine.in(spec.CSR5_STATUS) & stopped).toBe(0);
    machine.serve();
    machine.send(frameFor(PEER, 61, 3));
    machine.chip.receive(frameFor(MAC, 62, 4), 62);
    machine.serve();
    expect(machine.wire.map((frame) => frame.length)).toEqual([60, 61]);
    expect(machine.received.map((frame) => frame.length)).toEqual([62]);
  });

  test('after a reset it is as new, and can be brought up again', () => {
    const machine = running();
    machine.send(frameFor(PEER, 60, 1));
    machine.txNext = 0;
    machine.rxNext = 0;
    machine.bringUp();
    machine.serve();
    machine.send(frameFor(PEER, 70, 1));
    expect(machine.wire.map((frame) => frame.length)).toEqual([60, 70]);
    expect(machine.chip.receive(frameFor(MAC, 60, 2), 60)).toBe(true);
  });
});
