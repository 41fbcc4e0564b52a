import { describe, expect, test } from 'vitest';
import {
  CSR6_OPERATION,
  CSR9_SERIAL_ROM,
  MII_CLOCK,
  MII_READ,
} from '../machine/devices/dec21140/spec.ts';
import { REG_LINK_SPEED, REG_STATUS } from '../machine/devices/sriov-nic/spec.ts';
import { TulipDriver } from '../machine/guest/tulip/driver.ts';
import { VirtualSwitch } from '../machine/host/virtual-switch.ts';
import type { GuestCode } from '../machine/partition/virtual-processor.ts';
import { PHYSICAL_FUNCTION_REGISTERS } from './host.ts';
import { completeConfig } from './options.ts';
import type { CompareConfig, PathName } from './report.ts';
import { Testbed, type TestbedOptions } from './testbed.ts';
import { UsageError } from './usage.ts';

function bed(path: PathName, options: Partial<CompareConfig> = {}, more: TestbedOptions = {}) {
  return new Testbed(path, completeConfig({ paths: [path], frames: 200, ...options }), more);
}

/** Gb/s of payload-carrying frames over the whole run. */
function rate({ measurement }: Testbed): number {
  const { deliveredBytes, lastArrived, firstSent } = measurement;
  return (deliveredBytes * 8000) / (lastArrived - firstSent);
}

describe('the root sets the speed of the link', () => {
  test.each(['vmbus', 'sriov'] as const)('%s: traffic then runs at it, both ways', (path) => {
    for (const direction of ['tx', 'rx'] as const) {
      const machine = bed(path, { direction });
      machine.host.setLinkSpeed(1000);
      machine.run();
      expect(machine.host.linkSpeed).toBe(1000);
      expect(machine.measurement.delivered).toBe(200);
      expect(rate(machine)).toBeLessThan(1);
      expect(rate(machine)).toBeGreaterThan(0.85);
    }
  });

  test('any function can read it in STATUS', () => {
    const { host } = bed('sriov');
    const status = () => host.nic.functions.map((f) => (f.read(REG_STATUS) >>> 6) & 3);
    expect(status()).toEqual([2, 2]);
    host.setLinkSpeed(100);
    expect(status()).toEqual([1, 1]);
    host.setLinkSpeed(10);
    expect(status()).toEqual([0, 0]);
  });

  test('a speed that the line does not have is refused, by the driver and by the register', () => {
    const { host } = bed('vmbus');
    for (const speed of [0, 5, 25_000, Number.NaN])
      expect(() => host.setLinkSpeed(speed)).toThrow(UsageError);
    for (const speed of [0, 5, 25_000]) host.nic.functions[0].write(REG_LINK_SPEED, speed, 0);
    expect(host.linkSpeed).toBe(10_000);
    expect(() => bed('native').host.setLinkSpeed(1000)).toThrow(/no root partition/);
  });
});

