/** Ports, connections and what goes through them; the hypercalls as the processor makes them. */
import { describe, expect, test } from 'vitest';
import { COSTS, oneProcessor } from '../../../tests/support/machine.ts';
import { MICROSECOND } from '../engine/engine.ts';
import { Random } from '../engine/random.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../memory/host-memory.ts';
import * as abi from './hypercall-abi.ts';
import * as status from './hypercall-status.ts';
import { Hypervisor } from './hypervisor.ts';
import { EXIT_HYPERCALL } from './ledger.ts';
import { LogicalProcessor } from './logical-processor.ts';
import { PORT_EVENT, PORT_MESSAGE } from './ports.ts';
import { Synic } from './synic.ts';
import { MSR_EOM, MSR_SCONTROL, MSR_SIEFP, MSR_SIMP, MSR_SINT0 } from './synic-spec.ts';
import { VirtualProcessor } from './virtual-processor.ts';

const SINT = 2;
const OK = status.HV_STATUS_SUCCESS;

/** A root and a child (partition 2) on a core each. Connection 1 is a message port, 2 an event port. */
function setUp() {
  const { engine, ledger, processor: root } = oneProcessor('root');
  const host = new HostMemory(4 * LARGE_PAGE_SIZE);
  const memory = new GuestMemory(host, LARGE_PAGE_SIZE);
  const hypervisor = new Hypervisor(host);
  hypervisor.root.add(root);
  const child = new VirtualProcessor(new LogicalProcessor(engine, ledger, COSTS), 'guest');
  const partition = hypervisor.createPartition(memory);
  partition.add(child);
  const synic = new Synic(host, root);
  synic.writeMsr(MSR_SIMP, synic.messagePage + 1, 0);
  synic.writeMsr(MSR_SIEFP, synic.eventPage + 1, 0);
  synic.writeMsr(MSR_SINT0 + SINT, 0x22, 0);
  synic.writeMsr(MSR_SCONTROL, 1, 0);
  const message = { type: PORT_MESSAGE, sint: SINT, vp: 0 };
  const event = { type: PORT_EVENT, sint: SINT, vp: 0, baseFlag: 40, flagCount: 4 };
  expect(hypervisor.createPort(root, 1, 11, 2, message)).toBe(OK);
  expect(hypervisor.createPort(root, 1, 12, 2, event)).toBe(OK);
  expect(hypervisor.connectPort(root, 2, 1, 1, 11)).toBe(OK);
  expect(hypervisor.connectPort(root, 2, 2, 1, 12)).toBe(OK);
  const slot = synic.slot(SINT);
  /** The root takes a message out; its first byte, or -1. */
  const take = () => {
    if (host.u32[slot >>> 2] === 0) return -1;
    const byte = host.bytes[slot + 16];
    host.u32[slot >>> 2] = 0;
    synic.writeMsr(MSR_EOM, 0, 0);
    return byte;
  };
  const flags = () => synic.events.take(SINT, 1);
  return { engine, ledger, host, memory, hypervisor, root, child, partition, synic, take, flags };
}

