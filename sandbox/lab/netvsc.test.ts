/** The network's VMBus channel: initialisation, counts of its data path, spreading, and misbehaviour. */
import { describe, expect, test } from 'vitest';
import { Random } from '../machine/engine/random.ts';
import type { NetVsc } from '../machine/guest/netvsc/driver.ts';
import { NVSP_WORDS } from '../machine/vmbus/nvsp.ts';
import { PACKET_GPA_DIRECT, PACKET_IN_BAND } from '../machine/vmbus/ring.ts';
import { compare } from './compare.ts';
import { completeConfig } from './options.ts';
import type { CompareConfig } from './report.ts';
import { Testbed, type TestbedOptions } from './testbed.ts';

function bed(options: Partial<CompareConfig> = {}, more: TestbedOptions = {}): Testbed {
  return new Testbed('vmbus', completeConfig({ paths: ['vmbus'], frames: 200, ...options }), more);
}

function parts(machine: Testbed, i = 0) {
  const { device, provider, channels } = machine.adapters[i];
  if (provider === undefined || channels === undefined) throw new Error('no provider');
  return { device: device as NetVsc, provider, channels };
}

async function report(options: Partial<CompareConfig>) {
  const { paths } = await compare({ paths: ['emulated', 'vmbus'], frames: 600, ...options });
  if (paths.vmbus === undefined || paths.emulated === undefined) throw new Error('no report');
  return { vmbus: paths.vmbus, emulated: paths.emulated };
}

describe('after initialisation', () => {
  test('guest and provider have agreed on version, buffers and filter', () => {
    const { device, provider } = parts(bed());
    const { agreed } = device.initialisation;
    expect(device.state).toBe('running');
    expect(agreed).toMatchObject({
      version: 0x60001,
      receiveSectionSize: 1806,
      receiveSections: provider.state.receive?.count,
      sendSectionSize: 6144,
      maxPackets: 8,
      alignment: 8,
      linkUp: true,
      linkSpeed: 100_000_000,
      channels: 1,
    });
    expect(agreed.macAddress).toEqual(provider.state.macBytes);
    expect([provider.state.filter, provider.state.sendSections]).toEqual([0x0d, 170]);
  });

  test('sub-channels are granted, and both tables spread over them', () => {
    const machine = bed({ queues: 4, guestCores: 2 });
    const { device, provider } = parts(machine);
    expect(device.initialisation.agreed.channels).toBe(4);
    expect(provider.channels).toHaveLength(4);
    expect(provider.state.spreading).toBeDefined();
    for (let queue = 0; queue < 4; queue++)
      expect(device.processorOf(queue)).toBe(machine.machines[0].processors[queue % 2]);
  });

  test('the guest hears of a virtual function, and moves its frames to it and back', () => {
    const machine = bed();
    const { device, provider } = parts(machine);
    const paths: number[] = [];
    provider.onDataPath = (path) => paths.push(path);
    provider.associate(machine.host.root[0], true, 42);
    machine.host.engine.run();
    expect(device.association).toEqual({ allocated: true, serial: 42 });
    for (const path of [1, 0]) {
      device.switchDataPath(path);
      machine.host.engine.run();
    }
    expect(paths).toEqual([1, 0]);
  });
});

