/** A channel without rings: each packet is a message that the hypervisor carries, one slot at a time. */
import { expect, test } from 'vitest';
import { COSTS, oneProcessor } from '../../../tests/support/machine.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../memory/host-memory.ts';
import { COPY, EXIT_ROOT_EOM, HYPERVISOR } from '../partition/ledger.ts';
import { LogicalProcessor } from '../partition/logical-processor.ts';
import { Synic } from '../partition/synic.ts';
import { SINT_VMBUS } from '../partition/synic-spec.ts';
import { VirtualProcessor } from '../partition/virtual-processor.ts';
import { openVmbusSint } from './interrupts.ts';
import { MessageChannel } from './message-channel.ts';
import { DESCRIPTOR_WORDS, PACKET_IN_BAND } from './ring.ts';

const COPIES = 2 * COSTS.copyWarm * 256;
const RELID = 9;

function setUp() {
  const { engine, ledger, processor: root } = oneProcessor('root');
  const host = new HostMemory(4 * LARGE_PAGE_SIZE);
  const memory = new GuestMemory(host, LARGE_PAGE_SIZE);
  const guest = new VirtualProcessor(new LogicalProcessor(engine, ledger, COSTS), 'guest');
  const synic = new Synic(host, guest, memory);
  openVmbusSint(synic, 0x3000, 0x4000, 0);
  const channel = new MessageChannel(memory, guest, root, {
    relid: RELID,
    connectionId: 0x2009,
    gpadl: [16, 17, 18, 19],
    downstream: 2,
  });
  const words = new Uint32Array(64);
  const put = (ring: ReturnType<typeof channel.openGuestToRoot>, value: number, count = 6) => {
    words[DESCRIPTOR_WORDS] = value;
    return ring.write(words, count, PACKET_IN_BAND, 0, 0, 2 ** 40 + value);
  };
  const copies = () => ledger.cycles[HYPERVISOR * 16 + COPY];
  return { host, memory, channel, ledger, synic, put, copies };
}

test('a packet arrives with type, lengths and transaction; every write wants a signal', () => {
  const { channel, put, copies } = setUp();
  const [writer, reader] = [channel.openGuestToRoot(), channel.openGuestToRoot()];
  reader.masked = true;
  expect([put(writer, 5), put(writer, 6)]).toEqual([2, 2]);
  const into = new Uint32Array(64);
  expect(reader.read(into)).toBe(6);
  expect([into[0], into[1], into[2], into[3], into[4]]).toEqual([
    PACKET_IN_BAND | (2 << 16),
    3,
    5,
    256,
    5,
  ]);
  expect(copies()).toBe(COPIES);
});

test('the slot holds one message: the next needs an EOM of the receiver', () => {
  const { channel, put, ledger } = setUp();
  const [writer, reader] = [channel.openGuestToRoot(), channel.openGuestToRoot()];
  put(writer, 1);
  put(writer, 2);
  const into = new Uint32Array(64);
  expect([reader.read(into), reader.read(into), reader.hasPackets]).toEqual([6, 0, false]);
  expect(reader.endBatch()).toBe(true);
  expect(ledger.exits[EXIT_ROOT_EOM]).toBe(1);
  expect([reader.read(into), into[4], reader.endBatch()]).toEqual([6, 2, true]);
  // Nothing waits: no EOM, so no exit.
  expect(ledger.exits[EXIT_ROOT_EOM]).toBe(1);
});

test('the EOM of a guest raises the channel’s flag there', () => {
  const { channel, put, synic } = setUp();
  const [writer, reader] = [channel.openRootToGuest(), channel.openRootToGuest()];
  put(writer, 1);
  put(writer, 2);
  reader.read(new Uint32Array(64));
  expect(synic.events.take(SINT_VMBUS, 0)).toBe(0);
  reader.endBatch();
  expect(synic.events.take(SINT_VMBUS, 0)).toBe(1 << RELID);
});

test('packets come in order, however they mix, and none beyond 512 or 240 bytes is taken', () => {
  const { channel, put } = setUp();
  const [writer, reader] = [channel.openGuestToRoot(), channel.openGuestToRoot()];
  expect(put(writer, 1, 61)).toBe(0);
  const into = new Uint32Array(64);
  let [next, expected] = [0, 0];
  for (let round = 0; round < 3; round++) {
    while (put(writer, next) !== 0) next++;
    expect(next - expected).toBe(512);
    for (let i = 0; i < 300; i++) {
      expect(reader.read(into)).toBe(6);
      expect(into[4]).toBe(expected++);
      reader.endBatch();
    }
  }
});

test('directions are apart, and no byte lies in the guest’s pages', () => {
  const { channel, memory, put } = setUp();
  const into = new Uint32Array(64);
  put(channel.openGuestToRoot(), 0x1234);
  expect(channel.openRootToGuest().read(into)).toBe(0);
  for (let page = 16; page < 20; page++)
    for (let at = 0; at < 4096; at += 4) expect(memory.read32(page * 4096 + at)).toBe(0);
});
