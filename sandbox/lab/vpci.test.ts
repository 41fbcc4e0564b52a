/** A function on a virtual PCI bus, from its offer to its end, over a real channel. */
import { describe, expect, test } from 'vitest';
import { SECOND } from '../machine/engine/engine.ts';
import type { PciDevice } from '../machine/guest/vpci/device.ts';
import { HV_STATUS_INVALID_PARAMETER } from '../machine/partition/hypercall-status.ts';
import { EXIT_MMIO } from '../machine/partition/ledger.ts';
import { VPCI_VERSIONS, windowsSlot } from '../machine/vmbus/vpci.ts';
import { offerVirtualPci, type VirtualPciSettings } from './vpci.ts';
import { RecordingFunction, vpciMachines } from './vpci-bench.ts';

const SERIAL = 7;

function offer(settings: Partial<VirtualPciSettings> = {}, assigned = new RecordingFunction()) {
  const [machine] = vpciMachines();
  const parts = offerVirtualPci(machine, { assigned, serial: SERIAL, ...settings });
  const devices: PciDevice[] = [];
  parts.bus.onDevice = (device) => devices.push(device);
  const run = () => machine.host.engine.run(Infinity, 100_000);
  return { machine, assigned, devices, run, ...parts };
}

function running(settings: Partial<VirtualPciSettings> = {}) {
  const parts = offer(settings);
  parts.bus.open();
  parts.run();
  const [device] = parts.devices;
  return { ...parts, device };
}

describe('setup', () => {
  test.each(VPCI_VERSIONS)(
    'in version %i: the function appears with its ids and serial',
    (version) => {
      const { bus, provider, device, assigned } = running({ versions: [version] });
      expect([bus.state, bus.agreed.version, provider.version]).toEqual([
        'running',
        version,
        version,
      ]);
      expect(device.serial).toBe(SERIAL);
      expect(device.ids).toEqual({ vendor: 0x8086, device: 0x10ca, subsystem: 0xa03c8086 });
      expect(assigned.log).toEqual(['bar 0 f8000000', 'bar 3 f8004000']);
    },
  );

  test('no version in common ends it', () => {
    const { bus, devices } = running({ versions: [0x20000] });
    expect([bus.state, bus.failedBecause]).toEqual(['failed', 'the root refused every version']);
    expect(devices).toEqual([]);
  });

  test('two registers get their memory where the guest says, aligned to its size', () => {
    const { device, bus } = running();
    expect(device.bar(0)).toMatchObject({ address: 0xf8000000, size: 0x4000 });
    expect(device.bar(3)).toMatchObject({ address: 0xf8004000, size: 0x4000 });
    expect(device.bar(1)).toBeUndefined();
    expect(bus.agreed.window).toBe(0xf8008000);
  });
});

describe('configuration space', () => {
  test('an access is a trap for the slot, a trap for the register, and one call to the function', () => {
    const { device, assigned, machine } = running();
    const { ledger } = machine.host;
    assigned.space.set(0x70, 0x1234);
    const [exits, reads] = [ledger.exits[EXIT_MMIO], assigned.reads];
    expect(device.readConfiguration(0x70, 2)).toBe(0x1234);
    expect(ledger.exits[EXIT_MMIO] - exits).toBe(2);
    expect(assigned.reads - reads).toBe(1);
  });

  test('what identifies it is answered without a trap; no ROM, no pin', () => {
    const { device, assigned, machine } = running();
    const { ledger } = machine.host;
    const exits = ledger.exits[EXIT_MMIO];
    assigned.space.set(0x00, 0xffffffff);
    expect(device.readConfiguration(0, 4)).toBe(0x10ca8086);
    expect(device.readConfiguration(2, 2)).toBe(0x10ca);
    expect(device.readConfiguration(8, 4)).toBe(0x02000001);
    expect(device.readConfiguration(0x2c, 4)).toBe(0xa03c8086);
    expect(device.readConfiguration(0x30, 4)).toBe(0);
    expect(device.readConfiguration(0x3d, 1)).toBe(0);
    expect(ledger.exits[EXIT_MMIO]).toBe(exits);
  });

  test('the registers of a VF, which are zero, can be sized through the window', () => {
    const { device } = running();
    device.writeConfiguration(0x10, 4, 0xffffffff);
    expect(device.readConfiguration(0x10, 4)).toBe(0xffffc00c);
    device.writeConfiguration(0x18, 4, 0xffffffff);
    expect(device.readConfiguration(0x18, 4)).toBe(0);
  });

  test('another slot, an odd place and what is beyond read ones', () => {
    const { bus, provider, machine } = running();
    const before = provider.window.missing;
    expect(bus.window(windowsSlot(3, 0), 0x40, 4, false, 0)).toBe(0xffffffff);
    expect(bus.window(0, 0x41, 2, false, 0)).toBe(0xffff);
    expect(provider.window.missing - before).toBe(2);
    expect(bus.window(0, 0x1000, 4, false, 0)).toBe(0xffffffff);
    expect(machine.host.hypervisor.assigned.unclaimed).toBe(1);
  });
});

