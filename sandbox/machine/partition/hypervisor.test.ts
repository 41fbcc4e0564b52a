import { describe, expect, test } from 'vitest';
import { COSTS, childMachine, oneProcessor } from '../../../tests/support/machine.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../memory/host-memory.ts';
import {
  HV_STATUS_ACCESS_DENIED,
  HV_STATUS_INVALID_PARAMETER,
  HV_STATUS_INVALID_PARTITION_ID,
  HV_STATUS_INVALID_VP_INDEX,
  HV_STATUS_SUCCESS,
} from './hypercalls.ts';
import { Hypervisor } from './hypervisor.ts';
import * as ledger from './ledger.ts';
import {
  REGISTER_INTERCEPT_SUSPEND,
  REGISTER_RAX,
  REGISTER_RDX,
  REGISTER_RFLAGS,
  REGISTER_RIP,
} from './registers.ts';
import type { GuestCode } from './virtual-processor.ts';

describe('port intercepts', () => {
  test('an access on a claimed port is one exit and one message to the root', () => {
    const { engine, processors, ledger: book, messages, read } = childMachine();
    processors[0].start(read(101), 0);
    engine.run();
    const at = COSTS.haltWake + COSTS.exitInHypervisor * 1000;
    expect(messages).toEqual([{ sender: 2, vpIndex: 0, at }]);
    expect([book.ioExits, book.deviceAccesses]).toEqual([1, 1]);
    expect(book.exits[ledger.EXIT_PORT_IO]).toBe(1);
  });

  test('the processor is suspended until the root has written its registers back', () => {
    const { engine, processors, hypervisor, values, read, answer } = childMachine();
    processors[0].start(read(101), 0);
    engine.run();
    expect(hypervisor.suspended(processors[0])).toBe(true);
    expect(processors[0].readyAt()).toBe(Infinity);
    expect(values).toEqual([]);
    expect(answer(2, 0, 77)).toBe(HV_STATUS_SUCCESS);
    engine.run();
    expect(hypervisor.suspended(processors[0])).toBe(false);
    expect(values).toEqual([77]);
  });

  test('a port that nobody claims reads ones and reaches no worker', () => {
    const { engine, processors, hypervisor, messages, values, read } = childMachine();
    for (const size of [1, 2, 4]) processors[0].start(read(104, size), 0);
    const rip = processors[0].registers.low(REGISTER_RIP);
    engine.run();
    expect(values).toEqual([0xff, 0xffff, 0xffffffff]);
    expect(messages).toEqual([]);
    expect(hypervisor.unclaimed).toBe(3);
    expect(processors[0].registers.low(REGISTER_RIP) - rip).toBe(1 + 2 + 1);
  });

  test('the registers are those before the instruction: port in DX, value in the low bytes of RAX', () => {
    const { engine, processors } = childMachine();
    const { registers, access } = processors[0];
    registers.set(REGISTER_RAX, 0x11223344, 0x55667788);
    function* out(size: number): GuestCode {
      Object.assign(access, { port: 102, size, write: true, value: 0xaabbccdd });
      yield;
    }
    processors[0].start(out(2), 0);
    engine.run();
    expect(registers.low(REGISTER_RDX)).toBe(102);
    expect(registers.low(REGISTER_RAX)).toBe(0x1122ccdd);
    expect(registers.high(REGISTER_RAX)).toBe(0x55667788);
    expect(registers.low(REGISTER_RFLAGS)).toBe(0x202);
  });

  test('one outstanding intercept for each processor; those of several run in parallel', () => {
    const { engine, processors, hypervisor, messages, values, read, answer } = childMachine(3);
    for (const processor of processors) {
      processor.start(read(100, 4, processor), 0);
      processor.start(read(101, 4, processor), 0);
    }
    engine.run();
    expect(messages.map(({ vpIndex }) => vpIndex)).toEqual([0, 1, 2]);
    expect(processors.map((each) => hypervisor.suspended(each))).toEqual([true, true, true]);
    answer(2, 1, 5);
    engine.run();
    expect(messages.map(({ vpIndex }) => vpIndex)).toEqual([0, 1, 2, 1]);
    expect(values).toEqual([5]);
  });
});

describe('HvSetVpRegisters', () => {
  test('is an exit of the root, charged to the hypervisor', () => {
    const { engine, processors, ledger: book, read, answer } = childMachine();
    processors[0].start(read(101), 0);
    engine.run();
    const before = book.cyclesOf(ledger.HYPERVISOR);
    answer(2, 0, 1);
    expect(book.exits[ledger.EXIT_ROOT_HYPERCALL]).toBe(1);
    expect(book.cyclesOf(ledger.HYPERVISOR) - before).toBe(COSTS.vmexit);
    expect(book.hypercalls).toBe(0);
  });

  test('refuses what is not there, and who may not', () => {
    const { engine, hypervisor, processors, input, root, read, answer } = childMachine();
    processors[0].start(read(101), 0);
    engine.run();
    expect(answer(9, 0, 1)).toBe(HV_STATUS_INVALID_PARTITION_ID);
    expect(answer(2, 4, 1)).toBe(HV_STATUS_INVALID_VP_INDEX);
    input.begin(2, 0);
    input.add(0x00030000, 0, 0);
    input.add(REGISTER_INTERCEPT_SUSPEND, 0, 0);
    expect(hypervisor.setVpRegisters(root, input)).toBe(HV_STATUS_INVALID_PARAMETER);
    input.begin(2, 0);
    input.add(REGISTER_INTERCEPT_SUSPEND, 0, 0);
    expect(hypervisor.setVpRegisters(processors[0], input)).toBe(HV_STATUS_ACCESS_DENIED);
    expect(hypervisor.suspended(processors[0])).toBe(true);
  });

  test('clearing a suspension that is not there resumes nothing', () => {
    const { engine, processors, values, read, answer } = childMachine();
    processors[0].start(read(101), 0);
    engine.run();
    answer(2, 0, 1);
    answer(2, 0, 2);
    engine.run();
    answer(2, 0, 3);
    engine.run();
    expect(values).toEqual([1]);
    expect(processors[0].occupied).toBe(false);
  });
});

describe('signals', () => {
  test("a guest's is a hypercall and an I/O exit; the root's is neither", () => {
    const { engine, processor, ledger: book } = oneProcessor('guest');
    const hypervisor = new Hypervisor(new HostMemory(LARGE_PAGE_SIZE));
    processor.post({ run: () => hypervisor.signalEvent(processor, 1, 0) }, 0, 0);
    engine.run();
    expect([book.ioExits, book.hypercalls]).toEqual([1, 1]);
    const { processor: root, ledger: rootBook } = oneProcessor('root');
    hypervisor.signalEvent(root, 1, 0);
    expect([rootBook.ioExits, rootBook.hypercalls]).toEqual([0, 0]);
    expect(rootBook.exits[ledger.EXIT_ROOT_HYPERCALL]).toBe(1);
  });
});