describe('HvPostMessage', () => {
  test('arrives with type, length and port, is an exit and a hypercall, and no I/O exit', () => {
    const { hypervisor, child, host, synic, ledger } = setUp();
    ledger.reset();
    expect(hypervisor.postMessage(child, 1, 1, Uint8Array.of(7, 8, 9))).toBe(OK);
    const slot = synic.slot(SINT);
    expect([host.u32[slot >>> 2], host.bytes[slot + 4], host.u32[(slot + 8) >>> 2]]).toEqual([
      1, 3, 11,
    ]);
    expect([ledger.hypercalls, ledger.exits[EXIT_HYPERCALL], ledger.ioExits]).toEqual([1, 1, 0]);
    expect(Hypervisor.ioExitsOf(hypervisor)).toBe(0);
  });

  test('17 messages can be outstanding: one in the slot, 16 in the buffers', () => {
    const { hypervisor, child, take } = setUp();
    const post = (n: number) => hypervisor.postMessage(child, 1, 1, Uint8Array.of(n));
    for (let n = 0; n < 17; n++) expect(post(n)).toBe(OK);
    expect(post(17)).toBe(status.HV_STATUS_INSUFFICIENT_BUFFERS);
    expect(take()).toBe(0);
    expect(post(17)).toBe(OK);
    for (let n = 1; n <= 17; n++) expect(take()).toBe(n);
    expect(take()).toBe(-1);
  });

  test.each([
    ['a connection that is none', 9, 1, 8, status.HV_STATUS_INVALID_CONNECTION_ID],
    ['a port for events', 2, 1, 8, status.HV_STATUS_INVALID_PORT_ID],
    ['type 0', 1, 0, 8, status.HV_STATUS_INVALID_PARAMETER],
    ["a type of the hypervisor's", 1, 0x80010000, 8, status.HV_STATUS_INVALID_PARAMETER],
    ['241 bytes', 1, 1, 241, status.HV_STATUS_INVALID_PARAMETER],
  ])('refuses %s', (_name, connection, type, length, wanted) => {
    const { hypervisor, child, take } = setUp();
    expect(hypervisor.postMessage(child, connection, type, new Uint8Array(length))).toBe(wanted);
    expect(take()).toBe(-1);
  });

  test('deleting the port drops what waits; the next port uses its buffers again', () => {
    const { hypervisor, child, root, host, take } = setUp();
    for (let n = 0; n < 5; n++) hypervisor.postMessage(child, 1, 1, Uint8Array.of(n));
    expect(hypervisor.deletePort(root, 1, 11)).toBe(OK);
    expect([take(), take()]).toEqual([0, -1]);
    expect(hypervisor.postMessage(child, 1, 1, Uint8Array.of(1))).toBe(
      status.HV_STATUS_INVALID_PORT_ID,
    );
    const before = host.allocate(4096);
    for (let i = 0; i < 100; i++) {
      hypervisor.createPort(root, 1, 11, 2, { type: PORT_MESSAGE, sint: SINT, vp: 0 });
      hypervisor.deletePort(root, 1, 11);
    }
    expect(host.allocate(4096) - before).toBe(4096);
  });
});

describe('HvSignalEvent', () => {
  test("sets the flag counted from the port's first one", () => {
    const { hypervisor, child, flags } = setUp();
    expect(hypervisor.signalEvent(child, 2, 3)).toBe(OK);
    expect(flags()).toBe(1 << (43 - 32));
  });

  test.each([
    ['a flag beyond those of the port', 2, 4, status.HV_STATUS_INVALID_PARAMETER],
    ['a port for messages', 1, 0, status.HV_STATUS_INVALID_PORT_ID],
    ['a connection that is none', 77, 0, status.HV_STATUS_INVALID_CONNECTION_ID],
  ])('refuses %s', (_name, connection, flag, wanted) => {
    const { hypervisor, child, flags } = setUp();
    expect(hypervisor.signalEvent(child, connection, flag)).toBe(wanted);
    expect(flags()).toBe(0);
  });
});

describe('privileges', () => {
  test('a child can create, connect and delete nothing, nor signal without a connection', () => {
    const { hypervisor, child, partition } = setUp();
    const info = { type: PORT_MESSAGE, sint: 0, vp: 0 };
    const answers = [
      hypervisor.createPort(child, 2, 5, 2, info),
      hypervisor.connectPort(child, 2, 5, 1, 11),
      hypervisor.deletePort(child, 1, 11),
      hypervisor.disconnectPort(child, 2, 1),
      hypervisor.signalEventDirect(child, 1, 0, 0, 0),
      hypervisor.connectMonitor(child, 2, 4096),
    ];
    expect(new Set(answers)).toEqual(new Set([status.HV_STATUS_ACCESS_DENIED]));
    expect([...partition.connections.keys()]).toEqual([1, 2]);
  });

  test("a connection is for the partition that the port's creator named", () => {
    const { hypervisor, root } = setUp();
    hypervisor.createPartition();
    expect(hypervisor.connectPort(root, 3, 1, 1, 11)).toBe(status.HV_STATUS_INVALID_PORT_ID);
    expect(hypervisor.connectPort(root, 2, 1, 1, 11)).toBe(status.HV_STATUS_INVALID_CONNECTION_ID);
    expect(hypervisor.disconnectPort(root, 2, 1)).toBe(OK);
    expect(hypervisor.connectPort(root, 2, 1, 1, 11)).toBe(OK);
  });

  test.each([
    [{ type: 4, sint: 2, vp: 0 }, 20, status.HV_STATUS_INVALID_PARAMETER],
    [{ type: 1, sint: 16, vp: 0 }, 20, status.HV_STATUS_INVALID_PARAMETER],
    [{ type: 2, sint: 2, vp: 0, baseFlag: 2047, flagCount: 2 }, 20, 5],
    [{ type: 1, sint: 2, vp: 3 }, 20, status.HV_STATUS_INVALID_VP_INDEX],
    [{ type: 1, sint: 2, vp: 0 }, 11, status.HV_STATUS_INVALID_PORT_ID],
    [{ type: 1, sint: 2, vp: 0 }, 1 << 24, status.HV_STATUS_INVALID_PORT_ID],
  ])('port %j with id %i is refused', (info, id, wanted) => {
    const { hypervisor, root } = setUp();
    expect(hypervisor.createPort(root, 1, id, 2, info)).toBe(wanted);
  });
});

