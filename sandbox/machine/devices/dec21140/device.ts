import type { ConfigurationSpace } from '../../bus/pci/configuration-space.ts';
import type { Engine } from '../../engine/engine.ts';
import {
  CONFIG_DRIVER_AREA,
  type Identity,
  loadSubsystem,
  makeConfiguration,
  SLEEP,
} from './configuration.ts';
import { type BusMaster, Dma } from './dma.ts';
import { AddressFilter } from './filter.ts';
import { GeneralPurposePort } from './general-purpose-port.ts';
import { GeneralTimer } from './general-timer.ts';
import { operationAfter, timerUnit } from './mode.ts';
import { Phy } from './phy.ts';
import { ReceiveProcess } from './receive.ts';
import { RomAndMii } from './rom-and-mii.ts';
import * as spec from './spec.ts';
import { Status } from './status.ts';
import { TransmitProcess } from './transmit.ts';

export type { BusMaster } from './dma.ts';

/** What the chip does to the outside. */
export interface Dec21140Host {
  /** A frame leaves, without FCS: its bytes stand in `buffer` for the duration of the call. */
  transmit(buffer: Uint8Array, length: number): void;
  /** The level of the interrupt pin has changed, within an access or because a timer expired. */
  interruptPin(level: boolean): void;
}

/** What the chip is soldered to. */
export interface Dec21140Options {
  engine: Engine;
  memory: BusMaster;
  host: Dec21140Host;
  /** 64 words of the 93C46. */
  serialRom: Uint16Array;
  /** Transceivers on MII management by address; one at address 1 unless said otherwise. */
  phys?: ReadonlyMap<number, Phy>;
  /** Board levels of general-purpose pins that are inputs; they are pulled up. */
  pins?: number;
  identity?: Partial<Identity>;
}

/** What the parts of the chip see of it. */
export interface Chip {
  /** CSR n. */
  readonly csr: Uint32Array;
  readonly status: Status;
  readonly dma: Dma;
  readonly filter: AddressFilter;
  readonly descriptorSkip: number;
  readonly bigEndianDescriptors: boolean;
  readonly bigEndianBuffers: boolean;
  loadFilter(setup: Uint8Array, control: number): void;
  sent(frame: Uint8Array, length: number): void;
}

/**
 * A DEC 21140A: configuration space, registers, bus-master descriptor processing, and an interrupt pin.
 * Software calls `read` and `write`; the wire calls `receive`. See README.md for what is not modelled.
 */
export class Dec21140 implements Chip {
  readonly engine: Engine;
  readonly configuration: ConfigurationSpace;
  readonly csr = new Uint32Array(16);
  readonly status: Status;
  readonly dma: Dma;
  readonly filter = new AddressFilter();
  readonly port: GeneralPurposePort;
  readonly romAndMii: RomAndMii;
  #host: Dec21140Host;
  #identity: Partial<Identity>;
  #transmit: TransmitProcess;
  #receive: ReceiveProcess;
  #timer: GeneralTimer;
  #asleep = false;

