import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  doorbell,
  ENTRIES,
  enableRx,
  enableTx,
  MAX_FRAME,
  nicWithVfs,
  RX_RING,
  TX_BUFFERS,
  TX_RING,
} from '../../../../tests/support/nic.ts';
import { cutByHand } from '../../../../tests/support/tcp-reference.ts';
import type { GuestMemory } from '../../memory/guest-memory.ts';
import { makeMac } from '../../net/frame.ts';
import { headersOf, type TcpStream, writeTcpHeaders } from '../../net/tcp.ts';
import * as offload from './offload-spec.ts';
import * as spec from './spec.ts';

const STREAM: TcpStream = {
  source: makeMac(1, 0),
  destination: makeMac(2, 0),
  sourcePort: 1,
  destinationPort: 2,
  ipv6: false,
};
const HEADERS = headersOf(STREAM);
const DATA = spec.TX_TYPE_DATA | spec.TX_EXTENDED | spec.TX_INSERT_FCS;
const END = spec.TX_END_OF_PACKET | spec.TX_REPORT_STATUS;
const SUMS = offload.TX_IP_CHECKSUM | offload.TX_L4_CHECKSUM;

function put(memory: GuestMemory, i: number, words: readonly number[]): void {
  for (const [n, word] of words.entries()) memory.write32(TX_RING + 16 * i + 4 * n, word);
}

/** A context as section 5 has it: Ethernet, IPv4 without options, TCP with timestamps. */
function context(mss: number, index = 0): number[] {
  const kind = offload.TX_TYPE_CONTEXT | spec.TX_EXTENDED | (1 << 11) | (1 << 10);
  return [20 | (14 << 9), 0, kind, (mss << 16) | (32 << 8) | (index << 4)];
}

function nicWithPacket(length: number) {
  const parts = nicWithVfs(1);
  const [vf] = parts.vfs;
  enableTx(vf);
  const at = vf.memory.span(TX_BUFFERS, HEADERS + length, 2);
  for (let i = 0; i < length; i++) parts.host.bytes[at + HEADERS + i] = i * 7;
  const fields = { sequence: 0xffffff00, id: 0xfffe, flags: 0x19, length };
  writeTcpHeaders(parts.host, at, STREAM, { ...fields, checksum: 'segmented' });
  const whole = parts.host.bytes.slice(at, at + HEADERS + length);
  return { ...parts, vf, whole };
}

describe('context descriptors (82576 facts, section 5)', () => {
  test('TSE: one packet over three descriptors leaves as its segments; DD and one interrupt at the end', () => {
    const { engine, wire, vf, whole } = nicWithPacket(3000);
    put(vf.memory, 0, context(700));
    const options = SUMS | (3000 << offload.TX_PAYLEN_SHIFT);
    put(vf.memory, 1, [TX_BUFFERS, 0, DATA | offload.TX_SEGMENT | 100, options]);
    put(vf.memory, 2, [TX_BUFFERS + 100, 0, DATA | 0, 0]);
    put(vf.memory, 3, [TX_BUFFERS + 100, 0, DATA | END | (HEADERS + 2900), 0]);
    doorbell(vf, 4);
    engine.run();
    expect(wire).toEqual(cutByHand(whole, 700));
    expect(wire.map(({ length }) => length - HEADERS)).toEqual([700, 700, 700, 700, 200]);
    expect(vf.memory.read32(TX_RING + 3 * 16 + 12) & spec.TX_DONE).toBe(1);
    expect(vf.target.read(spec.VF_TX_BASE + spec.QUEUE_HEAD)).toBe(4);
    expect(vf.messages[1]).toHaveLength(1);
  });

  test('a context stays for later packets, and each of the two is its own', () => {
    const { engine, wire, vf, whole } = nicWithPacket(1400);
    put(vf.memory, 0, context(700, 0));
    put(vf.memory, 1, context(1000, 1));
    const length = DATA | END | offload.TX_SEGMENT | (HEADERS + 1400);
    for (const [i, index] of [0, 1, 0].entries()) {
      const options = SUMS | (index << 4) | (1400 << offload.TX_PAYLEN_SHIFT);
      put(vf.memory, 2 + i, [TX_BUFFERS, 0, length, options]);
    }
    doorbell(vf, 5);
    engine.run();
    const [first, second] = [cutByHand(whole, 700), cutByHand(whole, 1000)];
    expect(wire).toEqual([...first, ...second, ...first]);
  });

  test('without TSE a packet gets the checksums that POPTS names; without POPTS it leaves as it stands', () => {
    const { engine, wire, vf, host } = nicWithPacket(500);
    const at = vf.memory.span(TX_BUFFERS, HEADERS + 500, 2);
    const read = () => host.bytes.slice(at, at + HEADERS + 500);
    const fields = { sequence: 1, id: 2, flags: 0x18, length: 500 };
    writeTcpHeaders(host, at, STREAM, { ...fields, checksum: 'whole' });
    const whole = read();
    writeTcpHeaders(host, at, STREAM, { ...fields, checksum: 'partial' });
    host.bytes.fill(0, at + 24, at + 26);
    const partial = read();
    put(vf.memory, 0, context(0));
    const command = DATA | END | (HEADERS + 500);
    const payload = (HEADERS + 500) << offload.TX_PAYLEN_SHIFT;
    put(vf.memory, 1, [TX_BUFFERS, 0, command, payload]);
    put(vf.memory, 2, [TX_BUFFERS, 0, command, payload | offload.TX_IP_CHECKSUM]);
    put(vf.memory, 3, [TX_BUFFERS, 0, command, payload | SUMS]);
    doorbell(vf, 4);
    engine.run();
    const headerSummed = partial.slice();
    headerSummed.set(whole.subarray(24, 26), 24);
    expect(wire).toEqual([partial, headerSummed, whole]);
  });

  test.each<[string, (words: number[]) => void, number]>([
    ['no payload in a segment', (words) => words.splice(3, 1, 32 << 8), 0],
    ['a segment longer than the line takes', (w) => w.splice(3, 1, (1460 << 16) | (32 << 8)), 0],
    ['an odd IP header', (words) => words.splice(0, 1, 21 | (14 << 9)), 0],
    ['a tag that is not there', (words) => words.splice(0, 1, 20 | (18 << 9)), 0],
    ['UDP', (words) => words.splice(2, 1, words[2] & ~(3 << 11)), 0],
    ['another payload length', () => {}, 1],
  ])('a context that cannot be drops its packet and nothing else: %s', (_name, spoil, more) => {
    const { engine, wire, nic, vf, whole } = nicWithPacket(1400);
    const words = context(700);
    spoil(words);
    put(vf.memory, 0, words);
    const command = DATA | END | (HEADERS + 1400);
    const options = SUMS | ((1400 + more) << offload.TX_PAYLEN_SHIFT);
    put(vf.memory, 1, [TX_BUFFERS, 0, command | offload.TX_SEGMENT, options]);
    put(vf.memory, 2, [TX_BUFFERS, 0, command, 0]);
    doorbell(vf, 3);
    engine.run();
    expect(wire).toEqual([whole]);
    expect(nic.filtered).toBe(1);
    expect(vf.memory.read32(TX_RING + 16 + 12) & spec.TX_DONE).toBe(1);
  });
});

