import { describe, expect, test } from 'vitest';
import { frameTo, nicWithVfs } from '../../../../tests/support/nic.ts';
import { HostMemory } from '../../memory/host-memory.ts';
import { makeMac } from '../../net/frame.ts';
import { ReceiveSideScaling } from './rss.ts';
import { SwitchRegisters } from './switch-registers.ts';

/** Key and results of the verification suite that Microsoft publishes for its RSS hash. */
const KEY = '6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa';
const IPV4: [string, number, string, number, number, number][] = [
  ['66.9.149.187', 2794, '161.142.100.80', 1766, 0x323e8fc2, 0x51ccc178],
  ['199.92.111.2', 14230, '65.69.140.83', 4739, 0xd718262a, 0xc626b0ea],
  ['24.19.198.95', 12898, '12.22.207.184', 38024, 0xd2d0a5de, 0x5c2b394a],
  ['38.27.205.30', 48228, '209.142.163.6', 2217, 0x82989176, 0xafc7327f],
  ['153.39.163.191', 44251, '202.188.127.2', 1303, 0x5d1809c5, 0x10e828a2],
];
const TCP4 = 1 << 16;
const IP4 = 1 << 17;
const UDP4 = 1 << 22;

function bench(fields: number) {
  const host = new HostMemory(1 << 21);
  const registers = new SwitchRegisters();
  const rss = new ReceiveSideScaling(registers);
  const key = Buffer.from(KEY, 'hex');
  for (let i = 0; i < 40; i += 4) registers.write(0x5c80 + i, key.readUInt32LE(i));
  for (let i = 0; i < 128; i += 4) registers.write(0x5c00 + i, (i & 15) * 0x01010101 + 0x03020100);
  registers.write(0x5818, fields | 5);
  const at = host.allocate(4096) + 2;
  const look = (frame: number[], tag = 0, queues = 4) => {
    host.bytes.fill(0xee, at, at + 200);
    host.bytes.set(frame, at);
    const queue = rss.queueFor(host, at, frame.length, tag, queues);
    return { queue, hash: rss.hash, types: rss.types };
  };
  return { look, registers, rss };
}

function ipv4(from: string, to: string, ports: number[], protocol = 6, extra: number[] = []) {
  const addresses = [from, to].flatMap((text) => text.split('.').map(Number));
  const header = [
    0x45,
    0,
    0,
    40,
    0,
    0,
    ...(extra.length > 0 ? extra : [0x40, 0]),
    64,
    protocol,
    0,
    0,
  ];
  const tail = ports.flatMap((port) => [port >> 8, port & 255]);
  return [
    ...new Array(12).fill(2),
    8,
    0,
    ...header,
    ...addresses,
    ...tail,
    ...new Array(22).fill(0),
  ];
}

function ipv6(from: string, to: string, ports: number[]) {
  const words = (text: string) =>
    text.split(':').flatMap((w) => [parseInt(w, 16) >> 8, parseInt(w, 16) & 255]);
  const tail = ports.flatMap((port) => [port >> 8, port & 255]);
  return [
    ...new Array(12).fill(2),
    0x86,
    0xdd,
    0x60,
    0,
    0,
    0,
    0,
    20,
    6,
    64,
    ...words(from),
    ...words(to),
    ...tail,
  ];
}

describe("Microsoft's verification suite", () => {
  test.each(IPV4)('%s:%i to %s:%i', (from, sport, to, dport, addresses, withPorts) => {
    expect(bench(IP4).look(ipv4(from, to, [sport, dport])).hash).toBe(addresses);
    expect(bench(TCP4).look(ipv4(from, to, [sport, dport])).hash).toBe(withPorts);
  });

  test('IPv6, by addresses and with ports', () => {
    const frame = ipv6('3ffe:2501:200:1fff:0:0:0:7', '3ffe:2501:200:3:0:0:0:1', [2794, 1766]);
    expect(bench(1 << 20).look(frame)).toMatchObject({ hash: 0x2cc18cd5, types: 0x145 });
    expect(bench(1 << 21).look(frame)).toMatchObject({ hash: 0x40207d3d, types: 0x143 });
  });
});