describe('a hypercall by its registers', () => {
  const call = (code: number, flags = 0) => ({ low: code | flags, high: 0 });

  test('a message lies in the input page', () => {
    const { hypervisor, child, memory, take } = setUp();
    memory.write32(0x5000, 1);
    memory.write32(0x5008, 1);
    memory.write32(0x500c, 2);
    memory.write8(0x5010, 0x42);
    expect(abi.hypercall(hypervisor, child, call(abi.HV_POST_MESSAGE), 0x5000n)).toBe(OK);
    expect(take()).toBe(0x42);
  });

  test('a signal is one register', () => {
    const { hypervisor, child, flags } = setUp();
    const value = call(abi.HV_SIGNAL_EVENT, abi.HYPERCALL_FAST);
    expect(abi.hypercall(hypervisor, child, value, 2n | (1n << 32n))).toBe(OK);
    expect(flags()).toBe(1 << (41 - 32));
  });

  test.each<[string, { low: number; high: number }, bigint, number]>([
    ['an unknown code', call(0x7777), 0n, status.HV_STATUS_INVALID_HYPERCALL_CODE],
    ['a fast message', call(0x5c, abi.HYPERCALL_FAST), 0n, 3],
    ['repetitions', { low: 0x5c, high: 1 }, 0n, status.HV_STATUS_INVALID_HYPERCALL_INPUT],
    ['an odd address', call(0x5c), 0x5004n, status.HV_STATUS_INVALID_ALIGNMENT],
    ['an input across pages', call(0x5c), 0x5ff8n, status.HV_STATUS_INVALID_ALIGNMENT],
    ['an input outside', call(0x5c), 0x1_0000_0000n, status.HV_STATUS_INVALID_PARAMETER],
    ['an input far outside', call(0x5c), 1n << 60n, status.HV_STATUS_INVALID_PARAMETER],
    ['a port by a child', call(0x95), 0x5000n, status.HV_STATUS_ACCESS_DENIED],
  ])('%s is refused, and was an exit all the same', (_name, value, rdx, wanted) => {
    const { hypervisor, child, ledger } = setUp();
    ledger.reset();
    expect(abi.hypercall(hypervisor, child, value, rdx)).toBe(wanted);
    expect([ledger.hypercalls, ledger.totalExits]).toEqual([1, 1]);
  });
});

describe('a hostile guest', () => {
  test('gets a status for anything, and nothing of the hypervisor grows', () => {
    const { hypervisor, child, host, memory, synic, engine } = setUp();
    const own = new Synic(host, child, memory);
    const random = new Random(5);
    const before = host.allocate(4096);
    const payload = new Uint8Array(300);
    for (let i = 0; i < 20_000; i++) {
      const odd = random.below(4294967296);
      const msr = MSR_SCONTROL + random.below(0x40);
      own.writeWords(msr, odd, random.below(2) === 0 ? 0 : odd, child.local);
      hypervisor.postMessage(child, random.below(4), odd, payload.subarray(0, random.below(300)));
      hypervisor.postMessage(child, 1, 1, payload.subarray(0, 8));
      hypervisor.signalEvent(child, random.below(4), random.below(8));
      const value = { low: odd, high: random.below(2) };
      abi.hypercall(hypervisor, child, value, BigInt(odd) * BigInt(random.below(4096)));
    }
    engine.run(engine.now + 1000 * MICROSECOND, 1_000_000);
    expect(synic.queuedOn(SINT)).toBe(16);
    expect(host.allocate(4096) - before).toBe(4096);
  });
});