describe('RXCSUM and the receive write-back (82576 facts, sections 3 and 5)', () => {
  const CHECKED = offload.RX_L4_CHECKED | offload.RX_IP_CHECKED;
  const status = (spoil: (frame: Uint8Array) => void, on = true) => {
    const { nic, arrive, host, vfs, engine } = nicWithVfs(1);
    const [vf] = vfs;
    enableRx(vf, 4);
    vf.target.write(offload.REG_RXCSUM, 0x300, 0);
    expect(nic.receiveChecksums).toBe(0);
    if (on) nic.functions[0].write(offload.REG_RXCSUM, 0x2b00, 0);
    const at = host.allocate(4096) + 2;
    const back = { ...STREAM, source: STREAM.destination, destination: STREAM.source };
    const fields = { sequence: 1, id: 2, flags: 0x18, length: 101 };
    writeTcpHeaders(host, at, back, { ...fields, checksum: 'whole' });
    const frame = host.bytes.slice(at, at + HEADERS + 101);
    spoil(frame);
    arrive(frame);
    engine.run();
    return (vf.memory.read32(RX_RING + 8) & ~3) >>> 0;
  };

  test('off, nothing is said; a virtual function cannot turn it on', () => {
    expect(status(() => {}, false)).toBe(0);
  });

  test('TCP: both checked; an error bit for a byte of payload, another for one of the IP header', () => {
    expect(status(() => {})).toBe(CHECKED);
    expect(status((frame) => frame.fill(1, 120, 121))).toBe(CHECKED | offload.RX_L4_ERROR);
    const bad = (offload.RX_IP_CHECKED | offload.RX_IP_ERROR) >>> 0;
    expect(status((frame) => frame.fill(1, 22, 23))).toBe(bad);
  });

  test('what it cannot understand it says nothing of', () => {
    expect(status((frame) => frame.fill(0x99, 12, 13))).toBe(0);
    expect(status((frame) => frame.fill(0xff, 14, 15))).toBe(0);
  });
});

test('property: any contexts and packets; nothing thrown, nothing longer than the line, the queue ends', () => {
  const word = fc.integer({ min: 0, max: 0xffffffff });
  const isContext = fc.tuple(word, fc.nat(3), fc.constantFrom(0, 32 << 8), fc.nat(2000));
  const contexts = isContext.map(([lengths, l4, size, mss]) => {
    const kind = offload.TX_TYPE_CONTEXT | spec.TX_EXTENDED | (l4 << 11) | ((lengths & 1) << 10);
    const likely = (lengths & 2) === 0 ? 20 | (14 << 9) : lengths;
    return [likely, 0, kind, (mss << 16) | size];
  });
  const packets = fc
    .tuple(fc.nat(0x4000), fc.nat(9000), fc.boolean(), fc.boolean(), fc.nat(0x3ffff), fc.boolean())
    .map(([at, length, cut, end, payload, honest]) => [
      TX_BUFFERS + at,
      0,
      DATA | (cut ? offload.TX_SEGMENT : 0) | (end ? END : 0) | length,
      SUMS | ((honest ? Math.max(0, length - HEADERS) : payload) << offload.TX_PAYLEN_SHIFT),
    ]);
  const program = fc.array(fc.oneof(contexts, packets), { minLength: 2, maxLength: ENTRIES - 1 });
  fc.assert(
    fc.property(program, (descriptors) => {
      const { engine, wire, vf } = nicWithPacket(1400);
      for (const [i, words] of descriptors.entries()) put(vf.memory, i, words);
      doorbell(vf, descriptors.length);
      engine.run(Infinity, 20_000);
      for (const frame of wire) expect(frame.length).toBeLessThanOrEqual(MAX_FRAME + 4);
    }),
    { numRuns: 400, seed: 15 },
  );
});
