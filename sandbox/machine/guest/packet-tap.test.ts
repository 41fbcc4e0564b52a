import { expect, test } from 'vitest';
import { oneProcessor } from '../../../tests/support/machine.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../memory/host-memory.ts';
import type { NetDevice, StackEntry } from './net-device.ts';
import type { FrameTask } from './offload-device.ts';
import { PacketTap } from './packet-tap.ts';

const BUFFERS = [0x1000, 0x3000];
const TASK: FrameTask = { tcp: true, ipv6: false, transport: 34, segment: 500 };

/** A tap on a device that notes what it is told, and a stack above it that does so too. */
function setUp() {
  const { processor } = oneProcessor('guest');
  const memory = new GuestMemory(new HostMemory(4 * LARGE_PAGE_SIZE), LARGE_PAGE_SIZE);
  const calls: unknown[][] = [];
  const device: NetDevice = {
    maxFrame: 1514,
    memory,
    stack: undefined,
    offloads: undefined,
    processorOf: () => processor,
    claim: (queue) => BUFFERS[queue] ?? -1,
    send: (...of) => calls.push(['send', ...of]),
    sendUnfinished: (...of) => calls.push(['unfinished', ...of]),
  };
  const seen: [string, number][] = [];
  const tap = new PacketTap(device, (at, length, time) => {
    seen.push([String.fromCharCode(...memory.host.bytes.subarray(at, at + length)), time]);
  });
  const stack: StackEntry = {
    received: (_processor, ...of) => calls.push(['received', ...of]),
    room: (_processor, queue) => calls.push(['room', queue]),
  };
  tap.stack = stack;
  const write = (gpa: number, words: string) =>
    memory.host.bytes.set(
      Array.from(words, (letter) => letter.charCodeAt(0)),
      memory.span(gpa, words.length, 1),
    );
  return { processor, device, tap, calls, seen, write };
}

test('shows what is sent from each queue, and hands it on as it was', () => {
  const { processor, tap, calls, seen, write } = setUp();
  processor.lp.local = 77;
  const [first, second] = [tap.claim(0), tap.claim(1)];
  write(first, 'one');
  write(second, 'second');
  tap.send(1, 6, true);
  tap.sendUnfinished(0, 3, false, TASK);
  expect(seen).toEqual([
    ['second', 77],
    ['one', 77],
  ]);
  expect(calls).toEqual([
    ['send', 1, 6, true],
    ['unfinished', 0, 3, false, TASK],
  ]);
});

test('shows what is received, and hands on room and what the device has verified', () => {
  const { processor, device, calls, seen, write } = setUp();
  write(0x5000, 'incoming');
  device.stack?.received(processor, 0x5000, 8, true);
  device.stack?.room(processor, 1);
  expect(seen).toEqual([['incoming', 0]]);
  expect(calls).toEqual([
    ['received', 0x5000, 8, true],
    ['room', 1],
  ]);
});

test('a frame that lies outside the guest is not shown, and is the stack to refuse', () => {
  const { processor, device, calls, seen } = setUp();
  device.stack?.received(processor, 0x7fff_0000, 60);
  expect(seen).toEqual([]);
  expect(calls).toHaveLength(1);
});
