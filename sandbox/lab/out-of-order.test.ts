/** Guests that say the right things to their network provider at the wrong time, or nothing at all. */
import { describe, expect, test } from 'vitest';
import type { NetVsc } from '../machine/guest/netvsc/driver.ts';
import { macBytes } from '../machine/net/frame.ts';
import {
  NVSP_INIT,
  NVSP_NDIS_CONFIG,
  NVSP_RECEIVE_BUFFER,
  NVSP_REVOKE_RECEIVE_BUFFER,
  NVSP_REVOKE_SEND_BUFFER,
  NVSP_RNDIS_COMPLETE,
  NVSP_RNDIS_PACKET,
  NVSP_SEND_BUFFER,
  NVSP_SUBCHANNEL,
  NVSP_VERSION_61,
} from '../machine/vmbus/nvsp.ts';
import { PACKET_COMPLETION, PACKET_GPA_DIRECT, PACKET_IN_BAND } from '../machine/vmbus/ring.ts';
import { FILTER_DEFAULT, initialiseRequest, queryRequest } from '../machine/vmbus/rndis.ts';
import { completeConfig } from './options.ts';
import { Testbed } from './testbed.ts';

const NO_SECTION = 0xffffffff;
const INIT = [NVSP_INIT, NVSP_VERSION_61, NVSP_VERSION_61];

/** Two guests; guest 0's channel is open. Its driver says nothing by itself when it is not `loaded`. */
function bench(loaded: boolean) {
  const config = completeConfig({ paths: ['vmbus'], vms: 2, frames: 200 });
  const bed = new Testbed('vmbus', config);
  const [{ provider, channels, lifecycle, device, macAddress }] = bed.adapters;
  if (provider === undefined || channels === undefined || lifecycle === undefined)
    throw new Error('no provider');
  const { engine, hypervisor, lineIn, memory } = bed.host;
  const driver = device as NetVsc;
  driver.stack = { received: () => {}, room: () => {} };
  if (!loaded) {
    lifecycle.disable();
    engine.run();
    driver.open = () => {};
    lifecycle.enable();
    engine.run();
  }
  const [channel] = channels;
  const post = (words: number[], type = PACKET_IN_BAND, headerWords = 0, transaction = 99) => {
    const packet = Uint32Array.from([0, 0, 0, 0, ...words]);
    const padded = new Uint32Array(Math.max(packet.length, headerWords + 14));
    padded.set(packet);
    channel.openGuestToRoot().write(padded, padded.length, type, headerWords, 1, transaction);
    hypervisor.signalEvent(channel.guestProcessor, channel.connectionId, 0);
    engine.run();
  };
  /** Describes `count` pages from `first` on; the handle. */
  const share = (first: number, count: number) => {
    const pages = Array.from({ length: count }, (_, i) => first + i);
    const handle = channel.guestControl?.establishGpadl({ pages }) ?? 0;
    engine.run();
    return handle;
  };
  const rndis = (message: DataView) => {
    const page = device.memory.size / 4096 - 1;
    const bytes = new Uint8Array(message.buffer);
    device.memory.writeFrom(page * 4096, bytes, 0, bytes.length);
    post([0, 1, bytes.length, 0, page, 0, NVSP_RNDIS_PACKET, 1, NO_SECTION], PACKET_GPA_DIRECT, 6);
  };
  /** So many frames for guest 0 come in on the wire. */
  const receive = (count: number) => {
    for (let i = 0; i < count; i++) {
      const at = lineIn.claim();
      memory.bytes.set(macBytes(macAddress), at);
      lineIn.send(60, engine.now);
      engine.run();
    }
  };
  /** The other guest does its work to the end, whatever guest 0 has done. */
  const neighbour = () => {
    bed.adapters[0].device.claim = () => -1;
    bed.run();
    return [bed.measurement.delivered, bed.peer.check.damaged, bed.measurement.strays];
  };
  return { bed, provider, channel, driver, post, share, rndis, receive, neighbour };
}