describe('counts for each frame', () => {
  test('paced: one hypercall; a copy by size; no time in root user; few exits for I/O', async () => {
    for (const [frame, copies] of [
      [60, 1],
      [1514, 1],
      [6080, 1],
      [6100, 0],
      [9014, 0],
    ]) {
      const machine = bed({ frame, load: 'paced' });
      machine.run();
      const { ledger } = machine.host;
      expect(machine.measurement.delivered).toBe(200);
      expect([frame, ledger.copies / 200]).toEqual([frame, copies]);
      expect(ledger.hypercalls / 200).toBeGreaterThanOrEqual(0.98);
      expect(ledger.hypercalls / 200).toBeLessThanOrEqual(1.02);
    }
  });

  test('busy: hardly a hypercall, and less than a twentieth of the exits of emulation', async () => {
    const { vmbus, emulated } = await report({ frames: 3000 });
    expect(vmbus.cores.rootKernel + vmbus.cores.hypervisor).toBeGreaterThan(0.95);
    expect(vmbus.perFrame.hypercalls).toBeLessThan(0.1);
    expect(vmbus.perFrame.copies).toBe(1);
    expect(vmbus.cores.rootUser).toBe(0);
    expect(vmbus.perFrame.ioExits).toBeLessThan(emulated.perFrame.ioExits / 20);
  });

  test('receiving: one copy, by the root', async () => {
    for (const load of ['paced', 'max'] as const) {
      const { vmbus } = await report({ direction: 'rx', load });
      expect([vmbus.perFrame.copies, vmbus.cores.rootUser]).toEqual([1, 0]);
    }
  });

  test('frames that come in a burst share a section and a packet', () => {
    const machine = bed({ frame: 200, load: 1000 }, { burst: 8 });
    const { channels } = parts(machine);
    const ring = channels[0].openGuestToRoot();
    const before = ring.writeIndex;
    machine.run();
    expect(machine.measurement.delivered).toBe(200);
    expect(ring.writeIndex - before).toBe((200 / 8) * 64);
    expect(machine.host.ledger.copies).toBe(200);
  });

  test('a frame that only begins in a section lists the pages of the rest', () => {
    const machine = bed({ frame: 4000, load: 1000, frames: 100 }, { burst: 2 });
    machine.run();
    expect(machine.measurement.delivered).toBe(100);
    expect(machine.host.ledger.copies).toBe(50);
    expect(machine.peer.check.damaged).toBe(0);
  });
});

test('a flow stays on one channel; many flows use more than one', () => {
  const machine = bed({ direction: 'rx', queues: 4, frames: 400 });
  machine.run();
  expect(machine.measurement.delivered).toBe(400);
  expect(machine.guestCheck.misplaced).toBe(0);
});

describe('a guest that sends what it likes', () => {
  const MESSAGES = [1, 100, 101, 103, 104, 106, 107, 107, 107, 108, 125, 128, 129, 133, 134, 555];

  /** Random words behind a type that exists, into ring and send buffer. */
  function attack(machine: Testbed, random: Random): void {
    const { channels, device } = parts(machine);
    const [channel] = channels;
    const words = Uint32Array.from({ length: 4 + 6 + NVSP_WORDS }, () =>
      random.below(4) === 0 ? random.below(0x1_0000_0000) : random.below(200),
    );
    const direct = random.below(2) === 0;
    const at = direct ? 4 + 6 : 4;
    if (direct) words.set([0, random.below(3), random.below(9000), random.below(5000)], 4);
    words[at] = MESSAGES[random.below(MESSAGES.length)];
    words[at + 1] = random.below(3);
    if (random.below(2) === 0)
      words[at + 2] = random.below(2) === 0 ? 0xffffffff : random.below(170);
    const count = at + random.below(NVSP_WORDS + 1);
    const type = direct ? PACKET_GPA_DIRECT : PACKET_IN_BAND;
    channel.openGuestToRoot().write(words, count, type, at - 4, 1, random.below(1000));
    for (let i = 0; i < 64; i++)
      device.memory.write32(0x200000 + 4 * random.below(0x40000), random.below(6000));
    device.signal(channel);
  }

  test('suffers alone: 30 seeds of 200 messages, and the other guest keeps every frame', () => {
    let closed = 0;
    for (let seed = 1; seed <= 30; seed++) {
      const machine = bed({ vms: 2, frames: 100, load: 'paced' });
      const random = new Random(seed);
      const [{ device }] = machine.adapters;
      device.send = () => {
        for (let i = 0; i < 200; i++) attack(machine, random);
      };
      machine.run();
      expect(machine.measurement.delivered).toBe(50);
      expect(machine.peer.check.damaged).toBe(0);
      if (parts(machine).channels[0].closedBecause !== undefined) closed++;
    }
    expect(closed).toBeGreaterThan(20);
  });

  test('a header changed after the packet was put is judged once, by its copy', () => {
    const machine = bed({ vms: 2, load: 'paced' });
    const { device, provider } = parts(machine);
    const send = device.send.bind(device);
    device.send = (queue, length, more) => {
      send(queue, length, more);
      for (let at = 0; at < 0x100000; at += 6144) device.memory.write32(0x400000 + at + 12, 60_000);
    };
    machine.run();
    expect(provider.channels[0].channel.closedBecause).toBeUndefined();
    expect(machine.measurement.delivered).toBeGreaterThanOrEqual(100);
    expect(machine.peer.check.damaged).toBe(0);
  });
});
