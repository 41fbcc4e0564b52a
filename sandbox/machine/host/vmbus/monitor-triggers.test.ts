/** Who fills in the monitor page, and when the hypervisor looks at it. */
import { expect, test } from 'vitest';
import { oneProcessor } from '../../../../tests/support/machine.ts';
import { GuestMemory } from '../../memory/guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../../memory/host-memory.ts';
import { Hypervisor } from '../../partition/hypervisor.ts';
import { MonitorTriggers } from './monitor-triggers.ts';

const PAGE = 0x7000;

function setUp() {
  const { processor: root } = oneProcessor('root');
  const host = new HostMemory(4 * LARGE_PAGE_SIZE);
  const memory = new GuestMemory(host, LARGE_PAGE_SIZE);
  const hypervisor = new Hypervisor(host);
  hypervisor.root.add(root);
  const partition = hypervisor.createPartition(memory);
  const triggers = new MonitorTriggers(hypervisor, partition, root);
  const state = () => memory.read32(PAGE);
  const latency = (id: number) =>
    (memory.read32(PAGE + 0x240 + (id & ~1) * 2) >>> ((id & 1) * 16)) & 0xffff;
  const connection = (id: number) => memory.read32(PAGE + 0x440 + id * 8);
  return { memory, partition, triggers, state, latency, connection };
}

test('a page without triggers is not looked at', () => {
  const { triggers, partition, state } = setUp();
  triggers.contact(PAGE);
  expect([partition.monitor, state()]).toEqual([undefined, 0]);
});

test('triggers from before the contact and after it are filled in; groups are on while one is in use', () => {
  const { triggers, partition, state, latency, connection } = setUp();
  for (let i = 0; i < 33; i++) expect(triggers.allocate(0x2001 + i, 1000 + i)).toBe(i);
  triggers.contact(PAGE);
  expect(triggers.allocate(0x3000, 500)).toBe(33);
  expect([0, 31, 32, 33].map(latency)).toEqual([1000, 1031, 1032, 500]);
  expect([0, 31, 32, 33].map(connection)).toEqual([0x2001, 0x2020, 0x2021, 0x3000]);
  expect([state(), partition.monitor === undefined]).toEqual([0b11, false]);
  triggers.release(32);
  expect([state(), latency(32), latency(33), connection(32)]).toEqual([0b11, 0, 500, 0]);
  triggers.release(33);
  expect(state()).toBe(0b01);
  expect(triggers.allocate(0x4000, 1)).toBe(32);
  expect(latency(32)).toBe(100);
});

test('there are 128', () => {
  const { triggers } = setUp();
  for (let i = 0; i < 128; i++) triggers.allocate(i, 1000);
  expect(triggers.allocate(1, 1000)).toBeUndefined();
  triggers.release(77);
  expect(triggers.allocate(1, 1e9)).toBe(77);
});

test.each([PAGE + 8, 64 * LARGE_PAGE_SIZE, -4096])(
  'a page at %i that cannot be one: no signals, no harm',
  (page) => {
    const { triggers, partition, memory } = setUp();
    triggers.allocate(0x2001, 1000);
    triggers.contact(page);
    expect(partition.monitor).toBeUndefined();
    expect(memory.read32(PAGE)).toBe(0);
    triggers.contact(PAGE);
    expect(partition.monitor).toBeDefined();
    triggers.contact(undefined);
    expect(partition.monitor).toBeUndefined();
  },
);
