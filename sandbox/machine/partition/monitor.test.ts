/** Monitored notifications (TLFS; Linux hv_monitor_page): signals without hypercalls, within a latency. */
import { expect, test } from 'vitest';
import { COSTS, oneProcessor } from '../../../tests/support/machine.ts';
import { MICROSECOND } from '../engine/engine.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../memory/host-memory.ts';
import { Hypervisor } from './hypervisor.ts';
import { LogicalProcessor } from './logical-processor.ts';
import { PORT_MONITOR } from './ports.ts';
import { Synic } from './synic.ts';
import { MSR_SCONTROL, MSR_SIEFP, MSR_SINT0 } from './synic-spec.ts';
import { VirtualProcessor } from './virtual-processor.ts';

const PAGE = 0x7000;
const TRIGGER = 37;

/** A child whose trigger 37 (group 1, bit 5) signals flag 9 of the root within 50 us. */
function setUp() {
  const { engine, ledger, processor: root } = oneProcessor('root');
  const host = new HostMemory(4 * LARGE_PAGE_SIZE);
  const memory = new GuestMemory(host, LARGE_PAGE_SIZE);
  const hypervisor = new Hypervisor(host);
  hypervisor.root.add(root);
  const partition = hypervisor.createPartition(memory);
  partition.add(new VirtualProcessor(new LogicalProcessor(engine, ledger, COSTS), 'guest'));
  const synic = new Synic(host, root);
  synic.writeMsr(MSR_SIEFP, synic.eventPage + 1, 0);
  synic.writeMsr(MSR_SINT0 + 2, 0x22, 0);
  synic.writeMsr(MSR_SCONTROL, 1, 0);
  const info = { type: PORT_MONITOR, sint: 2, vp: 0, baseFlag: 9, flagCount: 1 };
  hypervisor.createPort(root, 1, 3, 2, info);
  hypervisor.connectPort(root, 2, 3, 1, 3);
  memory.write32(PAGE, 0b0010);
  memory.write32(PAGE + 0x240 + (TRIGGER & ~1) * 2, 500 << 16);
  memory.write32(PAGE + 0x440 + TRIGGER * 8, 3);
  expect(hypervisor.connectMonitor(root, 2, PAGE)).toBe(0);
  ledger.reset();
  const interrupts: number[] = [];
  root.interrupt = (_vector, at) => interrupts.push(at);
  const pending = () => memory.read32(PAGE + 8 + 8);
  return { engine, ledger, memory, hypervisor, root, partition, synic, interrupts, pending };
}

test('a trigger signals within its latency, with no hypercall and no exit', () => {
  const { engine, ledger, partition, synic, interrupts, pending } = setUp();
  engine.run(60 * MICROSECOND);
  partition.monitor?.trigger(TRIGGER, engine.now);
  expect(pending()).toBe(1 << 5);
  engine.run();
  expect([pending(), partition.monitor?.signals]).toEqual([0, 1]);
  expect(interrupts).toEqual([100 * MICROSECOND]);
  expect(synic.events.take(2, 0)).toBe(1 << 9);
  expect([ledger.hypercalls, ledger.totalExits]).toEqual([0, 0]);
});

test('triggers of one look are one signal', () => {
  const { engine, partition, interrupts } = setUp();
  for (const at of [1, 20, 40]) partition.monitor?.trigger(TRIGGER, at * MICROSECOND);
  engine.run();
  expect([partition.monitor?.signals, interrupts.length]).toEqual([1, 1]);
});

test('a look does not see what a processor sets later, on a clock that is ahead', () => {
  const { engine, memory, partition, interrupts } = setUp();
  // Bit 6 of the same group has the look at 50 us; bit 5 is set at 70.
  memory.write32(PAGE + 0x440 + (TRIGGER + 1) * 8, 3);
  partition.monitor?.trigger(TRIGGER, 70 * MICROSECOND);
  partition.monitor?.trigger(TRIGGER + 1, 10 * MICROSECOND);
  engine.run(60 * MICROSECOND);
  expect([partition.monitor?.signals, memory.read32(PAGE + 16)]).toEqual([1, 1 << 5]);
  engine.run();
  expect([partition.monitor?.signals, memory.read32(PAGE + 16)]).toEqual([2, 0]);
  expect(interrupts[0]).toBe(50 * MICROSECOND);
});

test('a bit that the guest wrote itself is found while the machine runs', () => {
  const { engine, memory, partition } = setUp();
  memory.write32(PAGE + 8 + 8, 1 << 5);
  engine.run(200 * MICROSECOND);
  expect(partition.monitor?.signals).toBe(1);
  expect(memory.read32(PAGE + 8 + 8 + 4)).toBe(1 << 5);
});

test('a group that is off, or a page that is gone, signals nothing', () => {
  const { engine, memory, partition } = setUp();
  memory.write32(PAGE, 0);
  partition.monitor?.trigger(TRIGGER, 0);
  engine.run(300 * MICROSECOND);
  memory.write32(PAGE, 2);
  memory.protect(PAGE / 4096, 0);
  partition.monitor?.trigger(TRIGGER, engine.now);
  engine.run(600 * MICROSECOND);
  expect(partition.monitor?.signals).toBe(0);
});

test('whatever the page holds, looking is bounded and hurts nobody', () => {
  const { engine, memory, partition, interrupts } = setUp();
  for (let at = 0; at < 4096; at += 4) memory.write32(PAGE + at, 0xffffffff);
  for (let id = 0; id < 128; id++) memory.write32(PAGE + 0x240 + (id & ~1) * 2, 0x00010001);
  engine.run(1000 * MICROSECOND, 2000);
  expect(partition.monitor?.signals).toBe(128);
  expect(interrupts).toEqual([]);
  partition.monitor?.trigger(128, 0);
  partition.monitor?.trigger(-1, 0);
});

test('disconnected, it is looked at no more', () => {
  const { engine, hypervisor, root, partition, interrupts } = setUp();
  const page = partition.monitor;
  hypervisor.disconnectMonitor(root, 2);
  page?.trigger(TRIGGER, 0);
  engine.run(500 * MICROSECOND);
  expect([interrupts, partition.monitor]).toEqual([[], undefined]);
});
