import type { ConfigurationSpace } from '../../bus/pci/configuration-space.ts';
import type { Engine } from '../../engine/engine.ts';
import { type Identity, makeConfiguration } from './configuration.ts';
import { AddressFilter } from './filter.ts';
import { GeneralPurposePort } from './general-purpose-port.ts';
import { Phy } from './phy.ts';
import { ReceiveProcess } from './receive.ts';
import { RomAndMii } from './rom-and-mii.ts';
import {
  ABNORMAL_SOURCES,
  ABNORMAL_SUMMARY,
  CSR0_BUS_MODE,
  CSR1_TRANSMIT_POLL,
  CSR2_RECEIVE_POLL,
  CSR3_RECEIVE_LIST,
  CSR4_TRANSMIT_LIST,
  CSR5_STATUS,
  CSR6_OPERATION,
  CSR7_INTERRUPT_ENABLE,
  CSR8_MISSED_FRAMES,
  CSR9_SERIAL_ROM,
  CSR12_GENERAL_PURPOSE,
  NORMAL_SOURCES,
  NORMAL_SUMMARY,
  RECEIVE_STATE_SHIFT,
  RECEIVE_STATE_SUSPENDED,
  RECEIVE_STOPPED,
  RESET_VALUES,
  SOFTWARE_RESET,
  START_RECEIVE,
  START_TRANSMIT,
  STATE_STOPPED,
  STATUS_CLEARABLE,
  TRANSMIT_STATE_SHIFT,
  TRANSMIT_STATE_SUSPENDED,
  TRANSMIT_STOPPED,
  WINDOW,
} from './spec.ts';
import { TransmitProcess } from './transmit.ts';

/** Memory as the chip's bus master sees it: guest-physical addresses. Nothing it does can throw. */
export interface BusMaster {
  /** @returns how many bytes answered; the others become ff */
  readInto(address: number, target: Uint8Array, offset: number, length: number): number;
  /** @returns how many bytes were taken */
  writeFrom(address: number, source: Uint8Array, offset: number, length: number): number;
}

/** What the chip does to the outside. */
export interface Dec21140Host {
  /** A frame leaves: its bytes stand in `buffer` for the duration of the call. */
  transmit(buffer: Uint8Array, length: number): void;
  /** The level of the interrupt pin has changed. */
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

/**
 * A DEC 21140: configuration space, registers, bus-master descriptor processing, and an interrupt pin. Software calls
 * `read` and `write`; the wire calls `receive`. See README.md for what is not modelled.
 */
export class Dec21140 {
  readonly csr = new Uint32Array(WINDOW >> 2);
  readonly filter = new AddressFilter();
  readonly configuration: ConfigurationSpace;
  readonly memory: BusMaster;
  readonly host: Dec21140Host;
  readonly engine: Engine;
  readonly port: GeneralPurposePort;
  readonly romAndMii: RomAndMii;
  #transmit = new TransmitProcess(this);
  #receive = new ReceiveProcess(this);
  #pin = false;

  #word = new Uint8Array(4);

  constructor(options: Dec21140Options) {
    this.engine = options.engine;
    this.memory = options.memory;
    this.host = options.host;
    this.configuration = makeConfiguration(options.serialRom, options.identity);
    this.port = new GeneralPurposePort(options.pins ?? 0xff);
    this.romAndMii = new RomAndMii(options.serialRom, options.phys ?? new Map([[1, new Phy()]]));
    this.#reset();
  }

  read32(address: number): number {
    const word = this.#word;
    this.memory.readInto(address, word, 0, 4);
    return (word[0] | (word[1] << 8) | (word[2] << 16) | (word[3] << 24)) >>> 0;
  }

