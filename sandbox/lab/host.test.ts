import { describe, expect, test } from 'vitest';
import { HyperVHost } from './host.ts';
import { costsOf, findProfile } from './profiles.ts';
import { UsageError } from './usage.ts';

function newHost(rootCores = 1): HyperVHost {
  return new HyperVHost({
    costs: costsOf(findProfile('nehalem-2008r2')),
    lineGbps: 10,
    rootCores,
    maxFrame: 1514,
    guestBytes: 24 << 20,
    postedInterrupts: false,
  });
}

const VM = { memoryBytes: 8 << 20 };

describe('the two checkboxes', () => {
  test.each([
    [true, 100, false, 'sriov'],
    [true, 1, false, 'sriov'],
    [true, 0, false, 'vmbus'],
    [false, 100, false, 'vmbus'],
    [false, 0, false, 'vmbus'],
    [true, 0, true, 'emulated'],
    [false, 0, true, 'emulated'],
  ])('enableIov %s, iovWeight %d, legacy %s: %s', (enableIov, iovWeight, legacy, path) => {
    const host = newHost();
    const adapter = host
      .newVM(VM)
      .addNetworkAdapter({ switch: host.newVMSwitch({ enableIov }), iovWeight, legacy });
    expect(host.nic.functions).toHaveLength(path === 'sriov' ? 2 : 1);
    if (path === 'sriov') expect(adapter.path).toBe('vmbus');
    host.engine.run(Infinity, 1_000_000);
    expect(adapter.path).toBe(path);
  });

  test('without settings a switch has no SR-IOV and an adapter uses VMBus', () => {
    const host = newHost();
    const vmSwitch = host.newVMSwitch();
    expect(vmSwitch.enableIov).toBe(false);
    expect(host.newVM(VM).addNetworkAdapter({ switch: vmSwitch }).path).toBe('vmbus');
  });

  test('settings that contradict each other, or cannot be, are refused', () => {
    const host = newHost();
    const vmSwitch = host.newVMSwitch({ enableIov: true });
    const machine = host.newVM(VM);
    const add = (iovWeight: number, legacy = false) =>
      machine.addNetworkAdapter({ switch: vmSwitch, iovWeight, legacy });
    expect(() => add(-1)).toThrow(/iovWeight: -1 is not between 0 and 100/);
    expect(() => add(101)).toThrow(UsageError);
    expect(() => add(Number.NaN)).toThrow(UsageError);
    expect(() => add(50, true)).toThrow(/legacy network adapter has no SR-IOV/);
    expect(() => newHost(0).newVMSwitch()).toThrow(/no root partition/);
  });
});

describe('isolation', () => {
  test('no page of a partition is another one’s, nor in another VF’s domain', () => {
    const host = newHost();
    const vmSwitch = host.newVMSwitch({ enableIov: true });
    const machines = [0, 1].map(() => host.newVM(VM));
    const adapters = machines.map((machine) =>
      machine.addNetworkAdapter({ switch: vmSwitch, iovWeight: 100 }),
    );
    const owned = machines.map(({ memory }) => {
      const pages = new Set<number>();
      for (let page = 0; page < memory.size / 4096; page++) pages.add(memory.frameOf(page));
      return pages;
    });
    expect([...owned[0]].filter((page) => owned[1].has(page))).toEqual([]);
    for (const [i, { requesterId = 0 }] of adapters.entries()) {
      for (let gpa = 0; gpa < machines[i].memory.size; gpa += 4096) {
        const at = host.iommu.translate(requesterId, gpa, 1);
        // The guest's own page, also where the hypervisor shows the guest another one.
        expect(at).toBe(machines[i].memory.frameOf(gpa / 4096) * 4096);
      }
      expect(host.iommu.translate(requesterId, machines[i].memory.size, 1)).toBe(-1);
    }
  });
});
