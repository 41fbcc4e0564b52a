import type { HostMemory } from '../memory/host-memory.ts';
import {
  CS_WORDS,
  DS_WORDS,
  ES_WORDS,
  REGISTER_RAX,
  REGISTER_RCX,
  REGISTER_RDI,
  REGISTER_RFLAGS,
  REGISTER_RIP,
  REGISTER_RSI,
  type VpRegisters,
} from './registers.ts';

/** A message and a slot of the SIM page, in bytes. */
export const MESSAGE_SIZE = 256;
/** Header before the payload. Layout: hv_message_header, hv_x64_io_port_intercept_message (mshv headers). */
export const MESSAGE_HEADER_SIZE = 16;
/** Message types: an empty slot, and the intercept of an I/O port. */
export const MESSAGE_NONE = 0;
export const MESSAGE_IO_PORT_INTERCEPT = 0x80010000;
/** Bytes of an I/O-port intercept's payload. */
export const IO_PORT_PAYLOAD_SIZE = 128;
/** Byte of the header with flags, and the flag that says that more messages wait. */
export const MESSAGE_FLAGS = 5;
export const MESSAGE_PENDING = 1;

export const ACCESS_READ = 0;
export const ACCESS_WRITE = 1;

/** Instruction bytes of plain accesses, little-endian, by size: `IN` from DX, `OUT` to DX. */
const IN_BYTES: readonly number[] = [0, 0xec, 0xed66, 0, 0xed];
const OUT_BYTES: readonly number[] = [0, 0xee, 0xef66, 0, 0xef];

/** Length in bytes of a plain `IN` or `OUT` of `size` bytes: two bytes carry an operand-size prefix. */
export function instructionLength(size: number): number {
  return size === 2 ? 2 : 1;
}

/** Which access of whom a message is about; registers come from the register file. */
export interface InterceptedAccess {
  partitionId: number;
  vpIndex: number;
  port: number;
  /** 1, 2 or 4. */
  size: number;
  write: boolean;
}

/**
 * Writes the I/O-port intercept message of a plain `IN` or `OUT` to host memory at `at` (a multiple of
 * 8, 256 bytes long). The registers are those before the instruction.
 */
export function encodeIoPortIntercept(
  host: HostMemory,
  at: number,
  access: InterceptedAccess,
  registers: VpRegisters,
): void {
  const m = host.u32;
  const w = at >>> 2;
  const r = registers.words;
  const { size, write } = access;
  const length = instructionLength(size);
  m[w] = MESSAGE_IO_PORT_INTERCEPT;
  m[w + 1] = IO_PORT_PAYLOAD_SIZE;
  m[w + 2] = access.partitionId;
  m[w + 3] = 0;
  m[w + 4] = access.vpIndex;
  m[w + 5] =
    length |
    (registers.cr8 << 4) |
    ((write ? ACCESS_WRITE : ACCESS_READ) << 8) |
    (registers.executionState << 16);
  copySegment(m, w + 6, r, CS_WORDS);
  copy64(m, w + 10, r, REGISTER_RIP);
  copy64(m, w + 12, r, REGISTER_RFLAGS);
  m[w + 14] = access.port | (size << 16) | (length << 24);
  m[w + 15] = 0;
  copy64(m, w + 16, r, REGISTER_RAX);
  m[w + 18] = write ? OUT_BYTES[size] : IN_BYTES[size];
  m[w + 19] = 0;
  m[w + 20] = 0;
  m[w + 21] = 0;
  copySegment(m, w + 22, r, DS_WORDS);
  copySegment(m, w + 26, r, ES_WORDS);
  copy64(m, w + 30, r, REGISTER_RCX);
  copy64(m, w + 32, r, REGISTER_RSI);
  copy64(m, w + 34, r, REGISTER_RDI);
}

function copy64(to: Uint32Array, at: number, registers: Uint32Array, name: number): void {
  const from = (name - REGISTER_RAX) * 2;
  to[at] = registers[from];
  to[at + 1] = registers[from + 1];
}

function copySegment(to: Uint32Array, at: number, registers: Uint32Array, from: number): void {
  to[at] = registers[from];
  to[at + 1] = registers[from + 1];
  to[at + 2] = registers[from + 2];
  to[at + 3] = registers[from + 3];
}

/** Reads an I/O-port intercept message from host memory at `at`, which can be moved. */
export class InterceptReader {
  at: number;
  #host: HostMemory;

  constructor(host: HostMemory, at = 0) {
    this.#host = host;
    this.at = at;
  }

  /** See MESSAGE_IO_PORT_INTERCEPT. */
  get type(): number {
    return this.#word(0);
  }
  get payloadSize(): number {
    return this.#byte(4);
  }
  /** Whether more messages wait for the slot that this one lies in. */
  get pending(): boolean {
    return (this.#byte(MESSAGE_FLAGS) & MESSAGE_PENDING) !== 0;
  }
  /** Partition id of the sender; exact below 2^53. */
  get sender(): number {
    return this.#word(8) + this.#word(12) * 4294967296;
  }
  get vpIndex(): number {
    return this.#word(16);
  }
  get instructionLength(): number {
    return this.#byte(20) & 0xf;
  }
  get cr8(): number {
    return this.#byte(20) >>> 4;
  }
  get write(): boolean {
    return this.#byte(21) === ACCESS_WRITE;
  }
  get executionState(): number {
    return this.#word(20) >>> 16;
  }
  get csSelector(): number {
    return this.#word(36) & 0xffff;
  }
  get ripLow(): number {
    return this.#word(40);
  }
  get ripHigh(): number {
    return this.#word(44);
  }
  get rflags(): number {
    return this.#word(48);
  }
  get port(): number {
    return this.#word(56) & 0xffff;
  }
  /** Bytes of the access: 1, 2 or 4. */
  get size(): number {
    return this.#byte(58) & 7;
  }
  /** `INS` or `OUTS`, and whether a REP prefix stands before it. */
  get string(): boolean {
    return (this.#byte(58) & 8) !== 0;
  }
  get repeated(): boolean {
    return (this.#byte(58) & 16) !== 0;
  }
  get instructionByteCount(): number {
    return this.#byte(59);
  }
  get raxLow(): number {
    return this.#word(64);
  }
  get raxHigh(): number {
    return this.#word(68);
  }
  /** What an `OUT` of this size writes: the low bytes of RAX. */
  get accumulator(): number {
    const { raxLow, size } = this;
    return size === 4 ? raxLow : raxLow & ((1 << (8 * size)) - 1);
  }
  /** EAX with the low bytes replaced by what an `IN` of this size read. */
  merge(value: number): number {
    const { raxLow, size } = this;
    if (size === 4) return value >>> 0;
    const mask = (1 << (8 * size)) - 1;
    return ((raxLow & ~mask) | (value & mask)) >>> 0;
  }
  /** Byte `i` of the instruction. */
  instructionByte(i: number): number {
    return this.#byte(72 + i);
  }

  #word(offset: number): number {
    return this.#host.u32[(this.at + offset) >>> 2];
  }

  #byte(offset: number): number {
    return this.#host.bytes[this.at + offset];
  }
}
