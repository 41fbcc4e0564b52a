/** A stream of TCP segments over the bus: who cuts and sums it does not show on the wire. */
import { describe, expect, test } from 'vitest';
import { dissect, internetSum } from '../../../tests/support/tcp-reference.ts';
import { Random } from '../../machine/engine/random.ts';
import type { NetVsc } from '../../machine/guest/netvsc/driver.ts';
import type { GuestStack } from '../../machine/guest/stack.ts';
import { READ, WRITE } from '../../machine/memory/guest-memory.ts';
import { FrameTemplate } from '../../machine/net/frame-template.ts';
import { StreamCheck, StreamPattern } from '../../machine/net/stream-check.ts';
import { completeConfig } from '../options.ts';
import { Testbed } from '../testbed.ts';
import { BulkRun, type BulkSendOptions, bulkSend, bulkSendTable } from './bulk-send.ts';

const STACK: BulkSendOptions = { checksum: false, segmentation: false };
const SMALL = { bytes: 200_000 };

/** The frames of a run as they are on the wire, and its report. */
function onWire(options: BulkSendOptions, prepare: (run: BulkRun) => void = () => {}) {
  const run = new BulkRun({ ...SMALL, ...options });
  const frames: Uint8Array[] = [];
  run.onFrame = (at, length) => frames.push(run.host.memory.bytes.slice(at, at + length));
  prepare(run);
  return { frames, run, report: run.run() };
}

function parts({ adapter }: BulkRun) {
  const { device, provider, channels } = adapter;
  if (provider === undefined || channels === undefined) throw new Error('no provider');
  return { device: device as NetVsc, provider, channel: channels[0] };
}

describe('every frame on the wire', () => {
  test.each([false, true])('is right by itself and in its place (IPv6: %s)', (ipv6) => {
    const { frames, report } = onWire({ ipv6 });
    expect(report).toMatchObject({ deliveredBytes: 200_000, faults: 0 });
    let next = 0xfffe_0000;
    for (const [i, frame] of frames.entries()) {
      const { sequence, id, ipLength, flags, payload, ...sums } = dissect(frame);
      expect(sums).toEqual({ ipSum: 0, tcpSum: 0 });
      expect([sequence, id]).toEqual([next, ipv6 ? 0 : 1 + i]);
      expect(ipLength).toBe(frame.length - 14);
      next = (next + payload.length) % 4294967296;
      const sent = (next - 0xfffe_0000 + 4294967296) % 4294967296;
      // PSH ends what the application wrote in one call, and nothing in between.
      expect(flags).toBe(sent % 65536 === 0 || sent === 200_000 ? 0x18 : 0x10);
    }
  });

  test.each([false, true])('is the same whoever cut and summed it (IPv6: %s)', (ipv6) => {
    const { frames } = onWire({ ...STACK, ipv6 });
    expect(frames.length).toBeGreaterThan(130);
    expect(onWire({ ipv6, segmentation: false }).frames).toEqual(frames);
    expect(onWire({ ipv6 }).frames).toEqual(frames);
    expect(onWire({ ipv6, by: 'switch' }).frames).toEqual(frames);
    expect(onWire({ ipv6, by: 'switch', segmentation: false }).frames).toEqual(frames);
  });

  test('is the same with a VLAN tag in it, which a port puts in', () => {
    const { frames } = onWire(STACK);
    for (const by of ['nic', 'switch'] as const) {
      const tagged = onWire({ by }, ({ vmSwitch, adapter }) =>
        vmSwitch.setPortPolicy(adapter, { vlan: 7 }),
      ).frames;
      expect([...tagged[0].subarray(12, 16)]).toEqual([0x81, 0, 0, 7]);
      const bare = tagged.map((frame) =>
        Uint8Array.from([...frame.subarray(0, 12), ...frame.subarray(16)]),
      );
      expect(bare).toEqual(frames);
    }
  });

  test('jumbo frames, and a frame that one descriptor cannot name', () => {
    for (const by of ['nic', 'switch'] as const)
      expect(onWire({ frame: 9014, by }).report).toMatchObject({
        deliveredBytes: 200_000,
        faults: 0,
        // Three calls of 64 KiB make eight each, what is left one.
        wireFrames: 25,
      });
  });

  test('a NIC that cannot keep up loses nothing: the provider waits for its descriptors', () => {
    for (const by of ['nic', 'switch'] as const) {
      const report = bulkSend({ by, line: '1G', bytes: 3_000_000 });
      expect(report).toMatchObject({ deliveredBytes: 3_000_000, faults: 0 });
      expect(report.throughputGbps).toBeGreaterThan(0.93);
    }
  });
});

