/** Sub-channels in the order of the facts, section 5: the guest asks, the host grants, offers, and tells how to spread. */
import { expect, test } from 'vitest';
import { SECOND } from '../machine/engine/engine.ts';
import { NetVsc } from '../machine/guest/netvsc/driver.ts';
import { makeMac } from '../machine/net/frame.ts';
import {
  MESSAGE_OFFER,
  MESSAGE_OPEN,
  MESSAGE_OPEN_RESULT,
} from '../machine/vmbus/channel-messages.ts';
import { messageType } from '../machine/vmbus/message-codec.ts';
import { NVSP_INDIRECTION_TABLE, NVSP_SUBCHANNEL } from '../machine/vmbus/nvsp.ts';
import { HyperVHost } from './host.ts';
import type { NetworkAdapter } from './network-adapter.ts';
import { costsOf, findProfile } from './profiles.ts';

const NAMES = new Map([
  [MESSAGE_OFFER, 'offer'],
  [MESSAGE_OPEN, 'open'],
  [MESSAGE_OPEN_RESULT, 'open result'],
]);

/** A guest of three processors that wants `queues` channels; the bus opened the first one. */
function machine(queues: number) {
  const host = new HyperVHost({
    costs: costsOf(findProfile('sandybridge-2012')),
    lineGbps: 10,
    rootCores: 2,
    maxFrame: 1514,
    guestBytes: 24 << 20,
    postedInterrupts: false,
  });
  const vm = host.newVM({ memoryBytes: 24 << 20, processors: 3 });
  const adapter = vm.addNetworkAdapter({ switch: host.newVMSwitch(), queues });
  const { device } = adapter;
  if (!(device instanceof NetVsc)) throw new Error('not a NetVSC');
  const seen: string[] = [];
  const note = (bytes: Uint8Array) => {
    const name = NAMES.get(messageType(bytes));
    if (name !== undefined) seen.push(name);
  };
  const { connection, host: bus } = vm.vmbus;
  const [toGuest, toHost] = [connection.received.bind(connection), bus.received.bind(bus)];
  connection.received = (bytes) => {
    note(bytes);
    toGuest(bytes);
  };
  bus.received = (bytes) => {
    note(bytes);
    toHost(bytes);
  };
  // What the guest has not taken yet when the first offer is posted.
  const post = host.hypervisor.postMessage.bind(host.hypervisor);
  host.hypervisor.postMessage = (caller, connectionId, type, payload) => {
    if (messageType(payload) === MESSAGE_OFFER && seen.length === 0) seen.push(...granted(adapter));
    return post(caller, connectionId, type, payload);
  };
  const notified = device.notified.bind(device);
  const tables: number[][] = [];
  device.notified = (packet, words) => {
    if (packet[4] === NVSP_INDIRECTION_TABLE) {
      seen.push('table');
      tables.push([...packet.subarray(7, 23)]);
    }
    notified(packet, words);
  };
  return { host, vm, adapter, device, seen, tables };
}

/** Completions in the ring to the guest that grant sub-channels. */
function granted({ channels = [] }: NetworkAdapter): string[] {
  const ring = channels[0].openRootToGuest();
  const packet = new Uint32Array(1024);
  const found: string[] = [];
  while (ring.read(packet) > 0)
    if (packet[4] === NVSP_SUBCHANNEL) found.push(`granted ${packet[6]}`);
  return found;
}

test('ask, grant, offer, open each on its processor, and only then the table', () => {
  const { host, vm, adapter, device, seen, tables } = machine(3);
  expect(vm.vmbus.host.channels).toHaveLength(1);
  expect(adapter.channels).toHaveLength(1);
  host.engine.run();
  expect(seen[0]).toBe('granted 2');
  expect(seen.filter((name) => name === 'offer')).toHaveLength(2);
  expect(seen.slice(-2)).toContain('table');
  expect(seen.indexOf('open')).toBeGreaterThan(seen.indexOf('offer'));
  expect(seen.indexOf('table')).toBeGreaterThan(seen.lastIndexOf('open'));
  expect(tables).toEqual([Array.from({ length: 16 }, (_, i) => i % 3)]);
  const offers = vm.vmbus.host.channels.map(({ offer }) => offer);
  expect(offers.map(({ subChannel }) => subChannel)).toEqual([0, 1, 2]);
  expect(new Set(offers.map(({ instanceId }) => instanceId)).size).toBe(1);
  expect(adapter.channels?.map(({ guestProcessor }) => guestProcessor.index)).toEqual([0, 1, 2]);
  expect([device.state, device.initialisation.agreed.channels]).toEqual(['running', 3]);
});

test('a guest that wants one channel is offered one, and gets no table', () => {
  const { host, vm, device, seen } = machine(1);
  host.engine.run();
  expect([seen, vm.vmbus.host.channels.length, device.state]).toEqual([[], 1, 'running']);
});

test('each of two adapters gets its own', () => {
  const { host, vm, adapter } = machine(2);
  const second = vm.addNetworkAdapter({
    switch: host.newVMSwitch(),
    queues: 2,
    macAddress: makeMac(3, 9),
  });
  host.engine.run();
  const instances = [adapter, second].map(({ channels }) =>
    channels?.map(({ relid }) => vm.vmbus.connection.offers.get(relid)?.instanceId),
  );
  for (const each of instances) expect([each?.length, new Set(each).size]).toEqual([2, 1]);
  expect(instances[0]?.[0]).not.toBe(instances[1]?.[0]);
});

test('while they are closed, the guest is not told to send on them', () => {
  const { host, vm, seen, device } = machine(3);
  const refuse = vm.vmbus.driver.register.bind(vm.vmbus.driver);
  refuse('f8615163-df3e-46c5-913f-f2d2f965ed0e', () => {});
  host.engine.run(host.engine.now + SECOND);
  expect(seen).toEqual(['granted 2', 'offer', 'offer']);
  expect(device.state).toBe('initialising');
});