/** First pages of memory that no driver has taken. */
const FREE = 1200;

describe('before anything was agreed', () => {
  test.each<[string, (guest: ReturnType<typeof bench>) => void, string]>([
    [
      'a configuration before the version',
      ({ post }) => post([NVSP_NDIS_CONFIG, 1514, 0]),
      'a message before the version was agreed',
    ],
    [
      'a buffer before the version',
      ({ post, share }) => post([NVSP_RECEIVE_BUFFER, share(FREE, 16), 0xcafe]),
      'a message before the version was agreed',
    ],
    [
      'a second version',
      ({ post }) => {
        post(INIT);
        post(INIT);
      },
      'a second agreement on the version',
    ],
    [
      'RNDIS without a place for its answer',
      ({ post, rndis }) => {
        post(INIT);
        rndis(initialiseRequest(1, 0x4000));
      },
      'an RNDIS message without a place for its answer',
    ],
    [
      'a query before RNDIS is initialised',
      ({ post, share, rndis }) => {
        post(INIT);
        post([NVSP_RECEIVE_BUFFER, share(FREE, 16), 0xcafe]);
        rndis(queryRequest(1, 0x00010106));
      },
      'an RNDIS message before its initialisation',
    ],
    [
      'a second receive buffer',
      ({ post, share }) => {
        post(INIT);
        post([NVSP_RECEIVE_BUFFER, share(FREE, 16), 0xcafe]);
        post([NVSP_RECEIVE_BUFFER, share(FREE + 16, 16), 0xcafe]);
      },
      'a second receive buffer',
    ],
    [
      'a second send buffer',
      ({ post, share }) => {
        post(INIT);
        const handle = share(FREE, 16);
        post([NVSP_SEND_BUFFER, handle, 0]);
        post([NVSP_SEND_BUFFER, handle, 0]);
      },
      'a second send buffer',
    ],
  ])('%s closes the channel', (_name, attack, reason) => {
    const guest = bench(false);
    attack(guest);
    expect(guest.channel.closedBecause).toBe(reason);
    expect(guest.provider.channels).toHaveLength(0);
    expect(guest.provider.state).toMatchObject({ version: 0, receive: undefined, send: undefined });
    expect(guest.neighbour()).toEqual([100, 0, 0]);
  });

  test.each<[string, (guest: ReturnType<typeof bench>) => void]>([
    ['frames', ({ post }) => post([NVSP_RNDIS_PACKET, 0, 0, 200])],
    [
      'frames before RNDIS is initialised',
      ({ post, share }) => {
        post(INIT);
        post([NVSP_SEND_BUFFER, share(FREE, 16), 0]);
        post([NVSP_RNDIS_PACKET, 0, 0, 200]);
      },
    ],
  ])('%s are completed and go nowhere', (_name, attack) => {
    const guest = bench(false);
    attack(guest);
    expect(guest.channel.closedBecause).toBeUndefined();
    expect(guest.provider.channels[0].sending.malformed).toBe(1);
    expect(guest.bed.peer.check.damaged + guest.bed.measurement.strays).toBe(0);
    expect(guest.neighbour()).toEqual([100, 0, 0]);
  });

  test.each<[string, (guest: ReturnType<typeof bench>) => void]>([
    ['a handle that is none', ({ post }) => post([NVSP_RECEIVE_BUFFER, 0x1234, 0xcafe])],
    ['a send buffer under no handle', ({ post }) => post([NVSP_SEND_BUFFER, 0, 0])],
    ['a buffer that was not shared is revoked', ({ post }) => post([NVSP_REVOKE_SEND_BUFFER, 0])],
    ['more sub-channels than there are', ({ post }) => post([NVSP_SUBCHANNEL, 1, 5000])],
  ])('%s: answered, and nothing is shared', (_name, attack) => {
    const guest = bench(false);
    guest.post(INIT);
    const ring = guest.channel.openRootToGuest();
    const before = ring.writeIndex;
    attack(guest);
    expect(ring.writeIndex).toBeGreaterThan(before);
    expect(guest.channel.closedBecause).toBeUndefined();
    expect(guest.provider.state).toMatchObject({ receive: undefined, send: undefined });
    expect(guest.provider.channels).toHaveLength(1);
  });
});