  write32(address: number, value: number): void {
    for (let i = 0; i < 4; i++) this.#word[i] = value >>> (8 * i);
    this.memory.writeFrom(address, this.#word, 0, 4);
  }

  /** The level of the interrupt pin. */
  get pin(): boolean {
    return this.#pin;
  }

  /** Reads a register. Offsets between registers and beyond the window give ones, as do other sizes. */
  read(offset: number, size: number): number {
    if (size !== 4 || (offset & 7) !== 0 || offset < 0 || offset >= WINDOW) return 0xffffffff;
    if (offset === CSR1_TRANSMIT_POLL || offset === CSR2_RECEIVE_POLL) return 0xffffffff;
    const value = this.csr[offset >> 2];
    if (offset === CSR9_SERIAL_ROM) return this.romAndMii.read(value);
    if (offset === CSR12_GENERAL_PURPOSE) return this.port.read();
    if (offset === CSR8_MISSED_FRAMES) this.csr[offset >> 2] = 0xe0000000;
    return value;
  }

  /** Writes a register; what lies between registers, and other sizes, are ignored. */
  write(offset: number, size: number, value: number): void {
    if (size !== 4 || (offset & 7) !== 0 || offset < 0 || offset >= WINDOW) return;
    const csr = this.csr;
    switch (offset) {
      case CSR0_BUS_MODE:
        if ((value & SOFTWARE_RESET) !== 0) this.#reset();
        else csr[0] = 0xfe000000 | (value & 0x01ffffff);
        break;
      case CSR1_TRANSMIT_POLL:
        if (this.transmitState === TRANSMIT_STATE_SUSPENDED) this.#transmit.run();
        break;
      case CSR2_RECEIVE_POLL:
        if (this.receiveState === RECEIVE_STATE_SUSPENDED) this.#receive.resume();
        break;
      case CSR3_RECEIVE_LIST:
        csr[offset >> 2] = value & ~3;
        this.#receive.pointer = csr[offset >> 2];
        break;
      case CSR4_TRANSMIT_LIST:
        csr[offset >> 2] = value & ~3;
        this.#transmit.pointer = csr[offset >> 2];
        break;
      case CSR5_STATUS:
        csr[offset >> 2] &= ~(value & STATUS_CLEARABLE);
        this.#evaluate();
        break;
      case CSR6_OPERATION:
        this.#operate(value);
        break;
      case CSR7_INTERRUPT_ENABLE:
        csr[offset >> 2] = 0xfffe0000 | (value & STATUS_CLEARABLE);
        this.#evaluate();
        break;
      case CSR8_MISSED_FRAMES:
        break;
      case CSR9_SERIAL_ROM:
        csr[offset >> 2] = this.romAndMii.write(value);
        break;
      case CSR12_GENERAL_PURPOSE:
        this.port.write(value);
        break;
      default:
        csr[offset >> 2] = value;
    }
  }

  /** A frame from the wire, without FCS. @returns whether it was put into guest memory */
  receive(frame: Uint8Array, length: number): boolean {
    return this.#receive.frame(frame, length);
  }

  get transmitState(): number {
    return (this.csr[CSR5_STATUS >> 2] >>> TRANSMIT_STATE_SHIFT) & 7;
  }

  set transmitState(state: number) {
    this.#setState(TRANSMIT_STATE_SHIFT, state);
  }

  get receiveState(): number {
    return (this.csr[CSR5_STATUS >> 2] >>> RECEIVE_STATE_SHIFT) & 7;
  }

  set receiveState(state: number) {
    this.#setState(RECEIVE_STATE_SHIFT, state);
  }

  /** Sets source bits in CSR5 and re-evaluates summaries and pin. */
  raise(sources: number): void {
    this.csr[CSR5_STATUS >> 2] |= sources;
    this.#evaluate();
  }

  /** Bytes to skip between descriptors that are not chained. */
  get descriptorSkip(): number {
    return this.csr[CSR0_BUS_MODE >> 2] & 0x7c;
  }

  #setState(shift: number, state: number): void {
    const status = this.csr[CSR5_STATUS >> 2];
    this.csr[CSR5_STATUS >> 2] = (status & ~(7 << shift)) | (state << shift);
  }

  /** Summaries count unmasked sources only; the pin is the level of unmasked sources and summaries. */
  #evaluate(): void {
    const enabled = this.csr[CSR7_INTERRUPT_ENABLE >> 2];
    let status = this.csr[CSR5_STATUS >> 2] & ~(NORMAL_SUMMARY | ABNORMAL_SUMMARY);
    if ((status & enabled & NORMAL_SOURCES) !== 0) status |= NORMAL_SUMMARY;
    if ((status & enabled & ABNORMAL_SOURCES) !== 0) status |= ABNORMAL_SUMMARY;
    this.csr[CSR5_STATUS >> 2] = status;
    const level = (status & enabled & (NORMAL_SUMMARY | ABNORMAL_SUMMARY)) !== 0;
    if (level === this.#pin) return;
    this.#pin = level;
    this.host.interruptPin(level);
  }

  #operate(value: number): void {
    const before = this.csr[CSR6_OPERATION >> 2];
    this.csr[CSR6_OPERATION >> 2] = value | 0x02000000;
    const changed = before ^ value;
    if ((changed & START_TRANSMIT) !== 0) {
      if ((value & START_TRANSMIT) !== 0) this.#transmit.run();
      else {
        this.transmitState = STATE_STOPPED;
        this.raise(TRANSMIT_STOPPED);
      }
    }
    if ((changed & START_RECEIVE) === 0) return;
    if ((value & START_RECEIVE) !== 0) this.#receive.resume();
    else {
      this.receiveState = STATE_STOPPED;
      this.raise(RECEIVE_STOPPED);
    }
  }

  #reset(): void {
    this.csr.fill(0xffffffff);
    this.csr[CSR3_RECEIVE_LIST >> 2] = 0;
    this.csr[CSR4_TRANSMIT_LIST >> 2] = 0;
    for (const [offset, value] of RESET_VALUES) this.csr[offset >> 2] = value;
    this.filter.reset();
    this.port.reset();
    this.#evaluate();
  }
}
