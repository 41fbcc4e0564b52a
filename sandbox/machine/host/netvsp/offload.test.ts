/** What NetVSP says it does to frames, what a guest may turn on, and which frames it then believes. */
import { describe, expect, test } from 'vitest';
import { COSTS } from '../../../../tests/support/machine.ts';
import { Engine } from '../../engine/engine.ts';
import { Random } from '../../engine/random.ts';
import { chooseOffloads, offloadQuestion } from '../../guest/netvsc/offload.ts';
import { packetInfo } from '../../guest/netvsc/packet-info.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../../memory/host-memory.ts';
import { ScatterList } from '../../memory/scatter-list.ts';
import { makeMac } from '../../net/frame.ts';
import { headersOf, type TcpStream, transportOf, writeTcpHeaders } from '../../net/tcp.ts';
import { Ledger } from '../../partition/ledger.ts';
import { LogicalProcessor } from '../../partition/logical-processor.ts';
import { VirtualProcessor } from '../../partition/virtual-processor.ts';
import { NDIS_OFFLOAD, NDIS_OFFLOAD_PARAMS } from '../../vmbus/ndis-structures.ts';
import { AdapterOffloads } from './offload-control.ts';
import { SentOffload, type WorkWanted } from './sent-offload.ts';

const VERSIONS = [
  [0x60001, 3, 156],
  [0x40000, 2, 144],
  [0x00002, 1, 112],
] as const;

const viewOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** What guest and provider come to, as both sides see it. */
function negotiate(version: number, offloads = new AdapterOffloads(true)) {
  const can = offloads.capabilities(viewOf(offloadQuestion(version))) ?? new Uint8Array();
  const chosen = chooseOffloads(viewOf(can), version);
  const status = offloads.set(viewOf(chosen.parameters));
  return { adapter: offloads, can, ...chosen, status };
}

describe('OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES', () => {
  test.each(VERSIONS)(
    'NVSP %i: an NDIS_OFFLOAD of revision %i and %i bytes',
    (version, revision, size) => {
      const { can } = negotiate(version);
      expect([...can.subarray(0, 4)]).toEqual([0xa7, revision, size, 0]);
      expect(can).toHaveLength(size);
      const word = (field: keyof typeof NDIS_OFFLOAD.fields) =>
        viewOf(can).getUint32(NDIS_OFFLOAD.fields[field][0], true);
      expect(word('csum.ip4_txcsum')).toBe(0x155);
      expect(word('csum.ip6_rxcsum')).toBe(0x055);
      expect(word('lsov2.ip4_encap')).toBe(2);
      expect(word('lsov2.ip6_maxsz')).toBe(0xf500);
      expect(word('lsov2.ip4_minsg')).toBe(2);
      expect(word('lsov1.encap')).toBe(0);
    },
  );

  test('a provider that decides by what lies in shared memory offers nothing', () => {
    const { can, adapter } = negotiate(0x60001, new AdapterOffloads(false));
    expect(can.subarray(4).every((byte) => byte === 0)).toBe(true);
    expect([adapter.sends('tcp_ip_v4_csum'), adapter.cuts(false)]).toEqual([false, false]);
  });

  test('a question shorter than an object gets no answer; a size beyond the structure the whole of it', () => {
    const offloads = new AdapterOffloads(true);
    expect(offloads.capabilities(viewOf(Uint8Array.of(0xa7, 3, 156)))).toBeUndefined();
    expect(offloads.capabilities(viewOf(Uint8Array.of(0xa7, 3, 3, 0)))).toBeUndefined();
    expect(offloads.capabilities(viewOf(Uint8Array.of(0xa7, 3, 0xff, 0xff)))).toHaveLength(156);
  });
});

