/** Receive-side coalescing on the registers and descriptors that Linux's ixgbe driver uses. */
import { describe, expect, test } from 'vitest';
import {
  ENTRIES,
  enableRx,
  nicWithVfs,
  RX_BUFFERS,
  RX_RING,
} from '../../../../tests/support/nic.ts';
import { internetSum } from '../../../../tests/support/tcp-reference.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../../memory/host-memory.ts';
import { makeMac } from '../../net/frame.ts';
import { headersOf, type TcpStream, writeTcpHeaders } from '../../net/tcp.ts';
import * as coalescing from './coalescing-spec.ts';
import { RxRing } from './rings.ts';
import { RxChains } from './rx-chains.ts';
import { PF_EITR, RX_DONE, RX_END_OF_PACKET, VF_RX_BASE } from './spec.ts';

const INTERVAL = 50;
const PAYLOAD = 1000;
const ON = coalescing.COALESCING_ENABLE;
const SIXTEEN = ON | (3 << coalescing.COALESCING_MAX_SHIFT);

/** Segment `i` of the stream to port `port`. */
function segment(port: number, i: number, flags = 0x10, length = PAYLOAD): Uint8Array {
  const host = new HostMemory(LARGE_PAGE_SIZE);
  const stream: TcpStream = {
    source: makeMac(2, 0),
    destination: makeMac(1, 0),
    sourcePort: 5001,
    destinationPort: port,
    ipv6: false,
  };
  const headers = headersOf(stream);
  for (let n = 0; n < length; n++) host.bytes[0x1002 + headers + n] = i * 16 + n;
  const frame = { sequence: i * PAYLOAD, id: i, flags, length, checksum: 'whole' as const };
  writeTcpHeaders(host, 0x1002, stream, frame);
  return host.bytes.slice(0x1002, 0x1002 + headers + length);
}

function bench(control = SIXTEEN, buffers = ENTRIES - 1, interval = INTERVAL) {
  const parts = nicWithVfs(1);
  const [vf] = parts.vfs;
  enableRx(vf, buffers);
  // The driver's side, which gives the device all buffers but one.
  const ring =
    buffers === 0
      ? new RxRing(vf.memory, vf.target, 0, RX_RING, ENTRIES, RX_BUFFERS, 2048)
      : undefined;
  vf.target.write(VF_RX_BASE + coalescing.QUEUE_COALESCING, control, 0);
  vf.target.write(PF_EITR, interval << 2, 0);
  const word = (i: number, n: number) => vf.memory.read32(RX_RING + 16 * i + 4 * n);
  const descriptor = (i: number) => ({
    done: (word(i, 2) & RX_DONE) !== 0,
    end: (word(i, 2) & RX_END_OF_PACKET) !== 0,
    next: (word(i, 2) >>> coalescing.RX_NEXT_SHIFT) & coalescing.RX_NEXT_MASK,
    count: (word(i, 0) >>> coalescing.RX_COUNT_SHIFT) & coalescing.RX_COUNT_MASK,
    length: word(i, 3) & 0xffff,
  });
  const bytes = (i: number, length: number) => {
    const read = new Uint8Array(length);
    vf.memory.readInto(RX_BUFFERS + 2048 * i, read, 0, length);
    return read;
  };
  return { ...parts, vf, descriptor, bytes, ring: ring as RxRing };
}

