import { GuestMemory } from '../machine/memory/guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../machine/memory/host-memory.ts';
import { makeMac } from '../machine/net/frame.ts';
import { ACTORS, GUEST_KERNEL, GUEST_USER, INTERCEPT } from '../machine/partition/ledger.ts';
import { CHIP_SOURCE, registerFields, registerSection, registerTitle } from './csr-fields.ts';
import { transmitRing } from './descriptor-fields.ts';
import { TULIP_PORT_BASE } from './firmware.ts';
import { messageReport } from './message-fields.ts';
import { OutsideGuest } from './outside-guest.ts';
import type { HexdumpReport, RegistersReport, RingReport, TableReport } from './report.ts';
import { UsageError } from './usage.ts';

/** Steps of the trace that hold the latest access. */
const TRACE_STEPS = 64;
const REGISTERS = 16;

/** What `byHand` takes. */
export interface ByHandOptions {
  /** Cost profile; 'nehalem-2008r2' when left out. */
  profile?: string;
}

/** One access as it was made. */
interface Made {
  write: boolean;
  register: number;
  value: number;
  picoseconds: number;
  hostCycles: number;
  exits: number;
}

/**
 * A child partition whose code is the caller: no driver, no stack. Its only adapter is an emulated
 * DEC 21140 behind the real intercept path. Memory starts empty; `in` and `out` are single instructions.
 */
export class HandOperatedGuest {
  /** The guest's memory, 2 MiB from address 0: what the chip's descriptors point into. */
  readonly memory: GuestMemory;
  /** Frames that reached the wire, in order, without FCS. */
  readonly sent: Uint8Array[] = [];
  readonly machine: OutsideGuest;
  #made: Made[] = [];

  constructor({ profile = 'nehalem-2008r2' }: ByHandOptions = {}) {
    this.memory = new GuestMemory(new HostMemory(2 * LARGE_PAGE_SIZE), LARGE_PAGE_SIZE);
    this.machine = new OutsideGuest({
      memory: this.memory,
      macAddress: makeMac(1, 0),
      profile,
      traceSteps: TRACE_STEPS,
      frameOnWire: (frame) => this.sent.push(frame),
    });
  }

  /** `IN EAX, DX`: reads the CSR at byte offset `register`. */
  in(register: number): number {
    const { machine } = this;
    const exits = machine.ledger.totalExits;
    const value = machine.read(TULIP_PORT_BASE + register, 4);
    this.#note(false, register, value, exits);
    return value;
  }

  /** `OUT DX, EAX`: writes `value` to the CSR at byte offset `register`. */
  out(register: number, value: number): void {
    const { machine } = this;
    const exits = machine.ledger.totalExits;
    machine.write(TULIP_PORT_BASE + register, 4, value);
    this.#note(true, register, value >>> 0, exits);
  }

  /** Puts bytes into the guest's memory at `address`: a store of its own, no exit. */
  store(address: number, bytes: Uint8Array): void {
    if (this.memory.writeFrom(address, bytes, 0, bytes.length) !== bytes.length)
      throw new UsageError(`store: ${address} to ${address + bytes.length} is not guest memory`);
  }

  /** Lets time pass, in microseconds: frames under way arrive. */
  wait(microseconds: number): void {
    this.machine.advance(microseconds * 1e6);
  }

  /** All accesses so far, one a row. */
  accesses(title = 'What the guest executed'): TableReport {
    return {
      kind: 'table',
      title,
      columns: [
        { name: 'Instruction' },
        { name: 'Register' },
        { name: 'Value' },
        { name: 'Exits' },
        { name: 'Took', unit: 'µs' },
        { name: 'Host cycles' },
      ],
      rows: this.#made.map(({ write, register, value, picoseconds, hostCycles, exits }) => [
        write ? 'OUT' : 'IN',
        `CSR${register >>> 3} ${registerTitle(register >>> 3)}`,
        value.toString(16).padStart(8, '0'),
        exits,
        picoseconds / 1e6,
        Math.round(hostCycles),
      ]),
    };
  }

  /** The intercept message that the latest access became: header and payload, without the slot's rest. */
  message(title = 'The intercept message'): HexdumpReport {
    let digits = '';
    this.machine.host.engine.trace.forEach((_who, what, _start, _end, _detail, bytes) => {
      if (what === INTERCEPT && bytes !== undefined) digits = bytes;
    });
    if (digits === '') throw new UsageError('message: no access was made yet');
    const bytes = Uint8Array.from(digits.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
    return messageReport(title, bytes);
  }

  /** Reads all sixteen registers, as a driver would: sixteen accesses. */
  registers(title = 'The registers of the 21140'): RegistersReport {
    const registers = Array.from({ length: REGISTERS }, (_, index) => {
      const value = this.in(8 * index);
      return {
        name: `CSR${index} ${registerTitle(index)}`,
        offset: 8 * index,
        value,
        section: registerSection(index),
        fields: registerFields(index, value),
      };
    });
    return { kind: 'registers', title, registers, source: CHIP_SOURCE };
  }

  /** The transmit descriptors in the guest's memory from `address` on, up to the end of their ring. */
  descriptors(address: number, title = 'The transmit descriptors'): RingReport {
    return transmitRing(this.memory, address, title);
  }

  #note(write: boolean, register: number, value: number, exitsBefore: number): void {
    const { cycles, picoseconds } = this.machine.lastAccess;
    let hostCycles = 0;
    for (const [who] of ACTORS.entries())
      if (who !== GUEST_USER && who !== GUEST_KERNEL) hostCycles += cycles[who];
    const exits = this.machine.ledger.totalExits - exitsBefore;
    this.#made.push({ write, register, value, picoseconds, hostCycles, exits });
  }
}

/**
 * A guest to be operated by hand.
 * @throws UsageError for a profile that does not exist
 */
export function byHand(options: ByHandOptions = {}): HandOperatedGuest {
  return new HandOperatedGuest(options);
}
