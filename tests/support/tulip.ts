/**
 * The guest's 21140 driver against the chip, through the bus and nothing else: every access of guest
 * code is completed at once by whoever decodes its port. No hypervisor, no root, no switch.
 */
import { ConfigurationPorts } from '../../sandbox/machine/bus/pci/configuration-ports.ts';
import {
  COMMAND_IO,
  PCI_BAR,
  PCI_COMMAND,
  PCI_INTERRUPT_LINE,
} from '../../sandbox/machine/bus/pci/configuration-space.ts';
import { IoWindow } from '../../sandbox/machine/bus/pci/io-window.ts';
import { PortSpace } from '../../sandbox/machine/bus/port-space.ts';
import {
  Dec21140,
  type Dec21140Host,
  type Dec21140Options,
} from '../../sandbox/machine/devices/dec21140/device.ts';
import { makeSerialRom } from '../../sandbox/machine/devices/dec21140/serial-rom-image.ts';
import { WINDOW } from '../../sandbox/machine/devices/dec21140/spec.ts';
import { PIN_VECTOR, TulipDriver } from '../../sandbox/machine/guest/tulip/driver.ts';
import { GuestMemory } from '../../sandbox/machine/memory/guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../../sandbox/machine/memory/host-memory.ts';
import { type MacAddress, macBytes, makeMac } from '../../sandbox/machine/net/frame.ts';
import type { VirtualProcessor } from '../../sandbox/machine/partition/virtual-processor.ts';
import { oneProcessor } from '../support/machine.ts';

export const PORT_BASE = 0xec00;
export const MAC = makeMac(1, 7);
const DEVICE_NUMBER = 10;

/** One port access as it was completed. `register` is the number of a CSR, -1 for other ports. */
export interface Access {
  write: boolean;
  port: number;
  size: number;
  register: number;
  value: number;
}

export interface TulipRigOptions extends Partial<Pick<Dec21140Options, 'serialRom' | 'phys'>> {
  driver?: typeof TulipDriver;
  /** Leaves the function out of the bus, or its BAR without an address. */
  absent?: 'function' | 'base';
  macAddress?: MacAddress;
}

/** A guest with one processor, its driver, and the chip. */
export class TulipRig implements Dec21140Host {
  readonly base = oneProcessor('guest');
  readonly engine = this.base.engine;
  readonly processor = this.base.processor;
  readonly memory = new GuestMemory(new HostMemory(2 * LARGE_PAGE_SIZE), LARGE_PAGE_SIZE);
  readonly ports = new PortSpace();
  readonly chip: Dec21140;
  readonly driver: TulipDriver;
  /** Accesses since the last `forget`. */
  accesses: Access[] = [];
  /** Frames that left, and frames that the guest's stack was given. */
  sent: Uint8Array[] = [];
  received: Uint8Array[] = [];
  /** Bits that CSR5 shows beside the chip's own until the guest clears them, by writing ones. */
  status = 0;
  /** Called behind each access, before the guest goes on. */
  afterAccess: (access: Access) => void = () => {};

  constructor(options: TulipRigOptions = {}) {
    const { engine, memory, processor } = this;
    const macAddress = macBytes(options.macAddress ?? MAC);
    const serialRom = options.serialRom ?? makeSerialRom({ macAddress });
    this.chip = new Dec21140({ engine, memory, host: this, serialRom, phys: options.phys });
    const { configuration } = this.chip;
    const bridge = new ConfigurationPorts();
    if (options.absent !== 'function') bridge.add(DEVICE_NUMBER, 0, configuration);
    this.ports.add(bridge);
    this.ports.add(new IoWindow(configuration, 0, WINDOW, this.chip));
    if (options.absent !== 'base') configuration.write(PCI_BAR, 4, PORT_BASE);
    configuration.write(PCI_COMMAND, 2, COMMAND_IO);
    configuration.write(PCI_INTERRUPT_LINE, 1, 11);
    processor.interceptHandler = { intercept: (guest) => this.#complete(guest) };
    const Driver = options.driver ?? TulipDriver;
    this.driver = new Driver(memory, processor);
    this.driver.stack = {
      received: (_processor, gpa, length) => {
        const frame = new Uint8Array(length);
        memory.readInto(gpa, frame, 0, length);
        this.received.push(frame);
      },
      room: () => {},
    };
  }

  /** Opens the driver and lets everything come to rest. */
  open(): this {
    this.driver.open();
    this.rest();
    return this;
  }

  rest(): void {
    this.engine.run(Infinity, 10_000_000);
  }

  /** Lets `seconds` pass, and then everything come to rest. */
  pass(seconds: number): void {
    this.engine.run(this.engine.now + seconds * 1e12);
    this.rest();
  }

  forget(): void {
    this.accesses = [];
    this.sent = [];
    this.received = [];
  }

  /** Has the guest's stack send a frame. @returns whether the driver had a buffer for it */
  send(frame: Uint8Array, more = false): boolean {
    let done = false;
    const task = {
      run: () => {
        const gpa = this.driver.claim();
        if (gpa < 0) return;
        this.memory.writeFrom(gpa, frame, 0, frame.length);
        this.driver.send(0, frame.length, more);
        done = true;
      },
    };
    this.processor.post(task, 0, Math.max(this.engine.now, this.processor.local));
    this.rest();
    return done;
  }

  /** A frame comes from the wire. @returns whether the chip took it */
  arrive(frame: Uint8Array): boolean {
    const taken = this.chip.receive(frame, frame.length);
    this.#passPin(this.processor);
    return taken;
  }

  transmit(buffer: Uint8Array, length: number): void {
    this.sent.push(buffer.slice(0, length));
  }

  interruptPin(): void {}

  /** A register of the chip, beside the guest's accesses. Of those that reading does not change. */
  csr(register: number): number {
    return this.chip.read(8 * register, 4);
  }

  /** CSR5 shows `bits` and the pin rises, as if the chip had come upon them. */
  raise(bits: number): void {
    this.status |= bits;
    this.#passPin(this.processor);
  }

  /** The accesses in words: `R5` is a read of CSR5, `W1` a write of CSR1. */
  get words(): string {
    return this.accesses
      .map(({ write, register }) => `${write ? 'W' : 'R'}${register < 0 ? '?' : register}`)
      .join(' ');
  }

  #complete(guest: VirtualProcessor): void {
    const { port, size, write, value } = guest.access;
    let result = value;
    if (write) this.ports.write(port, size, value);
    else result = this.ports.read(port, size);
    const offset = port - PORT_BASE;
    const register = offset >= 0 && offset < WINDOW ? offset >> 3 : -1;
    if (register === 5 && write) this.status &= ~value;
    else if (register === 5) result |= this.status;
    const access = { write, port, size, register, value: result >>> 0 };
    this.accesses.push(access);
    this.afterAccess(access);
    this.#passPin(guest);
    guest.resume(write ? 0 : result >>> 0, guest.local);
  }

  #passPin(guest: VirtualProcessor): void {
    const at = Math.max(guest.local, this.engine.now);
    const raised = (this.status & this.csr(7) & 0x18000) !== 0;
    if (this.chip.pin || raised) guest.interrupt(PIN_VECTOR, at);
    else guest.retract(PIN_VECTOR);
  }
}

/** A frame of `length` bytes from a peer to `destination`, that ends in its `number`. */
export function frameTo(destination: MacAddress, length = 60, number = 0): Uint8Array {
  const frame = new Uint8Array(length);
  frame.set(macBytes(destination));
  frame.set(macBytes(makeMac(2, 0)), 6);
  frame[length - 1] = number;
  frame[length - 2] = number >>> 8;
  return frame;
}
