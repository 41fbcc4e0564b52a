/** A guest that says what it likes on its virtual PCI channel hurts itself only. */
import { describe, expect, test } from 'vitest';
import { Random } from '../machine/engine/random.ts';
import { HV_RETARGET_DEVICE_INTERRUPT, hypercall } from '../machine/partition/hypercall-abi.ts';
import {
  HV_STATUS_ACCESS_DENIED,
  HV_STATUS_INVALID_HYPERCALL_INPUT,
  HV_STATUS_INVALID_PARAMETER,
  HV_STATUS_INVALID_VP_INDEX,
} from '../machine/partition/hypercall-status.ts';
import { encodeRetarget } from '../machine/partition/retarget.ts';
import { guidBytes } from '../machine/vmbus/guids.ts';
import { getNumber } from '../machine/vmbus/message-codec.ts';
import { PacketPort } from '../machine/vmbus/packet-port.ts';
import { PCI_BUS_RELATIONS_TYPE, VPCI_VERSIONS, vpciDeviceId } from '../machine/vmbus/vpci.ts';
import { encodeCreateInterrupt } from '../machine/vmbus/vpci-messages.ts';
import { offerVirtualPci } from './vpci.ts';
import { RecordingFunction, vpciMachines } from './vpci-bench.ts';

/** Two machines with a function each; the first has a driver that sends what a test gives it. */
function bench(vectors?: number) {
  const [bad, good] = vpciMachines(2);
  const functions = [new RecordingFunction(vectors), new RecordingFunction()];
  const ours = offerVirtualPci(bad, { assigned: functions[0], serial: 1 });
  const theirs = offerVirtualPci(good, { assigned: functions[1], serial: 2 });
  ours.bus.open();
  theirs.bus.open();
  const { engine } = bad.host;
  const run = () => engine.run(Infinity, 1_000_000);
  run();
  const [channel] = ours.channels.channels;
  const [processor] = bad.processors;
  const statuses: number[] = [];
  const port = new PacketPort(
    channel.openRootToGuest(),
    channel.openGuestToRoot(),
    (vp) => channel.guestControl?.signal(vp),
    {
      packet: (_vp, { payload }) => statuses.push(getNumber(payload, 0, 4)),
      corrupt: () => {},
    },
  );
  channel.guestEnd = port;
  let transaction = 1000;
  const send = (payload: Uint8Array, asks = true) =>
    processor.post(
      { run: () => void port.send(processor, payload, asks ? transaction++ : undefined) },
      0,
      engine.now,
    );
  return { bad, good, functions, ours, theirs, run, send, port, statuses, channel, processor };
}

/** What the other machine sees of its own function. */
function neighbour({ functions, theirs, good }: ReturnType<typeof bench>) {
  const { gone, powered, version } = theirs.provider;
  const open = good.vmbus.host.channels.filter(({ state }) => state === 'open').length;
  return { gone, powered, version, open, log: functions[1].log.length };
}

const UNTOUCHED = { gone: false, powered: true, version: VPCI_VERSIONS[0], open: 1, log: 2 };

describe.each([1, 2, 3, 4])('seed %i', (seed) => {
  test('random messages of every type and length: answered, refused, or the channel is closed', () => {
    const random = new Random(seed);
    for (let round = 0; round < 15; round++) {
      const parts = bench();
      for (let i = 0; i < 20; i++) {
        const message = Uint8Array.from({ length: 4 + random.below(260) }, () => random.below(256));
        const view = new DataView(message.buffer);
        view.setUint32(0, PCI_BUS_RELATIONS_TYPE + random.below(32), true);
        // Slot 0 is the function's.
        if (message.length >= 8 && random.below(2) === 0) view.setUint32(4, 0, true);
        parts.send(message, random.below(4) > 0);
      }
      parts.run();
      const { provider } = parts.ours;
      expect(provider.interrupts.count).toBeLessThanOrEqual(parts.functions[0].vectors);
      expect(parts.functions[0].entries.size).toBeLessThanOrEqual(parts.functions[0].vectors);
      expect(neighbour(parts)).toEqual(UNTOUCHED);
      if (provider.gone) expect(parts.functions[0].entries.size).toBe(0);
    }
  });

  test('accesses all over the addresses outside memory: ones, or the own window', () => {
    const random = new Random(seed);
    const parts = bench();
    const { hypervisor } = parts.bad.host;
    const { writes } = parts.functions[1];
    for (let i = 0; i < 20_000; i++) {
      const near = random.below(2) === 0 ? 0xf8000000 : random.below(0x40000000) * 4;
      const address = near + random.below(0x10000) - 0x100;
      const size = [0, 1, 2, 3, 4, 8][random.below(6)];
      const write = random.below(2) === 0;
      hypervisor.assigned.access(parts.processor, address, size, write, random.below(0x7fffffff));
    }
    expect(neighbour(parts)).toEqual(UNTOUCHED);
    expect(parts.functions[1].writes).toBe(writes);
  });

  test('random inputs of the retarget hypercall end in a status', () => {
    const random = new Random(seed);
    const parts = bench();
    const { bad, processor } = parts;
    const page = bad.memory.allocate(4096);
    for (let i = 0; i < 3000; i++) {
      const input = Uint8Array.from({ length: 640 }, () => random.below(256));
      if (random.below(2) === 0) input.fill(0xff, 0, 8);
      if (random.below(2) === 0) input.set([1, 0, 0, 0], 16);
      bad.memory.writeFrom(page, input, 0, input.length);
      const low = HV_RETARGET_DEVICE_INTERRUPT + random.below(66) * (1 << 17);
      const status = hypercall(bad.host.hypervisor, processor, { low, high: 0 }, BigInt(page));
      expect(status).toBeGreaterThan(0);
    }
    expect(parts.functions[1].entries.size).toBe(0);
  });
});

