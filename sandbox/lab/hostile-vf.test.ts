/** Guests that misbehave with the virtual function that they were given: they hurt themselves, nobody else. */
import { describe, expect, test } from 'vitest';
import {
  DEVICE_CONTROL,
  INITIATE_FUNCTION_RESET,
} from '../machine/bus/pci/capabilities/express.ts';
import { COMMAND_MEMORY, PCI_COMMAND } from '../machine/bus/pci/configuration-space.ts';
import { MSIX_BAR, VF_EXPRESS } from '../machine/devices/sriov-nic/configuration-spec.ts';
import type { NicFunction } from '../machine/devices/sriov-nic/function.ts';
import { V2P, V2P_REQ, VMBMEM } from '../machine/devices/sriov-nic/registers-spec.ts';
import { QUEUE_BASE_LOW, QUEUE_TAIL, VF_TX_BASE } from '../machine/devices/sriov-nic/spec.ts';
import { MICROSECOND } from '../machine/engine/engine.ts';
import { Random } from '../machine/engine/random.ts';
import type { VfAdapter } from '../machine/guest/vf-adapter.ts';
import type { PciDevice } from '../machine/guest/vpci/device.ts';
import { FAULT_SOURCE } from '../machine/iommu/spec.ts';
import { macBytes } from '../machine/net/frame.ts';
import { PauseReceiver } from '../machine/wire/pause.ts';
import { completeConfig } from './options.ts';
import { Testbed } from './testbed.ts';

const EACH = 100;

/** What the guest has in its hands: driver, function on its bus, registers. */
interface Hands {
  bed: Testbed;
  vf: VfAdapter;
  pci: PciDevice;
  registers: NicFunction;
  at: number;
}

/** Two guests with functions; `attack` runs as guest 0 when its fifth frame is due, and that one stays unsent. */
function attacked(attack: (hands: Hands) => void, direction: 'tx' | 'rx' = 'tx'): Testbed {
  const options = { paths: ['sriov' as const], vms: 2, frames: 2 * EACH, load: 20_000, direction };
  const bed = new Testbed('sriov', completeConfig(options));
  const [adapter] = bed.adapters;
  const { guest, bus } = adapter.iov?.vf ?? {};
  const [pci] = bus?.bus.devices ?? [];
  const registers = bed.host.machines[0].windowMap.registersAt(pci.bar(0)?.address ?? 0);
  if (guest === undefined || registers === undefined) throw new Error('no function');
  const delivered = [0, 0];
  arrivals.set(bed, delivered);
  const counted = bed.measurement.onArrival;
  bed.measurement.onArrival = (flow, time) => {
    delivered[flow]++;
    counted?.(flow, time);
  };
  const strike = () =>
    attack({ bed, vf: guest, pci, registers, at: adapter.device.processorOf(0).local });
  if (direction === 'rx') {
    bed.host.engine.timer({ handle: strike }).schedule(bed.start + 250 * MICROSECOND);
  } else {
    const send = adapter.device.send.bind(adapter.device);
    let count = 0;
    adapter.device.send = (queue, length, more) => {
      if (++count === 5) strike();
      else send(queue, length, more);
    };
  }
  bed.run();
  return bed;
}

/** Frames that arrived, by guest. */
const arrivals = new WeakMap<Testbed, number[]>();

/** Frames of the other guest that arrived, and whatever was wrong with any. */
function others(bed: Testbed) {
  const { measurement, peer, guestCheck } = bed;
  const damaged = peer.check.damaged + guestCheck.damaged + measurement.strays;
  return { delivered: arrivals.get(bed)?.[1], damaged };
}

const UNHURT = { delivered: EACH, damaged: 0 };

/** Sends `bytes` by the function's own ring, past everything above it. */
function sendRaw(vf: VfAdapter, bytes: Uint8Array): void {
  const gpa = vf.claim(0);
  vf.memory.writeFrom(gpa, bytes, 0, bytes.length);
  vf.send(0, bytes.length, false);
}

describe('DMA', () => {
  test('a ring outside its domain: a fault with its requester id, and its queue stops', () => {
    const bed = attacked(({ registers, at }) => {
      registers.write(VF_TX_BASE + QUEUE_BASE_LOW, 0x7000_0000, at);
      registers.write(VF_TX_BASE + QUEUE_TAIL, 20, at);
    });
    expect(bed.host.iommu.lastFault).toMatchObject({ requesterId: 0x180, access: 'read' });
    expect(bed.host.nic.functions[1].tx[0].registers.enabled).toBe(false);
    expect(others(bed)).toEqual(UNHURT);
  });

  test('every address of the other guest’s memory is one of its own, or a fault', () => {
    const bed = attacked(() => {});
    const { iommu, machines } = bed.host;
    const foreign = new Set<number>();
    for (let p = 0; p < machines[1].memory.size / 4096; p++)
      foreign.add(machines[1].memory.frameOf(p));
    for (let gpa = 0; gpa < 64 << 20; gpa += 4096) {
      const to = iommu.translate(0x180, gpa, 1);
      if (to >= 0) expect(foreign.has(to / 4096)).toBe(false);
    }
  });

  test('without Bus Master Enable it reads and writes nothing', () => {
    const bed = attacked(({ pci }) => pci.writeConfiguration(PCI_COMMAND, 2, COMMAND_MEMORY));
    expect(bed.host.nic.functions[1].tx[0].registers.enabled).toBe(false);
    expect(others(bed)).toEqual(UNHURT);
  });

  test('a function-level reset in the middle: its frames end, the other guest’s go on', () => {
    for (const direction of ['tx', 'rx'] as const) {
      const bed = attacked(({ pci }) => {
        const control = pci.readConfiguration(VF_EXPRESS + DEVICE_CONTROL, 2);
        pci.writeConfiguration(VF_EXPRESS + DEVICE_CONTROL, 2, control | INITIATE_FUNCTION_RESET);
      }, direction);
      expect(arrivals.get(bed)?.[0]).toBeLessThan(20);
      expect(others(bed)).toEqual(UNHURT);
    }
  });
});