describe('a child cannot', () => {
  test.each(['emulated', 'vmbus', 'sriov'] as const)(
    '%s: the registers of the physical function are not in its memory',
    (path) => {
      const { host, machines } = bed(path);
      const { memory } = machines[0];
      const before = memory.faults;
      memory.write32(PHYSICAL_FUNCTION_REGISTERS + REG_LINK_SPEED, 10);
      expect(memory.read32(PHYSICAL_FUNCTION_REGISTERS + REG_LINK_SPEED)).toBe(0xffffffff);
      expect(memory.faults - before).toBe(2);
      expect(memory.lastFault?.gpa).toBe(PHYSICAL_FUNCTION_REGISTERS + REG_LINK_SPEED);
      expect(host.linkSpeed).toBe(10_000);
    },
  );

  test('sriov: a virtual function has no such register: ones, no effect, counted', () => {
    const { host, adapters } = bed('sriov');
    const vf = host.nic.functions[adapters[0].functionIndex ?? 0];
    vf.write(REG_LINK_SPEED, 10, 0);
    expect(vf.read(REG_LINK_SPEED)).toBe(0xffffffff);
    expect(vf.refused).toBe(2);
    expect(host.linkSpeed).toBe(10_000);
    expect(host.nic.functions[0].refused).toBe(0);
  });

  test('emulated: a chip told to run at 10 Mb/s is as fast as before, and faster than its label', () => {
    const TRANSMIT_THRESHOLD_MODE = 1 << 22;
    class Slow extends TulipDriver {
      override *out(register: number, value: number): GuestCode {
        yield* super.out(
          register,
          register === CSR6_OPERATION ? value | TRANSMIT_THRESHOLD_MODE : value,
        );
      }
    }
    const usual = bed('emulated');
    const slow = bed('emulated', {}, { drivers: { tulip: Slow } });
    for (const machine of [usual, slow]) machine.run();
    expect(slow.host.linkSpeed).toBe(10_000);
    expect(slow.measurement.delivered).toBe(200);
    expect(rate(slow)).toBe(rate(usual));
    expect(rate(slow)).toBeGreaterThan(0.1);
  });

  test('emulated: a PHY forced to 10 Mb/s is the chip’s affair, and not the wire’s', () => {
    const usual = bed('emulated');
    const slow = bed('emulated');
    const { device } = slow.adapters[0].worker ?? {};
    if (device === undefined) throw new Error('no worker');
    const clock = (bit: number, direction = 0) => {
      const value = direction | (bit << 17);
      for (const level of [0, MII_CLOCK]) device.write(CSR9_SERIAL_ROM, 4, value | level);
      return (device.read(CSR9_SERIAL_ROM, 4) >>> 19) & 1;
    };
    /** IEEE 802.3 clause 22: preamble, start, operation, PHY 1, register 0, then turn-around and data. */
    const frame = (operation: string) => {
      for (const bit of `${'1'.repeat(32)}01${operation}0000100000`) clock(Number(bit));
    };
    const control = () => {
      frame('10');
      let read = 0;
      for (let i = 0; i < 17; i++) read = ((read << 1) | clock(0, MII_READ)) & 0xffff;
      return read;
    };
    expect(control()).not.toBe(0);
    frame('01');
    for (const bit of `10${'0'.repeat(16)}`) clock(Number(bit));
    expect(control()).toBe(0);
    for (const machine of [usual, slow]) machine.run();
    expect(slow.host.linkSpeed).toBe(10_000);
    expect(rate(slow)).toBe(rate(usual));
    expect(rate(slow)).toBeGreaterThan(0.1);
  });

  test('nothing that a guest’s driver holds leads to the virtual switch', () => {
    for (const path of ['emulated', 'vmbus', 'sriov'] as const) {
      const seen = new Set<object>();
      const visit = (value: unknown): void => {
        if (typeof value !== 'object' || value === null || seen.has(value)) return;
        if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return;
        seen.add(value);
        for (const key of Reflect.ownKeys(value)) visit(Reflect.get(value, key));
      };
      visit(bed(path).adapters[0].device);
      expect(seen.size).toBeGreaterThan(2);
      expect([...seen].some((value) => value instanceof VirtualSwitch)).toBe(false);
    }
  });
});

describe('the policy of a port', () => {
  test.each(['emulated', 'vmbus'] as const)('%s: a forged source stops at the switch', (path) => {
    const machine = bed(path);
    const [adapter] = machine.adapters;
    const { device } = adapter;
    const send = device.send.bind(device);
    let gpa = 0;
    const claim = device.claim.bind(device);
    device.claim = (queue) => {
      gpa = claim(queue);
      return gpa;
    };
    let count = 0;
    device.send = (queue, length, more) => {
      if (count++ % 4 === 0) device.memory.write8(gpa + 11, 0x99);
      send(queue, length, more);
    };
    machine.run();
    expect(machine.vmSwitch?.droppedAt(adapter).spoofed).toBe(50);
    expect(machine.measurement.delivered).toBe(150);
    expect(machine.measurement.strays).toBe(0);
  });

  test('vmbus: a maximum bandwidth bounds what arrives; the other machine keeps its own', () => {
    const machine = bed('vmbus', { vms: 2, frames: 4000 });
    const { vmSwitch, adapters } = machine;
    vmSwitch?.setPortPolicy(adapters[0], { maximumBandwidth: 100e6 });
    machine.run();
    const dropped = vmSwitch?.droppedAt(adapters[0]).limited ?? 0;
    expect(dropped).toBeGreaterThan(1500);
    expect(machine.measurement.delivered + dropped).toBe(4000);
    expect(vmSwitch?.droppedAt(adapters[1]).limited).toBe(0);
  });

  test('vmbus: full frames of a VLAN reach the peer with their tag', () => {
    const machine = bed('vmbus', { frames: 10 });
    const tags: string[] = [];
    machine.host.connectPeer({
      receive(address, length) {
        const { bytes } = machine.host.memory;
        const tag = Buffer.from(bytes.subarray(address + 12, address + 16)).toString('hex');
        tags.push(`${length} ${tag}`);
      },
    });
    machine.vmSwitch?.setPortPolicy(machine.adapters[0], { vlan: 7 });
    machine.run();
    expect(tags).toEqual(new Array(10).fill('1518 81000007'));
  });

  test('settings that cannot be, and adapters that are not there, are refused', () => {
    const { vmSwitch, adapters } = bed('vmbus');
    for (const settings of [{ vlan: -1 }, { vlan: 4095 }, { vlan: 1.5 }, { maximumBandwidth: 5 }])
      expect(() => vmSwitch?.setPortPolicy(adapters[0], settings)).toThrow(UsageError);
    expect(() => vmSwitch?.setPortPolicy(bed('vmbus').adapters[0], {})).toThrow(/not connected/);
    const sriov = bed('sriov');
    expect(() => sriov.vmSwitch?.setPortPolicy(sriov.adapters[0], { vlan: 5 })).toThrow(
      /pass the virtual switch by/,
    );
  });
});
