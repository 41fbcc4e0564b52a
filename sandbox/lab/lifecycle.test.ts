/** A network channel goes and comes back: unloaded, rescinded, given up; nothing is left behind. */
import { describe, expect, test } from 'vitest';
import { MICROSECOND, SECOND } from '../machine/engine/engine.ts';
import type { NetVsc } from '../machine/guest/netvsc/driver.ts';
import { macBytes } from '../machine/net/frame.ts';
import {
  MESSAGE_CLOSE,
  MESSAGE_GPADL_CREATED,
  MESSAGE_GPADL_TEARDOWN,
} from '../machine/vmbus/channel-messages.ts';
import { MESSAGES, messageType } from '../machine/vmbus/message-codec.ts';
import type { AdapterLifecycle } from './network-adapter.ts';
import { completeConfig } from './options.ts';
import type { CompareConfig } from './report.ts';
import { Testbed } from './testbed.ts';

function bed(options: Partial<CompareConfig> = {}): Testbed {
  return new Testbed('vmbus', completeConfig({ paths: ['vmbus'], frames: 200, ...options }));
}

function parts(machine: Testbed, i = 0) {
  const { device, provider, channels, lifecycle } = machine.adapters[i];
  if (provider === undefined || channels === undefined || lifecycle === undefined)
    throw new Error('no provider');
  const { vmbus } = machine.machines[i];
  return { device: device as NetVsc, provider, channels, lifecycle, vmbus };
}

/** Does something to an adapter, and runs the machine until it is at rest. */
function act(machine: Testbed, what: keyof AdapterLifecycle, i = 0): void {
  parts(machine, i).lifecycle[what]();
  machine.host.engine.run();
}

/** What guest, host and hypervisor hold for a machine's channels. */
function held(machine: Testbed, i = 0) {
  const { provider, vmbus } = parts(machine, i);
  const { receive, send, version } = provider.state;
  return {
    gpadls: vmbus.host.gpadls.count,
    pages: vmbus.host.gpadls.reservedPages,
    open: vmbus.host.channels.filter(({ state }) => state === 'open').length,
    served: provider.channels.length,
    freeFlag: machine.host.vmbusOf(machine.host.root[0]).freeFlag,
    agreed: [receive, send, version === 0].map((value) => value !== undefined),
    version,
    refused: vmbus.host.refused,
    ignored: vmbus.host.ignored,
  };
}

const NOTHING = { gpadls: 0, pages: 0, open: 0, served: 0, version: 0, refused: 0, ignored: 0 };

/** Names of the messages that a guest posts from now on. */
function listen(machine: Testbed, i = 0): string[] {
  const { vmbus } = parts(machine, i);
  const names: string[] = [];
  const received = vmbus.host.received.bind(vmbus.host);
  vmbus.host.received = (bytes) => {
    names.push(MESSAGES.get(messageType(bytes))?.name ?? '');
    received(bytes);
  };
  return names;
}

describe('the driver is unloaded', () => {
  test('in the order of the facts: revoke, close, then the memory', () => {
    const machine = bed();
    const { device, provider, vmbus } = parts(machine);
    const names = listen(machine);
    const order: string[] = [];
    const { state } = provider;
    const received = vmbus.host.received.bind(vmbus.host);
    vmbus.host.received = (bytes) => {
      order.push(
        `${messageType(bytes)} ${state.receive === undefined} ${state.send === undefined} ${state.running}`,
      );
      received(bytes);
    };
    act(machine, 'disable');
    expect([device.state, device.failedBecause]).toEqual(['halted', undefined]);
    expect(names).toEqual(['CLOSE', 'GPADL_TEARDOWN', 'GPADL_TEARDOWN', 'GPADL_TEARDOWN']);
    expect(order[0]).toBe(`${MESSAGE_CLOSE} true true false`);
    expect(order[1]).toBe(`${MESSAGE_GPADL_TEARDOWN} true true false`);
    expect(held(machine)).toMatchObject(NOTHING);
  });

  test('with four channels too, and every event flag of the root is free', () => {
    const machine = bed({ queues: 4, guestCores: 2 });
    act(machine, 'disable');
    expect(held(machine)).toMatchObject({ ...NOTHING, freeFlag: 1 });
  });

  test('in mid-traffic: what was sent is completed first, and the stack waits', () => {
    const machine = bed({ vms: 2, frames: 400 });
    const { device, lifecycle } = parts(machine);
    const send = device.send.bind(device);
    let sent = 0;
    device.send = (queue, length, more) => {
      send(queue, length, more);
      if (++sent === 20) lifecycle.disable();
    };
    machine.run();
    expect(device.state).toBe('halted');
    expect(held(machine)).toMatchObject(NOTHING);
    expect(sent).toBeLessThan(200);
    // Every frame that guest 0 handed over arrived, and all of the other guest's.
    expect(machine.measurement.delivered).toBe(200 + sent);
    act(machine, 'enable');
    expect(machine.measurement.delivered).toBe(400);
  });
});