test('thousands of interrupts: as many as the function has, and then no more', () => {
  const parts = bench(16);
  for (let i = 0; i < 4000; i++) {
    parts.send(
      encodeCreateInterrupt(VPCI_VERSIONS[0], {
        slot: 0,
        vector: 0x20,
        count: 1,
        processors: [0],
      }),
    );
    if (i % 20 === 0) parts.run();
  }
  parts.run();
  expect(parts.ours.provider.interrupts.count).toBe(16);
  expect(parts.functions[0].entries.size).toBe(16);
  expect(parts.statuses.filter((status) => status !== 0).length).toBe(3984);
  expect(neighbour(parts)).toEqual(UNTOUCHED);
});

test('a guest that asks and never reads the answers loses its channel, and the function is reset', () => {
  const parts = bench();
  parts.port.close();
  const message = encodeCreateInterrupt(VPCI_VERSIONS[0], {
    slot: 5,
    vector: 0x20,
    count: 1,
    processors: [0],
  });
  for (let i = 0; i < 2000 && !parts.ours.provider.gone; i++) {
    parts.send(message);
    parts.run();
  }
  expect(parts.ours.provider.gone).toBe(true);
  expect(parts.functions[0].log.at(-1)).toBe('reset');
  expect(neighbour(parts)).toEqual(UNTOUCHED);
});

test('an interrupt, a processor, a partition or a device that is not its own is refused', () => {
  const parts = bench();
  const { bad, good, processor } = parts;
  parts.send(
    encodeCreateInterrupt(VPCI_VERSIONS[0], { slot: 0, vector: 0x20, count: 1, processors: [0] }),
  );
  parts.run();
  const instance = guidBytes('00000000-0001-0000-0000-000000000001');
  const page = bad.memory.allocate(4096);
  const own = {
    partition: undefined,
    deviceId: vpciDeviceId(instance, 0),
    address: 0xfee00000,
    data: 0,
    vector: 0x30,
    processors: [1],
  };
  const call = (change: object, flags = 0) => {
    const input = encodeRetarget({ ...own, ...change });
    bad.memory.writeFrom(page, input, 0, input.length);
    const value = { low: HV_RETARGET_DEVICE_INTERRUPT | flags, high: 0 };
    return hypercall(bad.host.hypervisor, processor, value, BigInt(page));
  };
  expect(call({})).toBe(0);
  expect(call({ data: 1 })).toBe(HV_STATUS_INVALID_PARAMETER);
  expect(call({ processors: [2] })).toBe(HV_STATUS_INVALID_VP_INDEX);
  expect(call({ processors: [] })).toBe(HV_STATUS_INVALID_PARAMETER);
  expect(call({ vector: 0x0e })).toBe(HV_STATUS_INVALID_PARAMETER);
  expect(call({ partition: good.partition.id })).toBe(HV_STATUS_ACCESS_DENIED);
  const theirs = vpciDeviceId(guidBytes('00000000-0002-0000-0000-000000000002'), 0);
  expect(call({ deviceId: theirs })).toBe(HV_STATUS_INVALID_PARAMETER);
  // A fast call: its input does not fit into registers.
  expect(call({}, 1 << 16)).toBe(HV_STATUS_INVALID_HYPERCALL_INPUT);
});

test('a guest cannot have its own addresses intercepted, nor take another device', () => {
  const { bad, processor } = bench();
  const { assigned } = bad.host.hypervisor;
  const service = { read: () => 0, write: () => {} };
  const range = { base: 0x100000000, size: 0x1000 };
  expect(assigned.intercept(processor, 1, range, service)).toBe(HV_STATUS_ACCESS_DENIED);
  expect(assigned.addDevice(processor, 1, 1, { retarget: () => true })).toBe(
    HV_STATUS_ACCESS_DENIED,
  );
  expect(assigned.removeDevice(processor, 2, 1)).toBe(HV_STATUS_ACCESS_DENIED);
});

test.each([0, 0x1000, 0x123, 2 ** 53 - 1])(
  'a window at %i, where it cannot be, is refused',
  (base) => {
    const parts = bench();
    parts.ours.provider.powerDown();
    expect(parts.ours.provider.powerUp(base)).not.toBe(0);
    expect(parts.ours.provider.powered).toBe(false);
  },
);