describe('RSCCTL (82599)', () => {
  test('segments fill buffers one behind the other; NEXTP, RSCCNT, and EOP on the last descriptor', () => {
    const { arrive, engine, descriptor, bytes } = bench();
    const frames = [0, 1, 2, 3].map((i) => segment(1, i));
    for (const frame of frames) arrive(frame);
    expect(descriptor(0)).toEqual({ done: true, end: false, next: 1, count: 1, length: 2048 });
    expect(descriptor(1)).toMatchObject({ done: false });
    engine.run();
    const last = 66 + 4 * PAYLOAD - 2048;
    expect(descriptor(1)).toMatchObject({ done: true, end: true, count: 3, length: last });
    const payload = frames.flatMap((frame) => [...frame.subarray(66)]);
    const read = [...bytes(0, 2048), ...bytes(1, last)];
    expect(read.slice(66)).toEqual(payload);
    // Total length, and an IPv4 checksum that is right for it; the rest of the headers is the first segment's.
    expect([read[16] * 256 + read[17], internetSum(read.slice(14, 34))]).toEqual([4052, 0]);
    expect(read.slice(34, 50)).toEqual([...frames[0].subarray(34, 50)]);
  });

  test('connections interleave: each goes on where its NEXTP says, and the ring is read in order', () => {
    const { arrive, engine, vf, ring } = bench(SIXTEEN, 0);
    const wanted = new Map<number, number[]>();
    for (const i of [0, 1, 2])
      for (const port of [1, 2]) {
        const frame = segment(port, i);
        arrive(frame);
        wanted.set(port, [...(wanted.get(port) ?? []), ...frame.subarray(66)]);
      }
    engine.run();
    const chains = new RxChains(ring);
    const found = new Map<number, number[]>();
    for (let n = 0; n < 4; n++) {
      const chain = chains.take();
      if (chain === undefined) continue;
      const { pieces } = chain;
      const bytes: number[] = [];
      for (let i = 0; i < pieces.count; i++)
        for (let at = 0; at < pieces.lengths[i]; at++)
          bytes.push(vf.memory.read8(pieces.addresses[i] + at));
      found.set(bytes[37], bytes.slice(66));
      expect(chain.segments).toBe(3);
      chains.release(chain);
    }
    expect(found).toEqual(wanted);
  });

  test('a short segment or PSH ends a frame at once, the interval any other; one segment stays as it is', () => {
    const { arrive, engine, descriptor, bytes, vf } = bench();
    arrive(segment(1, 0));
    arrive(segment(1, 1, 0x10, 900));
    expect(descriptor(0)).toMatchObject({ done: true, end: true, count: 2, length: 1966 });
    arrive(segment(1, 2));
    arrive(segment(1, 3, 0x18));
    expect(descriptor(2).end || descriptor(1).end).toBe(true);
    const alone = segment(2, 7);
    arrive(alone);
    expect(descriptor(3).done).toBe(false);
    engine.run();
    expect(descriptor(3)).toMatchObject({ done: true, end: true, count: 0, length: alone.length });
    expect(bytes(3, alone.length)).toEqual(alone);
    expect(engine.now).toBeGreaterThanOrEqual(INTERVAL * 1e6);
    expect(vf.messages[0].length).toBeGreaterThan(0);
  });

  test('MAXDESC bounds a frame; without a descriptor left it ends and the next segment is dropped', () => {
    const one = bench(ON);
    for (const i of [0, 1, 2]) one.arrive(segment(1, i));
    one.engine.run();
    expect(one.descriptor(0)).toMatchObject({ end: true, count: 0, length: 1066 });
    const few = bench(SIXTEEN, 2);
    for (let i = 0; i < 6; i++) few.arrive(segment(1, i));
    few.engine.run();
    expect(few.descriptor(1)).toMatchObject({ done: true, end: true });
    const { dropped } = few.nic.functions[1].rx[0];
    expect(dropped).toBeGreaterThan(0);
  });

  test.each<[string, number, number]>([
    ['the bit is off', 0, INTERVAL],
    ['the interrupt has no interval', SIXTEEN, 0],
  ])('nothing is coalesced while %s', (_name, control, interval) => {
    const { arrive, engine, descriptor } = bench(control, ENTRIES - 1, interval);
    for (const i of [0, 1]) arrive(segment(1, i));
    engine.run();
    for (const i of [0, 1])
      expect(descriptor(i)).toMatchObject({ done: true, end: true, count: 0, length: 1066 });
  });

  test('a segment with a wrong checksum stays alone, and ends the frame before it', () => {
    const { arrive, engine, descriptor } = bench();
    const wrong = segment(1, 1);
    wrong[100] ^= 1;
    arrive(segment(1, 0));
    arrive(wrong);
    arrive(segment(1, 2));
    engine.run();
    for (const i of [0, 1, 2]) expect(descriptor(i)).toMatchObject({ end: true, count: 0 });
  });

  test('a queue that is stopped writes no frame back that was in the making', () => {
    const { arrive, engine, descriptor, nic } = bench();
    arrive(segment(1, 0));
    nic.functions[1].rx[0].stop();
    engine.run();
    expect(descriptor(0).done).toBe(false);
  });
});
