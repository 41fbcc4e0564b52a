/** An access from the guest's instruction to the one behind it, with everybody in between at work. */
import { describe, expect, test } from 'vitest';
import { COSTS, oneProcessor } from '../../../tests/support/machine.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../memory/host-memory.ts';
import { makeMac } from '../net/frame.ts';
import { Hypervisor } from '../partition/hypervisor.ts';
import * as ledger from '../partition/ledger.ts';
import { LogicalProcessor } from '../partition/logical-processor.ts';
import { REGISTER_RAX, REGISTER_RIP } from '../partition/registers.ts';
import type { Synic } from '../partition/synic.ts';
import { MessageBuffer } from '../partition/synic-messages.ts';
import { type GuestCode, VirtualProcessor } from '../partition/virtual-processor.ts';
import { ExternalPort } from './external-port.ts';
import { InterceptService } from './intercept-service.ts';
import { VirtualSwitch } from './virtual-switch.ts';
import { ADAPTER_DEVICE, WorkerProcess } from './worker-process.ts';

const PIN = 8;
const BASE = 0xec00;

/** A root of one processor, and children with `each` processors and a worker process of their own. */
function setUp(children = 1, each = 1) {
  const { engine, ledger: book, lp, processor: root } = oneProcessor('root');
  const host = new HostMemory((2 + children) * LARGE_PAGE_SIZE);
  const hypervisor = new Hypervisor(host);
  hypervisor.root.add(root);
  const service = new InterceptService(host);
  const synic = service.enable(root);
  const pins: boolean[] = [];
  const machines = Array.from({ length: children }, (_, index) => {
    const partition = hypervisor.createPartition();
    for (let i = 0; i < each; i++)
      partition.add(new VirtualProcessor(new LogicalProcessor(engine, book, lp.costs), 'guest'));
    const [processor] = partition.processors;
    const worker = new WorkerProcess({
      hypervisor,
      host,
      memory: new GuestMemory(host, LARGE_PAGE_SIZE),
      processor: root,
      switch: new VirtualSwitch(host),
      external: new ExternalPort(),
      interrupt: { processor, vector: PIN },
      macAddress: makeMac(1, index),
      onPin: (level) => pins.push(level),
    });
    worker.device.configuration.write(0x10, 4, BASE);
    worker.device.configuration.write(4, 2, 5);
    service.add(partition, worker);
    hypervisor.installIntercepts(partition, worker, synic);
    return { partition, worker, processors: partition.processors };
  });
  return { engine, book, root, hypervisor, service, synic, machines, pins, host };
}

function* read(by: VirtualProcessor, port: number, size: number, to: number[]): GuestCode {
  Object.assign(by.access, { port, size, write: false });
  to.push(yield);
}

function* write(by: VirtualProcessor, port: number, size: number, value: number): GuestCode {
  Object.assign(by.access, { port, size, write: true, value });
  yield;
}

/** Changes each message once it lies in its slot. */
function onMessage(synic: Synic, host: HostMemory, change: (slot: number) => void): void {
  const post = synic.post.bind(synic);
  synic.post = (sint, message, at) => {
    post(sint, message, at);
    if (host.u32[synic.slot(sint) >>> 2] !== 0) change(synic.slot(sint));
  };
}

