/** A guest's channels: who gets an offer, rings in guest memory, how the host is signalled, and the way back. */
import { describe, expect, test } from 'vitest';
import { COSTS, oneProcessor } from '../../../../tests/support/machine.ts';
import { GuestMemory } from '../../memory/guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../../memory/host-memory.ts';
import { Hypervisor } from '../../partition/hypervisor.ts';
import { EXIT_SIGNAL } from '../../partition/ledger.ts';
import { LogicalProcessor } from '../../partition/logical-processor.ts';
import { VirtualProcessor } from '../../partition/virtual-processor.ts';
import * as m from '../../vmbus/channel-messages.ts';
import { CLASS_NETWORK, CLASS_SCSI } from '../../vmbus/guids.ts';
import { encodeMessage, getField, MESSAGES, messageType } from '../../vmbus/message-codec.ts';
import { encodeOffer, type Offer } from '../../vmbus/offer.ts';
import { VmbusDriver } from './bus-driver.ts';
import { VmbusConnection } from './connection.ts';
import type { GuestChannel } from './guest-channel.ts';
import { HostSignals } from './host-signals.ts';

const INTERRUPT_PAGE = 0x4000;
const MONITOR_PAGE = 0x6000;

/** A guest connected at `version`, the messages that it posts, and its hypercalls' connections. */
function bench(version = 0x50003) {
  const { engine, ledger, processor: root } = oneProcessor('root');
  const host = new HostMemory(4 * LARGE_PAGE_SIZE);
  const memory = new GuestMemory(host, LARGE_PAGE_SIZE);
  const hypervisor = new Hypervisor(host);
  hypervisor.root.add(root);
  const processor = new VirtualProcessor(new LogicalProcessor(engine, ledger, COSTS), 'guest');
  const partition = hypervisor.createPartition(memory);
  partition.add(processor);
  const posts: Uint8Array[] = [];
  const pages = { interrupt: INTERRUPT_PAGE, monitor1: 0x5000, monitor2: MONITOR_PAGE };
  const poster = {
    post: (_id: number, _type: number, bytes: Uint8Array) => void posts.push(bytes),
  };
  const connection = new VmbusConnection(poster, pages);
  const signals = new HostSignals(hypervisor, partition, memory, connection);
  const driver = new VmbusDriver(connection, memory, signals);
  connection.negotiate(version);
  connection.received(
    encodeMessage(m.MESSAGE_VERSION_RESPONSE, m.VERSION_RESPONSE, { version_supported: 1 }),
  );
  const names = () => posts.splice(0).map((bytes) => MESSAGES.get(messageType(bytes))?.name);
  names();
  const offer = (relid: number, more: Partial<Offer> = {}) =>
    connection.received(
      encodeOffer({
        relid,
        classId: CLASS_NETWORK,
        instanceId: CLASS_NETWORK,
        flags: 0,
        mmioMegabytes: 0,
        userData: new Uint8Array(0),
        subChannel: 0,
        monitorId: undefined,
        dedicatedInterrupt: true,
        connectionId: 0x2000 + relid,
        ...more,
      }),
    );
  const created = (gpadl: number, creation_status = 0) =>
    connection.received(
      encodeMessage(m.MESSAGE_GPADL_CREATED, m.GPADL_CREATED, { gpadl, creation_status }),
    );
  const opened = (child_relid: number, status = 0) =>
    connection.received(
      encodeMessage(m.MESSAGE_OPEN_RESULT, m.OPEN_RESULT, { child_relid, status }),
    );
  const calls: number[] = [];
  const signal = hypervisor.signalEvent.bind(hypervisor);
  hypervisor.signalEvent = (vp, id, flag) => {
    calls.push(id);
    return signal(vp, id, flag);
  };
  const parts = { ledger, memory, hypervisor, root, partition, processor, connection, driver };
  return { ...parts, posts, names, offer, created, opened, calls };
}

/** Channel 7 and what became of it. */
function channel(version?: number, more: Partial<Offer> = {}) {
  const parts = bench(version);
  parts.offer(7, more);
  const found = parts.driver.channels.get(7);
  if (found === undefined) throw new Error('no channel');
  return { ...parts, channel: found };
}