  constructor(options: Dec21140Options) {
    const { engine, memory, host, serialRom, identity = {} } = options;
    this.engine = engine;
    this.#host = host;
    this.#identity = identity;
    this.configuration = makeConfiguration(serialRom, identity);
    this.configuration.written = () => this.#configured();
    this.status = new Status(this.csr, (level) => host.interruptPin(level));
    this.dma = new Dma(memory, this.configuration, () => this.#busError());
    this.port = new GeneralPurposePort(options.pins ?? 0xff);
    this.romAndMii = new RomAndMii(serialRom, options.phys ?? new Map([[1, new Phy()]]));
    this.#transmit = new TransmitProcess(this, engine);
    this.#receive = new ReceiveProcess(this);
    this.#timer = new GeneralTimer(engine, () => this.status.raise(spec.TIMER_EXPIRED));
    this.#reset();
  }

  /** The level of the interrupt pin. */
  get pin(): boolean {
    return this.status.pin;
  }

  /** Reads a register. Offsets between registers and beyond the window give ones, as do other sizes. */
  read(offset: number, size: number): number {
    if (!this.#answers(offset, size)) return 0xffffffff;
    const n = offset >> 3;
    const value = this.csr[n];
    switch (offset) {
      case spec.CSR8_MISSED_FRAMES:
        this.csr[n] = spec.RESET_VALUES[n];
        return value;
      case spec.CSR9_SERIAL_ROM:
        return this.romAndMii.read(value);
      case spec.CSR11_TIMER:
        return this.#timer.read();
      case spec.CSR12_GENERAL_PURPOSE:
        return this.port.read();
      default:
        return value;
    }
  }

  /** Writes a register; what lies between registers, and other sizes, are ignored. */
  write(offset: number, size: number, value: number): void {
    if (!this.#answers(offset, size)) return;
    const { csr, status } = this;
    switch (offset) {
      case spec.CSR0_BUS_MODE:
        if ((value & spec.SOFTWARE_RESET) !== 0) this.#reset();
        else if (!this.#running) csr[0] = spec.CSR0_ONES | (value & spec.CSR0_WRITABLE);
        break;
      case spec.CSR1_TRANSMIT_POLL:
        this.#transmit.poll();
        break;
      case spec.CSR2_RECEIVE_POLL:
        this.#receive.poll();
        break;
      case spec.CSR3_RECEIVE_LIST:
        if (status.receiveState !== spec.STATE_STOPPED) break;
        csr[3] = value & ~3;
        this.#receive.pointer = csr[3];
        break;
      case spec.CSR4_TRANSMIT_LIST:
        if (status.transmitState !== spec.STATE_STOPPED) break;
        csr[4] = value & ~3;
        this.#transmit.pointer = csr[4];
        break;
      case spec.CSR5_STATUS:
        status.acknowledge(value);
        break;
      case spec.CSR6_OPERATION:
        this.#operate(value);
        break;
      case spec.CSR7_INTERRUPT_ENABLE:
        csr[7] = spec.RESET_VALUES[7] | (value & spec.STATUS_CLEARABLE);
        status.evaluate();
        break;
      case spec.CSR9_SERIAL_ROM:
        csr[9] = this.romAndMii.write(value);
        break;
      case spec.CSR10_BOOT_ROM:
        csr[10] = spec.RESET_VALUES[10] | (value & spec.BOOT_ROM_ADDRESS);
        break;
      case spec.CSR11_TIMER:
        this.#timer.write(value, timerUnit(csr[6]));
        break;
      case spec.CSR12_GENERAL_PURPOSE:
        this.port.write(value);
        break;
      case spec.CSR15_WATCHDOG:
        csr[15] = spec.RESET_VALUES[15] | (value & spec.CSR15_WRITABLE);
        break;
      default:
    }
  }

  /** A frame from the wire, without FCS. @returns whether all of it was put into guest memory */
  receive(frame: Uint8Array, length: number): boolean {
    if (this.#asleep || this.#loopback !== 0) return false;
    return this.#receive.frame(frame, Math.min(length, frame.length), 0);
  }

  /** The reset pin: registers, configuration space, and the ids from the serial ROM. */
  hardwareReset(): void {
    this.#reset();
    this.csr[6] = spec.RESET_VALUES[6];
    loadSubsystem(this.configuration, this.romAndMii.rom.words, this.#identity);
    this.configuration.reset();
  }

  /** Bytes to skip between descriptors that are not chained. */
  get descriptorSkip(): number {
    return this.csr[0] & spec.DESCRIPTOR_SKIP;
  }

  get bigEndianDescriptors(): boolean {
    return (this.csr[0] & spec.BIG_ENDIAN_DESCRIPTORS) !== 0;
  }

  get bigEndianBuffers(): boolean {
    return (this.csr[0] & spec.BIG_ENDIAN_BUFFERS) !== 0;
  }

  /** A setup frame arrived from the transmit process: it sets the filtering mode too. */
  loadFilter(setup: Uint8Array, control: number): void {
    const mode = this.filter.load(setup, control);
    this.csr[6] = (this.csr[6] & ~spec.FILTERING_MODE) | mode;
  }

  /** The transmit process has a frame: to the wire, or back to the receiver in a loopback mode. */
  sent(frame: Uint8Array, length: number): void {
    if (this.#loopback === 0) this.#host.transmit(frame, length);
    else this.#receive.frame(frame, length, this.#loopback);
  }

  get #loopback(): number {
    return (this.csr[6] >>> spec.LOOPBACK_SHIFT) & 3;
  }

  get #running(): boolean {
    const { transmitState, receiveState } = this.status;
    return transmitState !== spec.STATE_STOPPED || receiveState !== spec.STATE_STOPPED;
  }

  #answers(offset: number, size: number): boolean {
    const isRegister = size === 4 && (offset & 7) === 0 && offset >= 0 && offset < spec.WINDOW;
    return isRegister && !this.#asleep;
  }

  #operate(value: number): void {
    const { csr, status } = this;
    const before = csr[6];
    const transmits = status.transmitState !== spec.STATE_STOPPED;
    const receives = status.receiveState !== spec.STATE_STOPPED;
    csr[6] = operationAfter(before, value, transmits, receives);
    if (this.dma.halted) return;
    // The receiver first: what is sent in a loopback mode, or answered at once, must find it.
    if ((value & spec.START_RECEIVE) === 0) this.#receive.stop();
    else if ((before & spec.START_RECEIVE) === 0) this.#receive.start();
    if ((value & spec.START_TRANSMIT) === 0) this.#transmit.stop();
    else if ((before & spec.START_TRANSMIT) === 0) this.#transmit.start();
    else this.#transmit.poll();
  }

  /** Nothing answered the chip's DMA: both processes stop by themselves, until a reset. */
  #busError(): void {
    const { status, csr } = this;
    let sources = spec.FATAL_BUS_ERROR;
    if (status.transmitState !== spec.STATE_STOPPED) sources |= spec.TRANSMIT_STOPPED;
    if (status.receiveState !== spec.STATE_STOPPED) sources |= spec.RECEIVE_STOPPED;
    this.#transmit.halt();
    status.receiveState = spec.STATE_STOPPED;
    csr[5] = (csr[5] & ~spec.BUS_ERROR_BITS) | spec.MASTER_ABORT;
    status.raise(sources);
  }

  /** Software wrote to configuration space: it may have let the chip onto the bus, or to sleep. */
  #configured(): void {
    const { configuration, status } = this;
    this.#asleep = (configuration.read(CONFIG_DRIVER_AREA, 4) & SLEEP) >>> 0 !== 0;
    if (!this.dma.ready) return;
    if (status.transmitState === spec.STATE_FETCHING) this.#transmit.run();
    if (status.receiveState === spec.STATE_FETCHING) this.#receive.acquire();
  }

  /** A software reset: everything but configuration space, the board, and CSR6's PS (section 9). */
  #reset(): void {
    const port = this.csr[6] & spec.PORT_SELECT;
    this.#transmit.halt();
    this.csr.set(spec.RESET_VALUES);
    this.csr[6] |= port;
    this.#transmit.pointer = 0;
    this.#receive.pointer = 0;
    this.dma.halted = false;
    this.filter.reset();
    this.port.reset();
    this.#timer.reset();
    this.romAndMii.write(0);
    this.status.reset();
  }
}
