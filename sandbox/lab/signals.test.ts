/** How the ends of a channel signal each other: by hypercall, by monitor page, by interrupt page. */
import { describe, expect, test } from 'vitest';
import { EXIT_SIGNAL } from '../machine/partition/ledger.ts';
import { signalGuest } from '../machine/vmbus/signals.ts';
import { VERSION_WIN7, VERSION_WIN8, VERSION_WS2008 } from '../machine/vmbus/versions.ts';
import { runPath } from './compare.ts';
import { HyperVHost } from './host.ts';
import { completeConfig } from './options.ts';
import { costsOf, findProfile } from './profiles.ts';
import type { CompareConfig } from './report.ts';
import type { SyntheticVariant } from './synthetic-variant.ts';
import { Testbed } from './testbed.ts';

/** 100 paced frames of a guest, and what they took. */
function paced(variant: SyntheticVariant) {
  const config = completeConfig({ paths: ['vmbus'], frames: 100, load: 'paced' });
  const bed = new Testbed('vmbus', config, { variant });
  const { partition } = bed.machines[0];
  bed.run();
  const { ledger } = bed.host;
  const [latency] = bed.measurement.latencies([0.5]);
  return { bed, ledger, partition, latency, delivered: bed.measurement.delivered };
}

describe('what a guest signals for frames it receives', () => {
  /** A run of a path, and the share of the time that the root's only core was busy. */
  function received(path: 'emulated' | 'vmbus', options: Partial<CompareConfig>) {
    const config = completeConfig({ paths: [path], direction: 'rx', frames: 4000, ...options });
    const bed = new Testbed(path, config, { digest: false });
    bed.run();
    const { measurement, meter, start } = bed;
    const [busy] = meter.rootBusy;
    const { delivered, lastArrived } = measurement;
    return {
      ioExits: bed.auditedIoExits() / delivered,
      busy: busy / (lastArrived - start),
      lost: config.frames === undefined ? NaN : config.frames - delivered,
    };
  }

  test.each<Partial<CompareConfig>>([
    { load: 'max' },
    { load: 'max', vms: 4 },
    { load: 'max', vms: 8, queues: 2 },
    { load: 'max', profile: 'sandybridge-2012' },
    { load: 500_000 },
    { load: 475_000 },
    { load: 450_000 / 4, vms: 4 },
  ])('%o: the root has no time left, and exits are under a twentieth', (options) => {
    const [emulated, vmbus] = [received('emulated', options), received('vmbus', options)];
    expect(vmbus.busy).toBeGreaterThan(0.95);
    expect(vmbus.ioExits).toBeLessThan(emulated.ioExits / 20);
    expect(vmbus.lost).toBe(0);
  });

  test('a signal for each frame when they come one at a time, and as fast as ever', () => {
    const report = runPath('vmbus', completeConfig({ direction: 'rx', load: 'paced' }));
    expect(report.perFrame.ioExits).toBe(1);
    expect(report.latencyUs.p99).toBeLessThan(31);
  });

  test('request and response: two a frame, and the latency that the article is held to', () => {
    const latency = (path: 'native' | 'vmbus') => {
      const config = completeConfig({ direction: 'rr', profile: 'sandybridge-2012' });
      return runPath(path, config).latencyUs.p50;
    };
    const added = latency('vmbus') - latency('native');
    expect(Math.abs(added - 30)).toBeLessThan(0.2 * 30);
    const paced = runPath('vmbus', completeConfig({ direction: 'rr', load: 'paced' }));
    expect(paced.perFrame.ioExits).toBe(2);
  });
});