describe('interrupts', () => {
  const wanted = [0, 1, 0].map((processor, i) => ({ vector: 0x28 + i, processor }));

  test.each(VPCI_VERSIONS)(
    'in version %i each is made, and pointed at its processor',
    (version) => {
      const { device, assigned, run } = running({ versions: [version] });
      const data: number[] = [];
      let good = false;
      device.enableMsix(
        wanted,
        (_i, message) => data.push(message.data),
        (all) => {
          good = all;
        },
      );
      run();
      expect([good, data]).toEqual([true, [0, 1, 2]]);
      expect([...assigned.entries.values()]).toEqual(
        wanted.map(({ vector, processor }) => ({ vector, processors: [processor] })),
      );
      device.disableMsix();
      run();
      expect(assigned.entries.size).toBe(0);
    },
  );

  test('no more than the function has', () => {
    const { device, provider, run } = running();
    const results: boolean[] = [];
    device.enableMsix(
      [...wanted, wanted[0]],
      () => {},
      (good) => results.push(good),
    );
    run();
    expect([results, provider.interrupts.count]).toEqual([[false], 3]);
  });

  test('an interrupt that was not made cannot be pointed anywhere', () => {
    const { bus } = running();
    const message = { address: 0xfee00000, data: 77, count: 1 };
    expect(bus.retarget(0, message, wanted[0])).toBe(HV_STATUS_INVALID_PARAMETER);
  });
});

describe('blocks of configuration', () => {
  test('are read and written through the root', () => {
    const { device, assigned, run } = running();
    const read: (Uint8Array | undefined)[] = [];
    device.readBlock(0, 4, (bytes) => read.push(bytes));
    device.readBlock(9, 4, (bytes) => read.push(bytes));
    device.writeBlock(0, Uint8Array.of(9, 8), () => {});
    run();
    expect(read).toEqual([Uint8Array.of(1, 2, 3, 4), undefined]);
    expect(assigned.blocks.get(0)).toEqual(Uint8Array.of(9, 8));
  });

  test('changes are told once, however many came before: the masks are put together', () => {
    const { device, provider, machine, run } = running();
    const told: number[][] = [];
    device.onInvalidated = (low, high) => told.push([low, high]);
    const root = machine.rootProcessor(0);
    provider.invalidate(root, 1);
    provider.invalidate(root, 1);
    provider.invalidate(root, 4, 0x80000000);
    run();
    expect(told).toEqual([[5, 0x80000000]]);
  });
});

describe('leaving', () => {
  test('asked to, the driver lets go, and the channel is taken back', () => {
    const { device, provider, bus, machine, run, assigned } = running();
    const events: string[] = [];
    device.onRemove = (then, surprise) => {
      events.push(`remove ${surprise}`);
      then();
    };
    provider.eject(machine.rootProcessor(0), (how) => events.push(how));
    run();
    expect(events).toEqual(['remove false', 'ejected']);
    expect([provider.gone, bus.state]).toEqual([true, 'gone']);
    expect(machine.host.engine.now).toBeLessThan(SECOND);
    expect(assigned.log.slice(-2)).toEqual(['bar 0 away', 'bar 3 away']);
    expect(machine.vmbus.host.channels.filter(({ state }) => state === 'open')).toEqual([]);
  });

  test('a driver that does not let go is not waited for longer than 60 s', () => {
    const { device, provider, machine, run } = running();
    const events: (string | number)[] = [];
    device.onRemove = (_then, surprise) => events.push(`remove ${surprise}`);
    const started = machine.host.engine.now;
    provider.eject(machine.rootProcessor(0), (how) => {
      events.push(how, Math.round((machine.host.engine.now - started) / SECOND));
    });
    run();
    expect(events).toEqual(['remove false', 'surprise', 60, 'remove true']);
    expect(provider.gone).toBe(true);
  });

  test('surprise removal: nobody is asked', () => {
    const { device, provider, run } = running();
    const events: boolean[] = [];
    device.onRemove = (_then, surprise) => events.push(surprise);
    provider.remove();
    run();
    expect(events).toEqual([true]);
    expect(device.readConfiguration(0x40, 4)).toBe(0xffffffff);
  });

  test('leaving D0 takes the window and the interrupts', () => {
    const { device, bus, provider, run } = running();
    device.enableMsix(
      [{ vector: 0x30, processor: 0 }],
      () => {},
      () => {},
    );
    run();
    let answered = false;
    bus.leaveD0(() => {
      answered = true;
    });
    run();
    expect([answered, provider.powered, provider.interrupts.count]).toEqual([true, false, 0]);
    expect(device.readConfiguration(0x40, 4)).toBe(0xffffffff);
  });

  test.each(Array.from({ length: 12 }, (_, i) => i))(
    'asked to leave before the setup is done (after %i messages): it ends, and nothing is left',
    (messages) => {
      const { machine, provider, bus, devices, run } = offer();
      const ended: string[] = [];
      const packet = provider.packet.bind(provider);
      let seen = 0;
      provider.packet = (processor, one) => {
        if (seen++ === messages) provider.eject(processor, (how) => ended.push(how));
        packet(processor, one);
      };
      bus.open();
      run();
      if (seen <= messages) provider.eject(machine.rootProcessor(0), (how) => ended.push(how));
      run();
      expect(ended.length).toBe(1);
      expect(['gone', 'ejected']).toContain(bus.state);
      expect(devices.every(({ removed }) => removed)).toBe(true);
      expect(provider.interrupts.count).toBe(0);
      expect(machine.vmbus.host.channels.filter(({ state }) => state === 'open')).toEqual([]);
    },
  );
});