describe('registers', () => {
  test('doorbells out of range, and queues that are not there', () => {
    const bed = attacked(({ registers, at }) => {
      for (const tail of [256, 0xffff, 0xffffffff, 1e6])
        for (let queue = 0; queue < 64; queue++)
          registers.write(VF_TX_BASE + 0x100 * queue + QUEUE_TAIL, tail, at);
    });
    expect(others(bed)).toEqual(UNHURT);
  });

  test('a flood of the mailbox reaches its own words, and wakes nobody in the root', () => {
    const bed = attacked(({ registers, at }) => {
      for (let i = 0; i < 20_000; i++) {
        registers.write(VMBMEM + 4 * (i & 15), i, at);
        registers.write(V2P, V2P_REQ, at);
      }
    });
    const { memory } = bed.host.nic.registers.mailboxes;
    expect(memory.subarray(0, 16).some((word) => word !== 0)).toBe(true);
    expect(memory.subarray(16).every((word) => word === 0)).toBe(true);
    expect(others(bed)).toEqual(UNHURT);
  });

  test('noise in both of its windows (seeded): the other guest does not notice', () => {
    const random = new Random(5);
    const bed = attacked(({ bed: { host }, pci, registers, at }) => {
      const { windowMap } = host.machines[0];
      const table = pci.bar(MSIX_BAR)?.address ?? 0;
      for (let i = 0; i < 100_000; i++) {
        const [offset, value] = [random.below(0x1000) * 4, random.below(2 ** 32)];
        if (i % 2 === 0) registers.write(offset, value, at);
        else windowMap.store(table + offset, value, at);
        if (i % 16 === 0) registers.read(offset);
      }
    });
    expect(others(bed)).toEqual(UNHURT);
  });
});

describe('interrupts', () => {
  test('I8: a message of the other guest’s in its own table is refused for its source', () => {
    const bed = attacked(({ bed: { host }, pci, at }) => {
      const foreign = host.nic.functions[2].msix?.read32(0) ?? 0;
      host.machines[0].windowMap.store(pci.bar(MSIX_BAR)?.address ?? 0, foreign, at);
    }, 'rx');
    expect(bed.host.remapping.lastFault).toMatchObject({ requesterId: 0x180, code: FAULT_SOURCE });
    expect(others(bed)).toEqual(UNHURT);
  });

  test('a message that is pointed at memory is a write like any other', () => {
    const bed = attacked(({ bed: { host }, pci, at }) => {
      host.machines[0].windowMap.store(pci.bar(MSIX_BAR)?.address ?? 0, 0x7000_0000, at);
    }, 'rx');
    expect(bed.host.iommu.lastFault).toMatchObject({ requesterId: 0x180, access: 'write' });
    expect(others(bed)).toEqual(UNHURT);
  });
});

describe('frames', () => {
  test('a source address of another is stopped in the NIC', () => {
    const bed = attacked(({ bed: { adapters }, vf }) => {
      const frame = new Uint8Array(200).fill(0x5a);
      frame.set(macBytes(adapters[1].macAddress), 6);
      for (let i = 0; i < 10; i++) sendRaw(vf, frame);
    });
    expect(bed.host.nic.switching.spoofed).toBe(10);
    expect(others(bed)).toEqual(UNHURT);
  });

  test.each([
    [false, 1],
    [true, 0],
  ])(
    'a pause frame stops the link for everybody, unless the filter is on: %s',
    (filter, paused) => {
      let partner: PauseReceiver | undefined;
      const bed = attacked(({ bed: { host, adapters, peer }, vf }) => {
        partner = new PauseReceiver(host.memory, host.lineIn, peer, () => host.engine.now);
        host.connectPeer(partner);
        host.pfDriver.stopPauseFrames(filter);
        const frame = new Uint8Array(60);
        frame.set([1, 0x80, 0xc2, 0, 0, 1]);
        frame.set(macBytes(adapters[0].macAddress), 6);
        frame.set([0x88, 0x08, 0, 1, 0xff, 0xff], 12);
        sendRaw(vf, frame);
      }, 'rx');
      expect(partner?.paused).toBe(paused);
      // Its address is one of a group: the switch inside hands it to the guests as well.
      expect(others(bed).delivered).toBe(EACH);
      const [slowest] = bed.measurement.latencies([1]);
      expect(slowest > 1000).toBe(paused === 1);
    },
  );
});
