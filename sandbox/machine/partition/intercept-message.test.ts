/**
 * The layout is that of hv_x64_io_port_intercept_message. The literal messages are from intercept-a and
 * intercept-b of the project's vectors: filled through the C structures of rust-vmm/mshv (hv-headers,
 * hvhdk.h), with invented values, and the register update that openvmm's emulate_io makes.
 */
import { describe, expect, test } from 'vitest';
import { hexOf } from '../engine/hex.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../memory/host-memory.ts';
import {
  encodeIoPortIntercept,
  InterceptReader,
  IO_PORT_PAYLOAD_SIZE,
  instructionLength,
  MESSAGE_HEADER_SIZE,
  MESSAGE_IO_PORT_INTERCEPT,
} from './intercept-message.ts';
import {
  DS_WORDS,
  ES_WORDS,
  REGISTER_RAX,
  REGISTER_RCX,
  REGISTER_RDI,
  REGISTER_RFLAGS,
  REGISTER_RIP,
  REGISTER_RSI,
  VpRegisters,
} from './registers.ts';

/** Everything behind the payload is zero. */
const LENGTH = MESSAGE_HEADER_SIZE + IO_PORT_PAYLOAD_SIZE;

interface Vector {
  name: string;
  bytes: string;
  access: { partitionId: number; vpIndex: number; port: number; size: number; write: boolean };
  cr8: number;
  executionState: number;
  rflags: number;
  rip: [low: number, high: number];
  rax: [low: number, high: number];
  ds: number;
  es: number;
  rcx: number;
  rsi: [low: number, high: number];
  rdi: [low: number, high: number];
  /** The value of the device, and EAX after it; what an OUT writes. */
  device: number;
  after?: number;
}

const VECTORS: Vector[] = [
  {
    name: 'IN EAX, DX',
    bytes:
      '0000018080000000030000000000000007000000110014100000000000000000ffffffff10009ba020cd4e4701f8ffff0202000000000000f701040100000000fb7fda025ae90a99ed0000000000000000000000000000000040464600000000ffffffff180093c00050d42200000000ffffffff180093c00000000000000000e5bce7b20329f1d47062598c34a19b0f',
    access: { partitionId: 3, vpIndex: 7, port: 503, size: 4, write: false },
    cr8: 1,
    executionState: 4116,
    rflags: 0x202,
    rip: [0x474ecd20, 0xfffff801],
    rax: [0x02da7ffb, 0x990ae95a],
    ds: 0x46464000,
    es: 0x22d45000,
    rcx: 0,
    rsi: [0xb2e7bce5, 0xd4f12903],
    rdi: [0x8c596270, 0x0f9ba134],
    device: 0x32000646,
    after: 0x32000646,
  },
  {
    name: 'OUT DX, EAX',
    bytes:
      '0000018080000000030000000000000002000000b10114000000000000000000ffffffff10009ba090e77ed403f8ffff02020000000000007000040100000000b793e68dbfb23f66ef00000000000000000000000000000000105f6d00000000ffffffff180093c000d0845b00000000ffffffff180093c01f000000000000006df5e59ce6a6e4ffb4b3ab8b759a0b52',
    access: { partitionId: 3, vpIndex: 2, port: 112, size: 4, write: true },
    cr8: 11,
    executionState: 20,
    rflags: 0x202,
    rip: [0xd47ee790, 0xfffff803],
    rax: [0x8de693b7, 0x663fb2bf],
    ds: 0x6d5f1000,
    es: 0x5b84d000,
    rcx: 0x1f,
    rsi: [0x9ce5f56d, 0xffe4a6e6],
    rdi: [0x8babb3b4, 0x520b9a75],
    device: 0x8de693b7,
  },
  {
    name: 'IN AX, DX',
    bytes:
      '0000018080000000040000000000000000000000320014000000000000000000ffffffff10009ba010ac807807f8ffff020200000000000020000202000000005311e11b8c970bd266ed00000000000000000000000000000060102a00000000ffffffff180093c00070fe5800000000ffffffff180093c03b000000000000000fcd6830ab304f027064361aba204bc8',
    access: { partitionId: 4, vpIndex: 0, port: 32, size: 2, write: false },
    cr8: 3,
    executionState: 20,
    rflags: 0x202,
    rip: [0x7880ac10, 0xfffff807],
    rax: [0x1be11153, 0xd20b978c],
    ds: 0x2a106000,
    es: 0x58fe7000,
    rcx: 0x3b,
    rsi: [0x3068cd0f, 0x024f30ab],
    rdi: [0x1a366470, 0xc84b20ba],
    device: 0x0cfd,
    after: 0x1be10cfd,
  },
  {
    name: 'IN AL, DX',
    bytes:
      '0000018080000000020000000000000006000000c10014000000000000000000ffffffff10009ba0109afe1202f8ffff0302000000000000f80c01010000000067fcbaa9808ec972ec00000000000000000000000000000000e0860700000000ffffffff180093c000b0b66c00000000ffffffff180093c00900000000000000c5efab778189cfbcb29be1cd0fcb5271',
    access: { partitionId: 2, vpIndex: 6, port: 3320, size: 1, write: false },
    cr8: 12,
    executionState: 20,
    rflags: 0x203,
    rip: [0x12fe9a10, 0xfffff802],
    rax: [0xa9bafc67, 0x72c98e80],
    ds: 0x0786e000,
    es: 0x6cb6b000,
    rcx: 9,
    rsi: [0x77abefc5, 0xbccf8981],
    rdi: [0xcde19bb2, 0x7152cb0f],
    device: 0xc3,
    after: 0xa9bafcc3,
  },
  {
    name: 'OUT DX, AL',
    bytes:
      '0000018080000000020000000000000000000000d10117000000000000000000ffffffff10009ba070523a3a02f8ffff0302000000000000f7010101000000003f626836451d7871ee00000000000000000000000000000000a0df5200000000ffffffff180093c000a04e3100000000ffffffff180093c02900000000000000321714df1d47cf95e5a0c60361f60455',
    access: { partitionId: 2, vpIndex: 0, port: 503, size: 1, write: true },
    cr8: 13,
    executionState: 23,
    rflags: 0x203,
    rip: [0x3a3a5270, 0xfffff802],
    rax: [0x3668623f, 0x71781d45],
    ds: 0x52dfa000,
    es: 0x314ea000,
    rcx: 0x29,
    rsi: [0xdf141732, 0x95cf471d],
    rdi: [0x03c6a0e5, 0x5504f661],
    device: 0x3f,
  },
];