describe('a channel that is offered with a trigger of the monitor page', () => {
  test('no hypercall for a frame, and up to the latency more', () => {
    const usual = paced({});
    const monitored = paced({ monitorLatency: 200 });
    expect([usual.delivered, monitored.delivered]).toEqual([100, 100]);
    expect(usual.ledger.hypercalls).toBeGreaterThanOrEqual(100);
    expect([monitored.ledger.hypercalls, monitored.ledger.exits[EXIT_SIGNAL]]).toEqual([0, 0]);
    expect(monitored.partition.monitor?.signals).toBeGreaterThanOrEqual(100);
    const wait = monitored.latency - usual.latency;
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThan(200);
  });

  test('the offer says so, and a driver of low latency passes it by', () => {
    const { bed, ledger, partition } = paced({ monitorLatency: 200, lowLatency: true });
    expect(bed.machines[0].vmbus.host.channels[0].offer.monitorId).toBe(0);
    expect(ledger.hypercalls).toBeGreaterThanOrEqual(100);
    expect(partition.monitor?.signals).toBe(0);
  });

  test('nobody looks at a page when nothing is offered that way', () => {
    const { bed, partition } = paced({});
    expect(bed.machines[0].vmbus.host.channels[0].offer.monitorId).toBeUndefined();
    expect(partition.monitor).toBeUndefined();
  });
});

describe('guests of old versions', () => {
  /** An adapter of a guest that proposes `version` alone, and its driver's first messages. */
  function machine(version: number) {
    const host = new HyperVHost({
      costs: costsOf(findProfile('sandybridge-2012')),
      lineGbps: 10,
      rootCores: 2,
      maxFrame: 1514,
      guestBytes: 8 << 20,
      postedInterrupts: false,
    });
    const vm = host.newVM({ memoryBytes: 8 << 20, processors: 2, vmbusVersions: [version] });
    const flags = new Set<number>();
    const direct = host.hypervisor.signalEventDirect.bind(host.hypervisor);
    host.hypervisor.signalEventDirect = (caller, partition, vp, sint, flag) => {
      flags.add(flag);
      return direct(caller, partition, vp, sint, flag);
    };
    const connections = new Set<number>();
    const signal = host.hypervisor.signalEvent.bind(host.hypervisor);
    host.hypervisor.signalEvent = (caller, connection, flag) => {
      connections.add(connection);
      return signal(caller, connection, flag);
    };
    const adapter = vm.addNetworkAdapter({ switch: host.newVMSwitch(), queues: 2 });
    host.engine.run();
    const page = vm.vmbus.connection.pages.interrupt;
    const set = (half: number) =>
      Array.from({ length: 512 }, (_, i) => vm.memory.read32(page + half + 4 * i)).filter(Boolean);
    const left = () => [set(0), set(2048)];
    return { host, vm, adapter, flags, connections, left };
  }

  /** Both ends of every channel signal each other; who was woken. */
  function signalAll({ host, adapter }: ReturnType<typeof machine>): string[] {
    const woken: string[] = [];
    for (const channel of adapter.channels ?? []) {
      const { relid, guestProcessor: guest, rootProcessor: root } = channel;
      channel.guestEnd = { signalled: () => void woken.push(`guest ${relid}`) };
      channel.rootEnd = { signalled: () => void woken.push(`root ${relid}`) };
      guest.post({ run: (vp) => channel.guestControl?.signal(vp) }, 0, host.engine.now);
      root.post({ run: (vp) => signalGuest(host.hypervisor, vp, channel) }, 0, host.engine.now);
    }
    host.engine.run();
    return woken.sort();
  }

  test.each([
    ['2.4: an event flag for each channel', VERSION_WIN8, [1, 2], [0x2001, 0x2002]],
    ['1.1: a bit of the interrupt page, and flag 0', VERSION_WIN7, [0], [0x2001, 0x2002]],
    ['0.13: the page both ways, and one connection', VERSION_WS2008, [0], [2]],
  ])('%s', (_name, version, flags, connections) => {
    const seen = machine(version);
    expect(seen.vm.vmbus.connection.version).toBe(version);
    expect(seen.adapter.channels?.length).toBe(2);
    expect(seen.adapter.device).toMatchObject({ state: 'running' });
    expect(signalAll(seen)).toEqual(['guest 1', 'guest 2', 'root 1', 'root 2']);
    expect([...seen.flags].sort()).toEqual(flags);
    expect([...seen.connections].sort()).toEqual(connections);
    // Whoever was signalled has taken the bits.
    expect(seen.left()).toEqual([[], []]);
  });
});