describe.each<[string, keyof AdapterLifecycle, keyof AdapterLifecycle]>([
  ['unloaded and loaded', 'disable', 'enable'],
  ['rescinded and offered', 'remove', 'offer'],
])('%s again', (_name, away, back) => {
  test.each([1, 3])('with %i channels: twenty times, and it carries frames', (queues) => {
    const machine = bed({ queues });
    const { device } = parts(machine);
    const before = held(machine);
    const { agreed } = device.initialisation;
    for (let i = 0; i < 20; i++) {
      act(machine, away);
      expect(device.state).toBe('halted');
      expect(held(machine)).toMatchObject({ ...NOTHING, freeFlag: 1 });
      act(machine, back);
      expect([device.state, device.failedBecause]).toEqual(['running', undefined]);
    }
    expect(held(machine)).toEqual(before);
    expect(device.initialisation.agreed).toEqual(agreed);
    machine.run();
    expect(machine.measurement.delivered).toBe(200);
    expect(parts(machine).provider.dropped).toBe(0);
  });

  test('in the middle of receiving: nothing is held, and every section can be used again', () => {
    const machine = bed({ direction: 'rx', frames: 3000 });
    const { provider, lifecycle, device } = parts(machine);
    const { engine } = machine.host;
    engine.timer({ handle: () => lifecycle[away]() }).schedule(machine.start + 400 * MICROSECOND);
    machine.run();
    expect(machine.measurement.delivered).toBeGreaterThan(0);
    expect(provider.notReady).toBeGreaterThan(0);
    expect(held(machine)).toMatchObject(NOTHING);
    act(machine, back);
    const before = provider.dropped;
    let received = 0;
    device.stack = { received: () => received++, room: () => {} };
    for (let i = 0; i < 1500; i++) fromOutside(machine);
    expect([received, provider.dropped]).toEqual([1500, before]);
  });
});

/** A frame for guest 0 comes in on the wire. */
function fromOutside(machine: Testbed): void {
  const { lineIn, memory, engine } = machine.host;
  const at = lineIn.claim();
  memory.bytes.fill(0, at, at + 60);
  memory.bytes.set(macBytes(machine.adapters[0].macAddress), at);
  lineIn.send(60, engine.now);
  engine.run();
}

test('a rescind in mid-traffic harms nobody, and the adapter comes back', () => {
  const machine = bed({ vms: 2, frames: 400 });
  const { engine } = machine.host;
  const { device, lifecycle } = parts(machine);
  const remove = { handle: () => lifecycle.remove() };
  engine.timer(remove).schedule(machine.start + 30 * MICROSECOND);
  machine.run();
  expect(device.state).toBe('halted');
  expect(held(machine)).toMatchObject(NOTHING);
  const delivered = machine.measurement.delivered;
  expect(delivered).toBeGreaterThanOrEqual(200);
  expect(delivered).toBeLessThan(400);
  act(machine, 'offer');
  expect(device.state).toBe('running');
  expect(machine.peer.check.damaged).toBe(0);
  expect(machine.measurement.delivered).toBeGreaterThan(delivered);
});

describe('a host that does not answer', () => {
  test('RNDIS and NVSP: given up after 5 s, with the channel closed', () => {
    const machine = bed();
    act(machine, 'disable');
    const { device, provider } = parts(machine);
    provider.addChannel = (channel) => {
      channel.rootEnd = { signalled: () => {} };
      return provider.channels[0];
    };
    const { now } = machine.host.engine;
    act(machine, 'enable');
    expect([device.state, device.failedBecause]).toEqual([
      'failed',
      'the host did not answer a message of NVSP',
    ]);
    const waited = machine.host.engine.now - now;
    expect(waited).toBeGreaterThanOrEqual(5 * SECOND);
    expect(waited).toBeLessThan(5.01 * SECOND);
    expect(held(machine)).toMatchObject(NOTHING);
    expect(device.claim(0)).toBe(-1);
  });

  test('the bus: a description that nobody takes ends after 5 s, and its late answer is nothing', () => {
    const machine = bed();
    act(machine, 'disable');
    const { device, vmbus } = parts(machine);
    const received = vmbus.connection.received.bind(vmbus.connection);
    const late: Uint8Array[] = [];
    let lists = 0;
    vmbus.connection.received = (bytes) => {
      const isBuffer = messageType(bytes) === MESSAGE_GPADL_CREATED && ++lists === 2;
      if (isBuffer) late.push(bytes);
      else received(bytes);
    };
    act(machine, 'enable');
    expect(device.failedBecause).toBe('the host did not take the description of a buffer');
    for (const bytes of late) received(bytes);
    expect([late.length, device.state]).toEqual([1, 'failed']);
    expect(held(machine)).toMatchObject(NOTHING);
    act(machine, 'enable');
    expect(device.state).toBe('running');
  });

  test('completions that do not come: unloading ends after 10 s', () => {
    const machine = bed();
    const { device, channels } = parts(machine);
    const gpa = device.claim(0);
    expect(gpa).toBeGreaterThan(0);
    channels[0].rootEnd = { signalled: () => {} };
    device.send(0, 100, false);
    const { now } = machine.host.engine;
    act(machine, 'disable');
    expect(device.failedBecause).toBe('the host did not complete what was sent');
    expect(machine.host.engine.now - now).toBeGreaterThanOrEqual(10 * SECOND);
    expect(held(machine)).toMatchObject(NOTHING);
  });
});