test('a UDP frame with the sum of its pseudo header arrives as the stack would have made it', () => {
  for (const by of ['nic', 'switch'] as const) {
    const run = new BulkRun({ ...SMALL, by });
    const { memory, engine } = run.host;
    const { device } = parts(run);
    const { source, destination } = run.stream;
    const flow = { flow: 3, source, destination, length: 1001, seed: 9 };
    const template = new FrameTemplate(memory, flow);
    const sent: Uint8Array[] = [];
    const frames: Uint8Array[] = [];
    run.onFrame = (at, length) => frames.push(memory.bytes.slice(at, at + length));
    for (let sequence = 0; sequence < 20; sequence++) {
      const at = device.memory.span(device.claim(0), 1001, WRITE);
      template.write(at, sequence);
      sent.push(memory.bytes.slice(at, at + 1001));
      const pseudo = [
        ...sent[sequence].subarray(26, 34),
        0,
        17,
        ...sent[sequence].subarray(38, 40),
      ];
      const sum = 0xffff - internetSum(pseudo);
      memory.bytes.set([sum >>> 8, sum], at + 40);
      device.sendUnfinished(0, 1001, false, { tcp: false, ipv6: false, transport: 34, segment: 0 });
      engine.run();
    }
    expect(frames).toEqual(sent);
    expect(device.refused).toBe(0);
  }
});

test('between two machines the switch cuts: the other guest receives frames, not the long one', () => {
  const run = new BulkRun(SMALL);
  const { host, vmSwitch, stream } = run;
  const other = host
    .newVM({ memoryBytes: 8 << 20 })
    .addNetworkAdapter({ switch: vmSwitch, macAddress: stream.destination });
  const check = new StreamCheck(host.memory, stream, new StreamPattern(1), 0xfffe_0000);
  other.device.stack = {
    received: (processor, gpa, length) => {
      const at = other.device.memory.span(gpa, length, READ);
      check.check(at, length, processor.local);
    },
    room: () => undefined,
  };
  host.engine.run();
  run.run();
  expect([check.bytes, check.damaged, check.misplaced]).toEqual([200_000, 0, 0]);
  expect(check.frames).toBe(vmSwitch.core.software.made);
  expect(host.lineOut.frames).toBe(0);
});

describe('what it costs', () => {
  test('a long frame costs stack, ring, provider and switch once: a fifth of the cycles a byte', () => {
    const [stack, sums, both] = [bulkSend(STACK), bulkSend({ segmentation: false }), bulkSend({})];
    for (const report of [stack, sums, both]) expect(report.faults).toBe(0);
    expect([stack.wireFrames, both.wireFrames]).toEqual([2944, 2944]);
    expect(stack.packetsPerWireFrame).toBe(1);
    expect(both.packetsPerWireFrame).toBeCloseTo(128 / 2944, 6);
    expect(both.ringPacketsPerWireFrame).toBeLessThan(stack.ringPacketsPerWireFrame / 5);
    expect(both.cyclesPerByte).toBeLessThan(stack.cyclesPerByte / 5);
    expect(sums.guestCyclesPerByte).toBeLessThan(stack.guestCyclesPerByte);
    expect(both.throughputGbps).toBeGreaterThan(9);
  });

  test('in the switch it costs the root a pass over the bytes, and the NIC’s way does not', () => {
    const [nic, software] = [bulkSend({}), bulkSend({ by: 'switch' })];
    expect(nic.copiesOfPayload).toBeLessThan(0.1);
    expect(software.copiesOfPayload).toBeGreaterThan(1);
    expect(software.rootCyclesPerByte).toBeGreaterThan(2 * nic.rootCyclesPerByte);
    expect(software.guestCyclesPerByte).toBeCloseTo(nic.guestCyclesPerByte, 1);
  });

  test('the table has a row for each way, and options that cannot be are refused', () => {
    const { rows } = bulkSendTable(SMALL);
    expect(rows.map(([, , packets]) => Number(packets))).toEqual([1, 1, expect.closeTo(0.05, 1)]);
    expect(() => bulkSend({ bytes: 0 })).toThrow(/bytes/);
    expect(() => bulkSend({ frame: 600 })).toThrow(/frame/);
    expect(() => bulkSend({ line: '3G' })).toThrow(/line/);
  });
});