describe('OID_TCP_OFFLOAD_PARAMETERS', () => {
  test.each(VERSIONS)('NVSP %i: the guest turns on what its version can', (version) => {
    const { status, parameters, offloads } = negotiate(version);
    expect(status).toBe(0);
    expect(parameters).toHaveLength(version > 0x40000 ? 28 : 22);
    const udp = version > 0x40000;
    expect(offloads).toMatchObject({ tcp4: true, tcp6: true, udp4: udp, udp6: udp });
    expect(offloads).toMatchObject({ segment4: 0xf500, segment6: 0xf500, leastSegments: 2 });
  });

  test('a value that cannot be, or is not offered, changes nothing', () => {
    const { at } = NDIS_OFFLOAD_PARAMS;
    const set = (change: (bytes: Uint8Array) => void, offloads = new AdapterOffloads(true)) => {
      const { parameters } = chooseOffloads(new DataView(new ArrayBuffer(156)), 0x60001);
      parameters[at.tcp_ip_v4_csum] = 4;
      change(parameters);
      const status = offloads.set(viewOf(parameters));
      return [status, offloads.sends('tcp_ip_v4_csum')];
    };
    expect(set(() => {})).toEqual([0, true]);
    expect(set((bytes) => bytes.fill(5, at.udp_ip_v6_csum, at.udp_ip_v6_csum + 1))).toEqual([
      0xc0010015,
      false,
    ]);
    expect(set((bytes) => bytes.fill(3, at.lso_v2_ipv4, at.lso_v2_ipv4 + 1))[0]).toBe(0xc0010015);
    expect(set((bytes) => bytes.fill(2, at.lso_v1, at.lso_v1 + 1))).toEqual([0xc00000bb, false]);
    expect(set((bytes) => bytes.fill(0xff, 2, 4))[0]).toBe(0xc0010015);
    expect(set((bytes) => bytes.fill(0x81, 0, 1))[0]).toBe(0xc0010015);
    expect(set(() => {}, new AdapterOffloads(false))).toEqual([0xc00000bb, false]);
  });

  test('1 turns off, 0 leaves as it is, 2 and 3 are one direction', () => {
    const offloads = new AdapterOffloads(true);
    const { at, size } = NDIS_OFFLOAD_PARAMS;
    const states = [4, 0, 2, 3, 1].map((value) => {
      const parameters = new Uint8Array(size);
      parameters.set([0x80, 3, size, 0]);
      parameters[at.tcp_ip_v4_csum] = value;
      offloads.set(viewOf(parameters));
      return [offloads.sends('tcp_ip_v4_csum'), offloads.receives('tcp_ip_v4_csum')];
    });
    expect(states).toEqual([
      [true, true],
      [true, true],
      [true, false],
      [false, true],
      [false, false],
    ]);
  });
});

const FRAME = 0x40000;
const CHECKSUM = { tcp: true, ipv6: false, transport: 34, segment: 0 };

function bench() {
  const host = new HostMemory(2 * LARGE_PAGE_SIZE);
  host.allocate(FRAME);
  host.allocate(0x20000);
  const sent = new SentOffload(host, turnedOn(), () => 1514);
  const lp = new LogicalProcessor(new Engine(), new Ledger(), COSTS);
  const processor = new VirtualProcessor(lp, 'root');
  const list = new ScatterList();
  /** The frame at FRAME in pieces of 4 KiB, with what its information asks for. */
  const accept = (length: number, work: Partial<WorkWanted>) => {
    list.clear();
    for (let at = 0; at < length; at += 4096) list.add(FRAME + at, Math.min(4096, length - at));
    return sent.accept(processor, list, { checksum: 0, segmentation: 0, ...work });
  };
  return { host, accept, list };
}

function turnedOn(): AdapterOffloads {
  const offloads = new AdapterOffloads(true);
  negotiate(0x60001, offloads);
  return offloads;
}

const infoOf = (task: typeof CHECKSUM) => packetInfo({ hash: 0, checksum: true, ...task })[1];

function put(host: HostMemory, ipv6: boolean, length: number, segmented: boolean): TcpStream {
  const ports = { sourcePort: 1, destinationPort: 2 };
  const stream = { source: makeMac(1, 0), destination: makeMac(2, 0), ...ports, ipv6 };
  const checksum = segmented ? 'segmented' : 'partial';
  writeTcpHeaders(host, FRAME, stream, { sequence: 1, id: 1, flags: 0x18, length, checksum });
  return stream;
}