describe('the bus driver', () => {
  test('gives each class its driver, whether driver or offer comes first', () => {
    const { driver, offer } = bench();
    const seen: string[] = [];
    const take = (name: string) => (given: GuestChannel) =>
      void seen.push(`${name} ${given.relid}`);
    driver.register(CLASS_NETWORK, take('network'));
    offer(1);
    offer(2, { classId: CLASS_SCSI });
    driver.register(CLASS_SCSI, take('disk'));
    offer(3, { subChannel: 1 });
    expect(seen).toEqual(['network 1', 'disk 2', 'network 3']);
  });

  test('a driver that comes late does not get what is open', () => {
    const { driver, channel: open, created, opened } = channel();
    open.open({ toHost: 2, toGuest: 2, targetVp: 0 }, () => {});
    created(0xe1e10);
    opened(7);
    const seen: number[] = [];
    driver.register(CLASS_NETWORK, ({ relid }) => seen.push(relid));
    expect([open.isOpen, seen]).toEqual([true, []]);
  });
});

describe('open and close', () => {
  test('rings first, then the channel over them; torn down in the other order', () => {
    const { channel: it, posts, names, created, opened, connection } = channel();
    const seen: string[] = [];
    it.open({ toHost: 3, toGuest: 5, targetVp: 0 }, (status) => seen.push(`open ${status}`));
    expect(names()).toEqual(['GPADL_HEADER']);
    created(0xe1e10);
    const { fields } = m.OPEN_CHANNEL;
    expect(getField(posts[0], fields.downstream_ringbuffer_pageoffset)).toBe(3);
    expect(getField(posts[0], fields.ringbuffer_gpadlhandle)).toBe(0xe1e10);
    opened(7);
    names();
    it.close(() => seen.push('closed'));
    expect([names(), it.isOpen, seen]).toEqual([['CLOSE', 'GPADL_TEARDOWN'], false, ['open 0']]);
    connection.received(
      encodeMessage(m.MESSAGE_GPADL_TORNDOWN, m.GPADL_TORNDOWN, { gpadl: 0xe1e10 }),
    );
    it.close(() => seen.push('closed already'));
    expect([seen, names()]).toEqual([['open 0', 'closed', 'closed already'], []]);
  });

  test('a list that is refused opens nothing', () => {
    const { channel: it, names, created } = channel();
    const seen: number[] = [];
    it.open({ toHost: 2, toGuest: 2, targetVp: 0 }, (status) => seen.push(status));
    names();
    created(0xe1e10, 0x8000ffff);
    expect([seen, names(), it.isOpen]).toEqual([[0x8000ffff], [], false]);
  });

  test('rescinded: closed, told, released', () => {
    const { driver, channel: it, names, created, opened, connection } = channel();
    it.open({ toHost: 2, toGuest: 2, targetVp: 0 }, () => {});
    created(0xe1e10);
    opened(7);
    names();
    let told = 0;
    it.onRescind = () => told++;
    connection.received(encodeMessage(m.MESSAGE_RESCIND, m.RESCIND_OFFER, { child_relid: 7 }));
    expect([names(), told, it.isOpen]).toEqual([['CLOSE', 'RELID_RELEASED'], 1, false]);
    expect([driver.channels.size, connection.offers.size]).toEqual([0, 0]);
  });
});

describe('a signal to the host', () => {
  const sendBit = (memory: GuestMemory) => memory.read32(INTERRUPT_PAGE + 2048) === 1 << 7;

  test.each<[string, number, Partial<Offer>, number, boolean]>([
    ['the connection of its own', 0x50003, {}, 0x2007, false],
    ['the bit first, with others on it', 0x50003, { dedicatedInterrupt: false }, 0x2007, true],
    ['the same in 1.1', 0x10001, {}, 0x2007, false],
    ['the connection of all, and the bit, in 0.13', 0xd, {}, 2, true],
  ])('%s', (_name, version, offer, connectionId, bit) => {
    const { channel: it, calls, memory, processor, ledger } = channel(version, offer);
    it.signal(processor);
    expect([calls, sendBit(memory)]).toEqual([[connectionId], bit]);
    expect(ledger.exits[EXIT_SIGNAL]).toBe(1);
  });

  test('with a trigger: its bit and the channel’s, and no exit', () => {
    const {
      channel: it,
      calls,
      memory,
      hypervisor,
      root,
      processor,
      ledger,
    } = channel(0x50003, {
      monitorId: 37,
    });
    hypervisor.connectMonitor(root, 2, MONITOR_PAGE);
    ledger.reset();
    it.signal(processor);
    expect([calls, sendBit(memory), memory.read32(MONITOR_PAGE + 16)]).toEqual([[], true, 1 << 5]);
    expect(ledger.totalExits).toBe(0);
  });

  test('a driver that does not want to wait makes the hypercall all the same', () => {
    const { channel: it, calls, memory, processor } = channel(0x50003, { monitorId: 37 });
    it.lowLatency = true;
    it.signal(processor);
    expect([calls, sendBit(memory)]).toEqual([[0x2007], false]);
  });
});