describe('an access', () => {
  test('reads what the device has, and moves RIP behind the instruction', () => {
    const { engine, machines } = setUp();
    const [{ processors, worker }] = machines;
    const rip = processors[0].registers.low(REGISTER_RIP);
    const values: number[] = [];
    processors[0].start(read(processors[0], BASE + 0x28, 4, values), 0);
    engine.run();
    expect(values).toEqual([worker.device.read(0x28, 4)]);
    expect(processors[0].registers.low(REGISTER_RIP)).toBe(rip + 1);
  });

  test('of 1 or 2 bytes keeps the rest of EAX and zeroes the upper half of RAX', () => {
    for (const [size, eax] of [
      [1, 0x11223311],
      [2, 0x11221011],
    ]) {
      const { engine, machines } = setUp();
      const [{ processors }] = machines;
      const { registers } = processors[0];
      const values: number[] = [];
      processors[0].start(write(processors[0], 0xcf8, 4, 0x80000000 + (ADAPTER_DEVICE << 11)), 0);
      engine.run();
      registers.set(REGISTER_RAX, 0x11223344, 0x55667788);
      const rip = registers.low(REGISTER_RIP);
      processors[0].start(read(processors[0], 0xcfc, size, values), engine.now);
      engine.run();
      expect(registers.low(REGISTER_RAX)).toBe(eax);
      expect(registers.high(REGISTER_RAX)).toBe(0);
      expect(registers.low(REGISTER_RIP) - rip).toBe(size);
      expect(values).toEqual([size === 1 ? 0x11 : 0x1011]);
    }
  });

  test('is what the bytes of the message say, not what the guest thinks it did', () => {
    const { engine, machines, synic, host } = setUp();
    const [{ processors, worker }] = machines;
    onMessage(synic, host, (slot) => {
      host.u16[(slot + 56) >>> 1] = BASE + 0x30;
    });
    const values: number[] = [];
    worker.device.write(0x30, 4, 0x00200000);
    processors[0].start(read(processors[0], BASE + 0x28, 4, values), 0);
    engine.run();
    expect(values).toEqual([worker.device.read(0x30, 4)]);
    expect(values).not.toEqual([worker.device.read(0x28, 4)]);
  });

  test('costs the published exit to user mode, and what a second partition adds', () => {
    const { engine, book, machines } = setUp();
    const [{ processors }] = machines;
    processors[0].start(read(processors[0], BASE + 0x28, 4, []), 0);
    engine.run();
    const halts = 2 * COSTS.vmexit;
    const interrupt = COSTS.interruptInject + COSTS.interruptHandler + COSTS.endOfInterrupt;
    const second = COSTS.vmexit + interrupt + 2 * COSTS.threadSwitch;
    const total = book.rows().reduce((sum, row) => sum + row.cycles, 0);
    expect(total).toBeCloseTo(COSTS.exitUserMode + second + halts, 6);
    expect(book.cyclesOf(ledger.GUEST_KERNEL)).toBe(0);
  });

  test('is charged step by step to who did it', () => {
    const { engine, book, machines } = setUp();
    const [{ processors }] = machines;
    processors[0].start(write(processors[0], BASE + 0x38, 4, 0), 0);
    engine.run();
    expect(book.rows().map(({ who, what, count }) => [who, what, count])).toEqual([
      ['hypervisor', 'interrupt', 2],
      ['hypervisor', 'intercept', 2],
      ['hypervisor', 'hypercall', 1],
      ['hypervisor', 'scheduling', 2],
      ['root-kernel', 'system call', 1],
      ['root-kernel', 'interrupt', 1],
      ['root-kernel', 'intercept', 1],
      ['root-kernel', 'context switch', 2],
      ['root-user', 'emulation', 2],
    ]);
  });
});