describe('the information of a sent frame (ndis_tcp_ip_checksum_info, ndis_tcp_lso_info)', () => {
  test('what the frame is, is accepted; its headers then lie in memory of the root', () => {
    for (const ipv6 of [false, true]) {
      const { host, accept, list } = bench();
      const stream = put(host, ipv6, 1000, false);
      const [headers, transport] = [headersOf(stream), transportOf(stream)];
      const checksum = infoOf({ tcp: true, ipv6, transport, segment: 0 });
      expect(accept(headers + 1000, { checksum })).toMatchObject({ ipv6, tcp: true, segment: 0 });
      expect(list.addresses[0]).not.toBe(FRAME);
      put(host, ipv6, 20_000, true);
      const segmentation = infoOf({ tcp: true, ipv6, transport, segment: 1400 });
      expect(accept(headers + 20_000, { segmentation })).toEqual({
        ...{ ipv6, tcp: true, transport, headers, segment: 1400 },
        ...{ ipChecksum: !ipv6, transportChecksum: true },
      });
      expect(list.length).toBe(headers + 20_000);
      expect(list.addresses[0]).not.toBe(FRAME);
    }
  });

  const LSO = 1400 | (34 << 20) | (1 << 30);
  const SUM = 1 | 4 | (34 << 16);
  test.each<[string, Partial<WorkWanted>, number, (bytes: Uint8Array) => void]>([
    ['LSO version 1', { segmentation: LSO & ~(1 << 30) }, 20_066, () => {}],
    ['LSO for IPv6', { segmentation: (LSO | (1 << 31)) >>> 0 }, 20_066, () => {}],
    ['a header offset two bytes off', { segmentation: LSO + (2 << 20) }, 20_066, () => {}],
    ['a header offset beyond all headers', { segmentation: LSO | (0x3ff << 20) }, 20_066, () => {}],
    ['segments of no payload', { segmentation: LSO & ~0xfffff }, 20_066, () => {}],
    ['segments too small', { segmentation: LSO - 1400 + 535 }, 20_066, () => {}],
    ['segments longer than a frame', { segmentation: LSO - 1400 + 1449 }, 20_066, () => {}],
    ['a single segment', { segmentation: LSO }, 1_466, () => {}],
    ['longer than what was said', { segmentation: LSO }, 0xf500 + 15, () => {}],
    [
      'an IP length that is not the frame’s',
      { segmentation: LSO },
      20_066,
      (b) => b.fill(1, 16, 18),
    ],
    ['a TCP header below 20 bytes', { segmentation: LSO }, 20_066, (b) => b.fill(0x40, 46, 47)],
    ['SYN', { segmentation: LSO }, 20_066, (b) => b.fill(0x02, 47, 48)],
    ['UDP that is to be cut', { segmentation: LSO }, 20_066, (b) => b.fill(17, 23, 24)],
    ['a fragment', { segmentation: LSO }, 20_066, (b) => b.fill(0x20, 20, 21)],
    ['a tag', { segmentation: LSO }, 20_066, (b) => b.set([0x81, 0], 12)],
    ['TCP and UDP at once', { checksum: SUM | 8 }, 1_066, () => {}],
    ['both versions of IP', { checksum: SUM | 2 }, 1_066, () => {}],
    ['UDP in a TCP frame', { checksum: (SUM & ~4) | 8 }, 1_066, () => {}],
    ['the header’s sum, which was not turned on', { checksum: SUM | 16 }, 1_066, () => {}],
    ['an offset of nothing', { checksum: SUM & 0xffff }, 1_066, () => {}],
    ['no bytes but the MAC’s', { checksum: SUM }, 14, () => {}],
    ['longer than a frame', { checksum: SUM }, 1_515, () => {}],
  ])('refused: %s', (_name, work, length, spoil) => {
    const { host, accept } = bench();
    put(host, false, length - 66, work.segmentation !== undefined);
    spoil(host.bytes.subarray(FRAME, FRAME + 100));
    expect(accept(length, work)).toBeUndefined();
  });

  test('20,000 random pairs of information and frame: none throws, and what is accepted is inside', () => {
    const random = new Random(15);
    const { host, accept } = bench();
    let accepted = 0;
    for (let i = 0; i < 20_000; i++) {
      const ipv6 = random.below(2) === 0;
      const stream = put(host, ipv6, random.below(3000), random.below(2) === 0);
      const length = 1 + random.below(random.below(2) === 0 ? 3000 : 0xffff);
      for (let n = random.below(3); n > 0; n--)
        host.bytes[FRAME + random.below(100)] = random.below(256);
      const [any, sized] = [random.below(0x1_0000_0000), 500 + random.below(1000)];
      const good = infoOf({ tcp: true, ipv6, transport: transportOf(stream), segment: sized });
      const flip = random.below(2) === 0 ? 0 : 1 << random.below(32);
      const likely = (good ^ flip) >>> 0;
      const segmentation = random.below(2) === 0 ? 0 : random.below(4) === 0 ? any : likely;
      const work = accept(length, { checksum: random.below(64) | (34 << 16), segmentation });
      if (work === undefined) continue;
      accepted++;
      expect(work.transport % 2).toBe(0);
      expect(work.headers).toBeLessThanOrEqual(Math.min(256, length));
      if (work.segment > 0) expect(work.headers + work.segment).toBeLessThanOrEqual(1514);
    }
    expect(accepted).toBeGreaterThan(500);
  });
});