describe('a guest whose information does not fit its frames', () => {
  test('is told by a status, loses that frame, and keeps its channel', () => {
    const run = new BulkRun(SMALL);
    const { device, channel } = parts(run);
    const gpa = device.claim(0);
    for (let i = 0; i < 80; i++) device.memory.write8(gpa + i, 0x11 * i);
    device.sendUnfinished(0, 5000, false, { tcp: true, ipv6: false, transport: 34, segment: 1448 });
    run.host.engine.run();
    expect(device.refused).toBe(1);
    expect(channel.closedBecause).toBeUndefined();
    expect(run.host.lineOut.frames).toBe(0);
    expect(run.run()).toMatchObject({ deliveredBytes: 200_000, faults: 0 });
    expect(device.refused).toBe(1);
  });

  test('2,000 random frames: nothing thrown, nothing too long on the wire, and the stream after them', () => {
    for (const by of ['nic', 'switch'] as const) {
      const run = new BulkRun({ ...SMALL, by });
      const { device, channel } = parts(run);
      const random = new Random(4);
      let longest = 0;
      run.onFrame = (_at, length) => {
        longest = Math.max(longest, length);
      };
      for (let i = 0; i < 2000; i++) {
        const gpa = device.claim(0);
        if (gpa < 0) throw new Error('no room');
        const ipv6 = random.below(2) === 0;
        const type = ipv6 ? [0x86, 0xdd, 0x60, 0] : [8, 0, 0x45, 0];
        for (let n = 0; n < 100; n++) device.memory.write8(gpa + n, random.below(256));
        for (const [n, byte] of type.entries()) device.memory.write8(gpa + 12 + n, byte);
        device.memory.write8(gpa + 6, 2);
        for (const at of [16, 17, 18, 19, 20, 21])
          if (random.below(2) === 0) device.memory.write8(gpa + at, 0);
        device.memory.write8(gpa + (ipv6 ? 20 : 23), random.below(3) === 0 ? 17 : 6);
        const source = [0x02, 0x01, 0x5d, 0, 0, 0];
        for (const [n, byte] of source.entries()) device.memory.write8(gpa + 6 + n, byte);
        device.sendUnfinished(0, 1 + random.below(random.below(2) === 0 ? 1600 : 0xffff), false, {
          ipv6: random.below(8) === 0 ? !ipv6 : ipv6,
          tcp: random.below(4) !== 0,
          transport: random.below(8) === 0 ? random.below(1024) : ipv6 ? 54 : 34,
          segment: random.below(2) === 0 ? 0 : random.below(1500),
        });
        run.host.engine.run();
      }
      expect(device.refused).toBeGreaterThan(500);
      expect(longest).toBeLessThanOrEqual(1514);
      expect(run.host.lineOut.frames).toBeGreaterThan(50);
      expect(channel.closedBecause).toBeUndefined();
      const before = run.check.damaged + run.check.misplaced;
      const { deliveredBytes, faults } = run.run();
      expect([deliveredBytes, faults - before]).toEqual([200_000, 0]);
    }
  });

  test('headers that change after they were checked are sent as they were', () => {
    let changed = 0;
    const { report } = onWire({}, (run) => {
      const { core } = run.vmSwitch;
      const { bytes } = run.host.memory;
      const forward = core.forward.bind(core);
      core.forward = (processor, frame, from) => {
        // The guest's other processor, between check and NIC: its own headers end before the second piece.
        const start = frame.addresses[1] - frame.lengths[0];
        expect(bytes[start + 12]).toBe(8);
        bytes.fill(0xee, start, start + 66);
        changed++;
        return forward(processor, frame, from);
      };
    });
    expect(changed).toBeGreaterThan(3);
    expect(report).toMatchObject({ deliveredBytes: 200_000, faults: 0 });
  });
});

describe('received frames', () => {
  const bed = () =>
    new Testbed('vmbus', completeConfig({ paths: ['vmbus'], direction: 'rx', frames: 200 }));

  test('the guest is told that their checksums are right, once the NIC checks them', () => {
    const machine = bed();
    machine.vmSwitch?.external.checkReceived(machine.host.nic.functions[0]);
    machine.run();
    const stack = machine.adapters[0].device.stack as GuestStack;
    expect([machine.measurement.delivered, stack.verified]).toEqual([200, 200]);
  });

  test('and is told nothing before that', () => {
    const machine = bed();
    machine.run();
    expect((machine.adapters[0].device.stack as GuestStack).verified).toBe(0);
    expect(machine.measurement.delivered).toBe(200);
  });
});