describe('several processors at once', () => {
  test('of one partition: one message each, none waits for another to be complete', () => {
    const { engine, book, machines, hypervisor } = setUp(1, 4);
    const [{ processors }] = machines;
    const values: number[] = [];
    for (const each of processors) each.start(read(each, BASE + 0x28, 4, values), 0);
    engine.run(COSTS.haltWake + 2 * COSTS.exitInHypervisor * 1000);
    expect(processors.map((each) => hypervisor.suspended(each))).toEqual([true, true, true, true]);
    engine.run();
    expect(values).toHaveLength(4);
    expect(new Set(values).size).toBe(1);
    expect(book.exits[ledger.EXIT_ROOT_EOM]).toBeGreaterThan(0);
  });

  test('of several partitions: each gets the answer of its own device', () => {
    const { engine, book, machines, service } = setUp(3, 2);
    const values = machines.map(({ processors }) => processors.map((): number[] => []));
    for (const [m, { worker, processors }] of machines.entries()) {
      worker.device.write(0x18, 4, 0x1000 * (m + 1));
      for (const [p, each] of processors.entries())
        for (let i = 0; i < 10; i++) each.start(read(each, BASE + 0x18, 4, values[m][p]), 0);
    }
    engine.run();
    for (const [m, of] of values.entries())
      for (const seen of of) expect(seen).toEqual(new Array(10).fill(0x1000 * (m + 1)));
    expect(book.exits[ledger.EXIT_PORT_IO]).toBe(60);
    expect(book.exits[ledger.EXIT_ROOT_HYPERCALL]).toBe(60);
    expect(service.strays).toBe(0);
  });

  test('one at a time: no message waits, so EOM is never written', () => {
    const { engine, book, machines } = setUp();
    const [{ processors }] = machines;
    for (let i = 0; i < 20; i++) processors[0].start(read(processors[0], BASE, 4, []), 0);
    engine.run();
    expect(book.exits[ledger.EXIT_ROOT_INTERRUPT]).toBe(20);
    expect(book.exits[ledger.EXIT_ROOT_EOM]).toBe(0);
  });
});

describe('a message that is not an intercept of a known processor', () => {
  test.each([
    ['another sender', 8, 99],
    ['no sender', 8, 0],
    ['a sender beyond any id', 12, 0xffffffff],
    ['a processor that is not there', 16, 7],
    ['another type', 0, 0x80000000],
  ])('%s: the slot is freed and nobody is woken', (_name, offset, value) => {
    const { engine, synic, host, service, root, book, machines } = setUp();
    const buffer = new MessageBuffer(host.allocate(256));
    const words = host.u32.subarray(buffer.address >>> 2);
    words.set([0x80010000, 128, 2, 0, 0]);
    words[offset >>> 2] = value;
    synic.post(0, buffer, 0);
    engine.run();
    expect(service.strays).toBe(1);
    expect(host.u32[synic.slot(0) >>> 2]).toBe(0);
    expect(book.contextSwitches).toBe(0);
    const values: number[] = [];
    const [{ processors }] = machines;
    processors[0].start(read(processors[0], BASE + 0x28, 4, values), root.local);
    engine.run();
    expect(values).toHaveLength(1);
  });
});

describe('the interrupt pin', () => {
  test('is passed on when the access that moved it is complete, by a hypercall', () => {
    const { engine, book, machines, pins } = setUp();
    const [{ processors }] = machines;
    const [guest] = processors;
    guest.interruptsEnabled = false;
    guest.start(write(guest, BASE + 0x38, 4, 0x10004), 0);
    engine.run();
    expect(pins).toEqual([]);
    // Suspended for want of a descriptor: TU.
    guest.start(write(guest, BASE + 0x20, 4, 0x1000), engine.now);
    guest.start(write(guest, BASE + 0x30, 4, 0x2000), engine.now);
    engine.run();
    expect(pins).toEqual([true]);
    expect(book.exits[ledger.EXIT_ROOT_HYPERCALL]).toBe(3 + 1);
    guest.start(write(guest, BASE + 0x28, 4, 0x1ffff), engine.now);
    engine.run();
    expect(pins).toEqual([true, false]);
    expect(book.exits[ledger.EXIT_ROOT_HYPERCALL]).toBe(4 + 1);
  });

  test('raised by a timer of the device, long after the access: the thread is woken for it', () => {
    const { engine, book, machines, pins } = setUp();
    const [{ processors }] = machines;
    const [guest] = processors;
    guest.interruptsEnabled = false;
    guest.start(write(guest, BASE + 0x38, 4, 0x18800), 0);
    guest.start(write(guest, BASE + 0x58, 4, 100), 0);
    engine.run();
    expect(pins).toEqual([true]);
    expect(book.contextSwitches).toBe(2 * 2 + 2);
    expect(book.exits[ledger.EXIT_PORT_IO]).toBe(2);
    expect(book.exits[ledger.EXIT_ROOT_HYPERCALL]).toBe(2 + 1);
  });
});