describe('fields and table (sections 3 and 5)', () => {
  const frame = ipv4('66.9.149.187', '161.142.100.80', [2794, 1766]);

  test('what MRQC does not name is not hashed: queue of entry 0, no type', () => {
    expect(bench(0).look(frame)).toEqual({ queue: 0, hash: 0, types: 0 });
    const udp = ipv4('66.9.149.187', '161.142.100.80', [2794, 1766], 17);
    expect(bench(TCP4).look(udp)).toMatchObject({ hash: 0, types: 0 });
    expect(bench(TCP4 | IP4).look(udp)).toMatchObject({ hash: 0x323e8fc2, types: 0x212 });
    expect(bench(UDP4).look(udp)).toMatchObject({ hash: 0x51ccc178, types: 0x217 });
  });

  test('a fragment has no ports', () => {
    const fragment = ipv4('66.9.149.187', '161.142.100.80', [2794, 1766], 6, [0x20, 0]);
    expect(bench(TCP4 | IP4).look(fragment)).toMatchObject({ hash: 0x323e8fc2, types: 0x12 });
  });

  test('behind a tag; and a frame that ends before its headers do', () => {
    const tagged = [...frame.slice(0, 12), 0x81, 0, 0, 5, ...frame.slice(12)];
    expect(bench(TCP4).look(tagged, 4).hash).toBe(0x51ccc178);
    expect(bench(TCP4 | IP4).look(frame.slice(0, 30)).hash).toBe(0);
  });

  test('queue: entry of the low seven bits, as far as there are queues', () => {
    const { look, registers, rss } = bench(TCP4);
    // 51ccc178: entry 78.
    registers.write(0x5c78, 0x03020107);
    expect([8, 4, 3, 2, 1].map((queues) => look(frame, 0, queues).queue)).toEqual([7, 3, 1, 1, 0]);
    registers.write(0x5c80, 0);
    rss.stale = true;
    expect(look(frame).hash).not.toBe(0x51ccc178);
  });
});

test('VMDq with RSS: a pool with RSSE spreads over its two queues, the hash in the descriptor; others do not', () => {
  const { nic, arrive } = nicWithVfs(0);
  const { registers } = nic.switching;
  const got: string[] = [];
  for (const n of [0, 1]) {
    const index = nic.enableVf(2);
    nic.setFilter(makeMac(1, n), index);
    for (const [q, queue] of nic.functions[index].rx.entries())
      queue.receive = (_at, _length, notes) => got.push(`VF ${n} queue ${q} ${notes?.types ?? 0}`);
  }
  const key = Buffer.from(KEY, 'hex');
  for (let i = 0; i < 40; i += 4) registers.write(0x5c80 + i, key.readUInt32LE(i));
  for (let i = 0; i < 128; i += 4) registers.write(0x5c00 + i, 0x01000100);
  registers.write(0x5818, 5 | TCP4);
  registers.write(0x5ad0, registers.read(0x5ad0) | (1 << 17));
  // VF 1's address, in entry 22, is bound to no queue and not spread by the lab's own rule.
  registers.write(0x18800 + 4 * 22, 0);
  const [[from, sport, to, dport], [otherFrom, otherSport, otherTo, otherDport]] = IPV4;
  for (const n of [0, 1])
    for (const packet of [
      ipv4(from, to, [sport, dport]),
      ipv4(otherFrom, otherTo, [otherSport, otherDport]),
    ]) {
      const frame = frameTo(makeMac(1, n), 60);
      frame.set(packet.slice(12, 60), 12);
      arrive(frame);
    }
  // Entries 78 and 6a: both even. An odd one:
  registers.write(0x5c68, 0x00010000);
  const frame = frameTo(makeMac(1, 0), 60);
  frame.set(ipv4(otherFrom, otherTo, [otherSport, otherDport]).slice(12, 60), 12);
  arrive(frame);
  expect(got).toEqual([
    'VF 0 queue 0 273',
    'VF 0 queue 0 273',
    'VF 1 queue 0 0',
    'VF 1 queue 0 0',
    'VF 0 queue 1 273',
  ]);
});