function registersOf(vector: Vector): VpRegisters {
  const registers = new VpRegisters();
  registers.cr8 = vector.cr8;
  registers.executionState = vector.executionState;
  registers.set(REGISTER_RAX, ...vector.rax);
  registers.set(REGISTER_RIP, ...vector.rip);
  registers.set(REGISTER_RFLAGS, vector.rflags);
  registers.set(REGISTER_RCX, vector.rcx);
  registers.set(REGISTER_RSI, ...vector.rsi);
  registers.set(REGISTER_RDI, ...vector.rdi);
  registers.words[DS_WORDS] = vector.ds;
  registers.words[ES_WORDS] = vector.es;
  return registers;
}

describe.each(VECTORS)('$name', (vector) => {
  test('is written byte for byte like the compiled structure', () => {
    const host = new HostMemory(LARGE_PAGE_SIZE);
    const at = host.allocate(256);
    encodeIoPortIntercept(host, at, vector.access, registersOf(vector));
    expect(hexOf(host.bytes, at, LENGTH, LENGTH)).toBe(vector.bytes);
    expect(host.bytes.slice(at + LENGTH, at + 256)).toEqual(new Uint8Array(256 - LENGTH));
  });

  test('is read back from its bytes', () => {
    const host = new HostMemory(LARGE_PAGE_SIZE);
    const at = host.allocate(256);
    host.bytes.set(Buffer.from(vector.bytes, 'hex'), at);
    const message = new InterceptReader(host, at);
    expect(message.type).toBe(MESSAGE_IO_PORT_INTERCEPT);
    expect(message.payloadSize).toBe(128);
    const { sender, vpIndex, port, size, write } = message;
    expect({ partitionId: sender, vpIndex, port, size, write }).toEqual(vector.access);
    expect([message.ripLow, message.ripHigh]).toEqual(vector.rip);
    expect([message.raxLow, message.raxHigh]).toEqual(vector.rax);
    expect(message.rflags).toBe(vector.rflags);
    expect(message.cr8).toBe(vector.cr8);
    expect(message.executionState).toBe(vector.executionState);
    expect(message.csSelector).toBe(0x10);
    expect([message.string, message.repeated, message.pending]).toEqual([false, false, false]);
    expect(message.instructionLength).toBe(instructionLength(vector.access.size));
    expect(message.instructionByteCount).toBe(message.instructionLength);
  });

  test('exchanges the low bytes of RAX with the device; an IN keeps the others of EAX', () => {
    const host = new HostMemory(LARGE_PAGE_SIZE);
    const at = host.allocate(256);
    host.bytes.set(Buffer.from(vector.bytes, 'hex'), at);
    const message = new InterceptReader(host, at);
    if (vector.after === undefined) expect(message.accumulator).toBe(vector.device);
    else expect(message.merge(vector.device)).toBe(vector.after);
  });
});

test('OUT DX, AX has a prefix: two bytes', () => {
  const host = new HostMemory(LARGE_PAGE_SIZE);
  const at = host.allocate(256);
  const access = { partitionId: 2, vpIndex: 0, port: 0x70, size: 2, write: true };
  encodeIoPortIntercept(host, at, access, new VpRegisters());
  const message = new InterceptReader(host, at);
  const bytes = [0, 1, 2].map((i) => message.instructionByte(i));
  expect(bytes).toEqual([0x66, 0xef, 0]);
  expect(message.instructionLength).toBe(2);
});

test('a string access with REP is recognised as one', () => {
  const host = new HostMemory(LARGE_PAGE_SIZE);
  const at = host.allocate(256);
  host.bytes[at + 58] = 0x19;
  const message = new InterceptReader(host, at);
  expect([message.size, message.string, message.repeated]).toEqual([1, true, true]);
});

test('the flag that more messages wait is bit 0 of byte 5', () => {
  const host = new HostMemory(LARGE_PAGE_SIZE);
  const at = host.allocate(256);
  host.bytes[at + 5] = 1;
  expect(new InterceptReader(host, at).pending).toBe(true);
});