describe('while frames come and go', () => {
  test('the receive buffer is revoked: frames for the guest are dropped, the neighbour keeps its own', () => {
    const { post, provider, channel, receive, neighbour } = bench(true);
    receive(5);
    expect(provider.notReady).toBe(0);
    post([NVSP_REVOKE_RECEIVE_BUFFER, 0xcafe]);
    receive(7);
    expect([provider.notReady, channel.closedBecause]).toEqual([7, undefined]);
    expect(neighbour()).toEqual([100, 0, 0]);
  });

  test('both buffers are torn down unrevoked: the provider lets go of them', () => {
    const { provider, driver, channel, receive, bed, neighbour } = bench(true);
    for (const { handle } of [...handles(bed)])
      if (bed.machines[0].vmbus.host.gpadls.find(handle)?.pages[0] !== channel.gpadl[0])
        channel.guestControl?.teardownGpadl(handle);
    bed.host.engine.run();
    expect([provider.state.receive, provider.state.send]).toEqual([undefined, undefined]);
    receive(3);
    driver.claim(0);
    driver.send(0, 200, false);
    bed.host.engine.run();
    expect(provider.channels[0].sending.malformed).toBe(1);
    expect([provider.notReady, channel.closedBecause]).toEqual([3, undefined]);
    expect(neighbour()).toEqual([100, 0, 0]);
  });

  test('completions of a revoked buffer do not give sections of the next one back twice', () => {
    const { post, share, rndis, provider, receive, driver } = bench(false);
    driver.run = () => {};
    post(INIT);
    const handle = share(FREE, 64);
    const again = () => {
      post([NVSP_RECEIVE_BUFFER, handle, 0xcafe]);
      rndis(initialiseRequest(1, 0x4000));
      provider.state.filter = FILTER_DEFAULT;
    };
    again();
    const { receive: sections } = provider.state;
    // The driver's poll completes what comes; here nobody does.
    const [{ channel }] = provider.channels;
    channel.guestEnd = { signalled: () => {} };
    receive(20);
    post([NVSP_REVOKE_RECEIVE_BUFFER, 0xcafe]);
    again();
    for (let transaction = 1; transaction < 60; transaction++)
      post([NVSP_RNDIS_COMPLETE, 1], PACKET_COMPLETION, 0, transaction);
    const fresh = provider.state.receive;
    expect(fresh).not.toBe(sections);
    const taken = new Set<number>();
    let count = 0;
    for (let section = fresh?.take() ?? -1; section >= 0; section = fresh?.take() ?? -1) {
      taken.add(section);
      count++;
    }
    expect(count).toBe(taken.size);
    expect(count).toBe((fresh?.count ?? 0) - 16);
  });
});

/** Handles that guest 0 may have: the driver's are given in turn. */
function handles(bed: Testbed): { handle: number }[] {
  const { gpadls } = bed.machines[0].vmbus.host;
  return Array.from({ length: 16 }, (_, i) => ({ handle: 0xe1e10 + i })).filter(
    ({ handle }) => gpadls.find(handle) !== undefined,
  );
}

test('a guest that opens its channel and says nothing costs its frames, and nobody else anything', () => {
  const { provider, receive, bed, channel, neighbour } = bench(false);
  receive(1000);
  expect([provider.notReady, provider.dropped]).toEqual([1000, 1000]);
  expect(channel.closedBecause).toBeUndefined();
  expect(bed.machines[0].vmbus.host.gpadls.count).toBe(1);
  expect(neighbour()).toEqual([100, 0, 0]);
});
