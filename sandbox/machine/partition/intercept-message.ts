import type { HostMemory } from '../memory/host-memory.ts';
import { IO_PORT_INTERCEPT_MESSAGE } from './intercept-structures.ts';
import { SEGMENT_REGISTER } from './register-structures.ts';
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
import { MESSAGE, MESSAGE_HEADER } from './synic-structures.ts';

/** A message and a slot of the SIM page, in bytes. */
export const MESSAGE_SIZE = MESSAGE.size;
/** Header before the payload. */
export const MESSAGE_HEADER_SIZE = MESSAGE_HEADER.size;
/** Message types: an empty slot, and the intercept of an I/O port. */
export const MESSAGE_NONE = 0;
export const MESSAGE_IO_PORT_INTERCEPT = 0x80010000;
/** Bytes of an I/O-port intercept's payload. */
export const IO_PORT_PAYLOAD_SIZE = IO_PORT_INTERCEPT_MESSAGE.size;
/** Byte of the header with flags, and the flag that says that more messages wait. */
export const MESSAGE_FLAGS = MESSAGE_HEADER.at.message_flags;
export const MESSAGE_PENDING = 1;

export const ACCESS_READ = 0;
export const ACCESS_WRITE = 1;

/** Offsets in the message: of its header, and of the payload's fields. */
const HEADER = MESSAGE_HEADER.at;
const FIELDS = Object.fromEntries(
  Object.entries(IO_PORT_INTERCEPT_MESSAGE.at).map(([name, at]) => [
    name,
    MESSAGE_HEADER_SIZE + at,
  ]),
) as { readonly [K in keyof typeof IO_PORT_INTERCEPT_MESSAGE.at]: number };
const VP_INDEX = FIELDS['header.vp_index'];
const LENGTH_AND_CR8 = FIELDS['header.instruction_length'];
const ACCESS_TYPE = FIELDS['header.intercept_access_type'];
const EXECUTION_STATE = FIELDS['header.execution_state'];
const CS = FIELDS['header.cs_segment'];
const RIP = FIELDS['header.rip'];
const RFLAGS = FIELDS['header.rflags'];
const PORT = FIELDS.port_number;
const ACCESS_INFO = FIELDS.access_info;
const BYTE_COUNT = FIELDS.instruction_byte_count;
const RAX = FIELDS.rax;
const INSTRUCTION = FIELDS.instruction_bytes;
const DS = FIELDS.ds_segment;
const ES = FIELDS.es_segment;
const RCX = FIELDS.rcx;
const RSI = FIELDS.rsi;
const RDI = FIELDS.rdi;

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
  m[w + HEADER.payload_size / 4] = IO_PORT_PAYLOAD_SIZE;
  m[w + HEADER.sender / 4] = access.partitionId;
  m[w + HEADER.sender / 4 + 1] = 0;
  m[w + VP_INDEX / 4] = access.vpIndex;
  m[w + LENGTH_AND_CR8 / 4] =
    length |
    (registers.cr8 << 4) |
    ((write ? ACCESS_WRITE : ACCESS_READ) << 8) |
    (registers.executionState << 16);
  copySegment(m, w + CS / 4, r, CS_WORDS);
  copy64(m, w + RIP / 4, r, REGISTER_RIP);
  copy64(m, w + RFLAGS / 4, r, REGISTER_RFLAGS);
  m[w + PORT / 4] = access.port | (size << 16) | (length << 24);
  m[w + PORT / 4 + 1] = 0;
  copy64(m, w + RAX / 4, r, REGISTER_RAX);
  m[w + INSTRUCTION / 4] = write ? OUT_BYTES[size] : IN_BYTES[size];
  m.fill(0, w + INSTRUCTION / 4 + 1, w + DS / 4);
  copySegment(m, w + DS / 4, r, DS_WORDS);
  copySegment(m, w + ES / 4, r, ES_WORDS);
  copy64(m, w + RCX / 4, r, REGISTER_RCX);
  copy64(m, w + RSI / 4, r, REGISTER_RSI);
  copy64(m, w + RDI / 4, r, REGISTER_RDI);
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
    return this.#byte(HEADER.payload_size);
  }
  /** Whether more messages wait for the slot that this one lies in. */
  get pending(): boolean {
    return (this.#byte(MESSAGE_FLAGS) & MESSAGE_PENDING) !== 0;
  }
  /** Partition id of the sender; exact below 2^53. */
  get sender(): number {
    return this.#word(HEADER.sender) + this.#word(HEADER.sender + 4) * 4294967296;
  }
  get vpIndex(): number {
    return this.#word(VP_INDEX);
  }
  get instructionLength(): number {
    return this.#byte(LENGTH_AND_CR8) & 0xf;
  }
  get cr8(): number {
    return this.#byte(LENGTH_AND_CR8) >>> 4;
  }
  get write(): boolean {
    return this.#byte(ACCESS_TYPE) === ACCESS_WRITE;
  }
  get executionState(): number {
    return this.#word(EXECUTION_STATE & ~3) >>> 16;
  }
  get csSelector(): number {
    return this.#word(CS + SEGMENT_REGISTER.at.selector) & 0xffff;
  }
  get ripLow(): number {
    return this.#word(RIP);
  }
  get ripHigh(): number {
    return this.#word(RIP + 4);
  }
  get rflags(): number {
    return this.#word(RFLAGS);
  }
  get port(): number {
    return this.#word(PORT) & 0xffff;
  }
  /** Bytes of the access: 1, 2 or 4. */
  get size(): number {
    return this.#byte(ACCESS_INFO) & 7;
  }
  /** `INS` or `OUTS`, and whether a REP prefix stands before it. */
  get string(): boolean {
    return (this.#byte(ACCESS_INFO) & 8) !== 0;
  }
  get repeated(): boolean {
    return (this.#byte(ACCESS_INFO) & 16) !== 0;
  }
  get instructionByteCount(): number {
    return this.#byte(BYTE_COUNT);
  }
  get raxLow(): number {
    return this.#word(RAX);
  }
  get raxHigh(): number {
    return this.#word(RAX + 4);
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
    return this.#byte(INSTRUCTION + i);
  }

  #word(offset: number): number {
    return this.#host.u32[(this.at + offset) >>> 2];
  }

  #byte(offset: number): number {
    return this.#host.bytes[this.at + offset];
  }
}
