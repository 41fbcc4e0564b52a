import { describe, expect, test } from 'vitest';
import { ringByHand } from './ring-by-hand.ts';
import { ringTraffic } from './ring-traffic.ts';
import { checkSignalRule, VMBUS_RULE } from './signal-rule.ts';
import { UsageError } from './usage.ts';

describe('a ring operated by hand', () => {
  test('what is written can be read, once the reader has been signalled', () => {
    const ring = ringByHand();
    expect(ring.write('hello')).toBe(true);
    expect(ring.write('again')).toBe(false);
    expect(ring.take()).toBeUndefined();
    ring.signal();
    expect([ring.take(), ring.take(), ring.take()]).toEqual(['hello', 'again', undefined]);
    expect(ring.sleep()).toBe(true);
    expect(ring.stuck).toBe(false);
  });

  test('a wake-up is lost when the reader sleeps without a second look, and a signal repairs it', () => {
    const ring = ringByHand();
    ring.write('one');
    ring.signal();
    ring.take();
    expect(ring.write('two')).toBe(false);
    expect(ring.sleep(false)).toBe(true);
    expect(ring.stuck).toBe(true);
    expect(ring.write('three')).toBe(false);
    expect(ring.stuck).toBe(true);
    ring.signal();
    expect([ring.take(), ring.take()]).toEqual(['two', 'three']);
  });

  test('with the second look it stays awake', () => {
    const ring = ringByHand();
    ring.write('one');
    ring.signal();
    ring.take();
    ring.write('two');
    expect(ring.sleep()).toBe(false);
    expect(ring.take()).toBe('two');
  });

  test('a full ring takes no more; it is never quite full', () => {
    const ring = ringByHand();
    let written = 0;
    while (ring.write('x') !== undefined) written++;
    expect(written).toBe(31);
    expect(ring.ring().slots.filter(({ owner }) => owner === 'free')).toHaveLength(1);
    expect(ring.waiting).toBe(31);
  });

  test('the reports show the bytes that are there', () => {
    const ring = ringByHand();
    ring.write('hello');
    const packet = ring.packet(0);
    expect(packet.bytes[0]).toBe(6);
    expect(String.fromCharCode(...packet.bytes.slice(16, 21))).toBe('hello');
    expect(packet.fields?.reduce((sum, { length }) => sum + length, 0)).toBe(128);
    expect(ring.control().fields?.[0]).toMatchObject({ name: 'write index', value: '128' });
    expect(ring.steps().rows).toEqual([['writer', 'wrote packet 1', 128, 0, 0]]);
    const [first, second] = ring.ring().slots;
    expect(first.fields?.map(({ name, value }) => `${name} ${value}`)).toEqual([
      'type 6: in-band',
      'header length 2 x 8 bytes',
      'total length 15 x 8 bytes',
      'flags 0',
      'transaction id 1',
    ]);
    expect(second.fields).toBeUndefined();
    expect(ring.ring().source).toContain('VMBus vectors');
    expect(ring.ring()).toMatchObject({ head: 0, tail: 1, size: 32 });
    expect(() => ring.packet(32)).toThrow(UsageError);
    expect(() => ring.write('x'.repeat(105))).toThrow(UsageError);
  });
});

describe('the writer’s signalling rule', () => {
  test('VMBus’s rule loses nothing and wastes nothing, whatever the schedule', () => {
    for (const seed of [1, 2, 3]) {
      const report = checkSignalRule(VMBUS_RULE, { seed, schedules: 300 });
      expect(report).toMatchObject({ packets: 12_000, lostWakeups: 0, needlessSignals: 0 });
      expect(report.signals).toBeLessThan(report.packets / 2);
    }
  });

  test.each([
    ['always', () => true, false, true],
    ['never', () => false, true, false],
    ['the mask alone', (_b, a) => a.interruptMask === 0, false, true],
    ['the indices alone', (b, a) => a.readIndex === b.writeIndex, false, true],
    [
      'indices from before',
      (b) => b.interruptMask === 0 && b.readIndex === b.writeIndex,
      true,
      true,
    ],
  ] as [string, typeof VMBUS_RULE, boolean, boolean][])('%s', (_name, rule, loses, wastes) => {
    const report = checkSignalRule(rule);
    expect(report.lostWakeups > 0).toBe(loses);
    expect(report.needlessSignals > 0).toBe(wastes);
  });
});

describe('signals of a ring in traffic', () => {
  test('fewer for a packet the busier the ring: 1 when it is idle, next to none when it is full', () => {
    const signals = [100, 5, 3, 1].map((gap) => ringTraffic({ gap }).signalsPerPacket);
    expect(signals[0]).toBe(1);
    expect(signals[3]).toBeLessThan(0.01);
    for (let i = 1; i < signals.length; i++) expect(signals[i]).toBeLessThan(signals[i - 1]);
  });

  test('the monitor page takes no hypercall, and its time', () => {
    const told = ringTraffic({ gap: 20 });
    const monitored = ringTraffic({ gap: 20, monitorLatency: 100 });
    expect([told.hypercalls, monitored.hypercalls]).toEqual([1000, 0]);
    expect(monitored.signals).toBeLessThan(told.signals);
    expect(monitored.latencyUs.mean).toBeGreaterThan(told.latencyUs.mean * 3);
    expect(monitored.latencyUs.max).toBeLessThan(115);
  });

  test('numbers out of range are named', () => {
    expect(() => ringTraffic({ gap: 0 })).toThrow(UsageError);
    expect(() => ringTraffic({ gap: 1, monitorLatency: 9 })).toThrow(UsageError);
    expect(() => ringTraffic({ gap: 1, monitorLatency: 6554 })).toThrow(UsageError);
    expect(() => checkSignalRule(VMBUS_RULE, { schedules: 0 })).toThrow(UsageError);
  });
});
