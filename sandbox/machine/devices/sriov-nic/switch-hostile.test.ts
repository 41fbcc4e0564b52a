/**
 * A million frames through random registers: what reaches whom is compared with a slow function that was
 * written from section 6 alone and shares nothing with the model but the registers' values.
 */
import { expect, test } from 'vitest';
import { COSTS } from '../../../../tests/support/machine.ts';
import { Engine } from '../../engine/engine.ts';
import { Random } from '../../engine/random.ts';
import { InterruptRemapping } from '../../iommu/interrupt-remapping.ts';
import { Iommu } from '../../iommu/iommu.ts';
import { HostMemory } from '../../memory/host-memory.ts';
import { crc32 } from '../../net/crc32.ts';
import { Ledger } from '../../partition/ledger.ts';
import { SriovNic } from './nic.ts';
import { PoolMask } from './pool-mask.ts';

const MAX_FRAME = 9014;
const PCIE = { busyUntil: 0, bitsPerSecond: 1e10, maxFrame: MAX_FRAME };

/** What arrived at a pool. */
interface Arrival {
  pool: number;
  bytes: Uint8Array;
  looped: boolean;
  tag: number | undefined;
}

/** The switch with a way inside that is passed at once, and queues that only say what they got. */
function bench(vfs: number) {
  const host = new HostMemory(4 << 20);
  const arrivals: Arrival[] = [];
  const [frameAt, insideAt] = [host.allocate(16384) + 2, host.allocate(16384) + 2];
  let left: number | undefined;
  let inside = 0;
  const line = {
    ...PCIE,
    claim: () => frameAt,
    send: (length: number) => {
      left = length;
    },
  };
  const loopback = {
    ...PCIE,
    claim: () => insideAt,
    send: (length: number) => {
      inside = length;
    },
  };
  const parts = { engine: new Engine(), host, iommu: new Iommu(host), ledger: new Ledger() };
  const wiring = { ...parts, remapping: new InterruptRemapping(), costs: COSTS, line, loopback };
  const nic = new SriovNic(wiring, 0x100, 2);
  for (let n = 0; n < vfs; n++) nic.enableVf(2);
  for (const { index, rx } of nic.functions)
    for (const queue of rx)
      queue.receive = (address, length, notes) => {
        const bytes = host.bytes.slice(address, address + length);
        const status = notes?.status ?? 0;
        const tag = (status & 8) === 0 ? undefined : notes?.tag;
        const pool = index === 0 ? vfs : index - 1;
        arrivals.push({ pool, bytes, looped: (status & 0x40000) !== 0, tag });
      };
  /** A frame from the wire (-1) or from a pool, with a tag from its descriptor (-1 for none). */
  const pass = (from: number, frame: Uint8Array, tag: number) => {
    arrivals.length = 0;
    left = undefined;
    inside = 0;
    host.bytes.set(frame, frameAt);
    if (from < 0) nic.receive(frameAt, frame.length);
    else {
      const sender = nic.functions[from === vfs ? 0 : from + 1];
      nic.transmit(sender.tx[0], frameAt, frame.length, tag);
    }
    const out = left === undefined ? undefined : host.bytes.slice(frameAt, frameAt + left);
    if (inside > 0) nic.inside.receive(insideAt, inside);
    return { arrivals, out };
  };
  return { nic, pass };
}

const bit = (word: number, n: number) => ((word >>> n) & 1) === 1;

const anyPool = Array.from({ length: 64 }, (_, pool) => pool);

type Read = (offset: number) => number;

/** Pool `pool` in a field of eight bits at `shift`, or in the words at `extended`. */
function field(read: Read, word: number, shift: number, extended: number, pool: number): boolean {
  return pool < 8 ? bit(word, shift + pool) : bit(read(extended + (pool < 32 ? 0 : 4)), pool % 32);
}

/** Valid addresses and enabled VLANs, read one after another. */
function snapshotOf(read: Read) {
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
  const pools = (word: number, shift: number, extended: number) => {
    const listed = numbers(64).map((pool) => field(read, word, shift, extended, pool));
    return (pool: number) => listed[pool];
  };
  const entries = numbers(128).flatMap((i) => {
    const at = i < 16 ? 0x5400 + 8 * i : i < 24 ? 0x54e0 + 8 * (i - 16) : 0x18000 + 8 * i;
    const [low, high] = [read(at), read(at + 4)];
    const mac = [low, low >>> 8, low >>> 16, low >>> 24, high, high >>> 8].map((b) => b & 255);
    return bit(high, 31) ? [{ mac, has: pools(high, 18, 0x18400 + 8 * i) }] : [];
  });
  const lists = numbers(64).flatMap((i) => {
    const word = read(i < 32 ? 0x5d00 + 4 * i : 0x18a00 + 4 * i);
    return bit(word, 31) ? [{ vlan: word & 0xfff, has: pools(word, 12, 0x18b00 + 8 * i) }] : [];
  });
  return { entries, lists };
}

/** The reference: what section 6 says, one register at a time. */
function reference(
  read: Read,
  snapshot: ReturnType<typeof snapshotOf>,
  vfs: number,
  receives: (pool: number) => boolean,
  from: number,
  sent: Uint8Array,
  descriptorTag: number,
) {
  const nothing = { to: [] as { pool: number; bytes: Uint8Array; tag?: number }[], out: undefined };
  const pools = Array.from({ length: vfs + 1 }, (_, pool) => pool);
  const own = (base: number, extended: number, pool: number) =>
    read((pool < 8 ? base : extended) + 4 * pool);
  const inField = (word: number, shift: number, extended: number, pool: number) =>
    field(read, word, shift, extended, pool);
  const vmolr = (pool: number) => own(0x5ad0, 0x18d00, pool);

  if (from < 0 && sent.length < 60) return nothing;
  let frame = sent;
  if (from >= 0) {
    if (frame.length < 60) frame = Buffer.concat([frame, new Uint8Array(60 - frame.length)]);
    const vmvir = own(0x3700, 0x18e00, from);
    const tag = bit(vmvir, 31) ? -1 : bit(vmvir, 30) ? vmvir & 0xffff : descriptorTag;
    if (tag >= 0) {
      if (frame.length + 4 > MAX_FRAME + 4) return nothing;
      const type = [0x81, 0, tag >> 8, tag & 255];
      frame = Buffer.concat([frame.subarray(0, 12), Uint8Array.from(type), frame.subarray(12)]);
    }
  }
  const tagged = frame[12] === 0x81 && frame[13] === 0;
  const vlan = ((frame[14] << 8) | frame[15]) & 0xfff;
  const group = (frame[0] & 1) === 1;
  const broadcast = frame.subarray(0, 6).every((byte) => byte === 255);

  const { entries, lists } = snapshot;
  const at = (offset: number) =>
    entries.filter(({ mac }) => mac.every((byte, i) => byte === frame[offset + i]));
  const inVlan = (pool: number) => lists.some((list) => list.vlan === vlan && list.has(pool));

  const dtxswc = read(0x3500);
  if (from >= 0) {
    const type = tagged ? (frame[16] << 8) | frame[17] : (frame[12] << 8) | frame[13];
    const stops = Array.from({ length: 8 }, (_, i) => read(0x5cb0 + 4 * i)).some(
      (word) => bit(word, 26) && bit(word, 29) && (word & 0xffff) === type,
    );
    const typeBit = bit(read(0x18f18 + (from < 32 ? 0 : 4)), from % 32);
    if (inField(dtxswc, 0, 0x18f00, from) && !at(6).some(({ has }) => has(from))) return nothing;
    if (inField(dtxswc, 8, 0x18f08, from) && tagged && !inVlan(from)) return nothing;
    if (stops && typeBit) return nothing;
  }

  const mode = read(0x5818) & 7;
  const rctl = read(0x0100);
  const hash = (() => {
    const sixteen = frame[4] | (frame[5] << 8);
    return (sixteen >>> [4, 3, 2, 0][(rctl >>> 12) & 3]) & 0xfff;
  })();
  const hashed = (table: number) => bit(read(table + 4 * (hash >> 5)), hash & 31);
  const vfta = bit(read(0x5600 + 4 * (vlan >> 5)), vlan & 31);
  const withPools = mode === 3 || mode === 5;
  const hits = at(0);

  let chosen: number[] = [];
  if (!bit(rctl, 1)) chosen = [];
  else if (!withPools) {
    const wants = broadcast
      ? bit(rctl, 15)
      : hits.length > 0 ||
        (group ? bit(rctl, 4) || hashed(0x5200) : bit(rctl, 3) || hashed(0xa000));
    if (wants && !(tagged && bit(rctl, 18) && !vfta) && from < 0) chosen = [vfs];
  } else {
    const exactPools = anyPool.filter((pool) => hits.some(({ has }) => has(pool)));
    let wanted = anyPool.filter((pool) => {
      if (pool > vfs) return exactPools.includes(pool) && !broadcast;
      if (broadcast) return bit(vmolr(pool), 27);
      if (bit(vmolr(pool), group ? 28 : 29)) return true;
      if (exactPools.length > 0) return exactPools.includes(pool);
      return hashed(group ? 0x5200 : 0xa000) && bit(vmolr(pool), group ? 25 : 26);
    });
    if (bit(rctl, 18))
      wanted = wanted.filter((pool) =>
        tagged
          ? (pool <= vfs && bit(vmolr(pool), 23)) || (vfta && inVlan(pool))
          : pool <= vfs && bit(vmolr(pool), 24),
      );
    const vtctl = read(0x581c);
    if (wanted.length === 0 && !group && from < 0 && !bit(vtctl, 29)) wanted = [(vtctl >>> 7) & 63];
    chosen = wanted.filter((pool) => pools.includes(pool) && receives(pool));
    if (!bit(vtctl, 30)) chosen = chosen.slice(0, 1);
  }

  let out: Uint8Array | undefined;
  if (from >= 0) {
    const back = inField(dtxswc, 16, 0x18f10, from);
    const exact = anyPool.filter((pool) => hits.some(({ has }) => has(pool)));
    const inside = withPools && bit(dtxswc, 31);
    const onlyOwn = exact.length === 1 && exact[0] === from && !back;
    if (!inside || group || exact.length === 0 || onlyOwn) out = frame;
    chosen = inside ? chosen.filter((pool) => pool !== from || back) : [];
  }

  const to = chosen.flatMap((pool) => {
    const word = withPools ? vmolr(pool) : 0;
    const limited = withPools ? bit(word, 16) : bit(rctl, 5);
    const limit = limited ? (withPools ? word : read(0x5004)) & 0x3fff : tagged ? 1522 : 1518;
    if (frame.length + 4 > limit) return [];
    const how = group ? read(0x5af0) : word;
    const strips = withPools && tagged && bit(how, 30);
    const keeps = !bit(rctl, 26) && !(withPools && bit(how, 31));
    const crc = keeps ? ~crc32(frame, 0, frame.length) : 0;
    const tail = keeps ? [crc, crc >>> 8, crc >>> 16, crc >>> 24] : [];
    const body = strips ? [frame.subarray(0, 12), frame.subarray(16)] : [frame];
    const tag = strips ? (frame[14] << 8) | frame[15] : undefined;
    return [{ pool, bytes: Buffer.concat([...body, Uint8Array.from(tail)]), tag }];
  });
  return { to, out };
}

const brief = ({ pool, bytes, looped, tag }: Omit<Arrival, 'tag'> & { tag?: number }) =>
  `pool ${pool}: ${bytes.length}, ${looped}, ${tag}, ${Buffer.from(bytes).toString('hex')}`.slice(
    0,
    90,
  );

const STATIONS = [0, 1, 2, 3, 4, 5].map((n) => [2, 0, 0, 0, n, 0x10 + n]);
const GROUPS = [[1, 0, 0x5e, 0, 0, 1], [0x33, 0x33, 0, 0, 0, 1], new Array(6).fill(255)];
const VLANS = [0, 1, 5, 4095];
const TYPES = [0x0800, 0x86dd, 0x8808, 0x8100];
const SHORT = [1, 13, 14, 17, 18, 59, 60, 60, 60, 64];
const LONG = [200, 1514, 1515, 1518, 1519, 4000, 9014];

type Pick = <T>(of: readonly T[]) => T;

/** Registers that matter, with values that matter; and now and then any word anywhere. */
function scramble(random: Random, pick: Pick, write: (offset: number, value: number) => void) {
  const word = () => random.next();
  const mask = () => (random.below(3) === 0 ? 0xff : 1 << random.below(8));
  for (let i = 0; i < 12; i++) {
    const entry = pick([0, 5, 15, 16, 23, 24, 60, 127]);
    const at =
      entry < 16
        ? 0x5400 + 8 * entry
        : entry < 24
          ? 0x54e0 + 8 * (entry - 16)
          : 0x18000 + 8 * entry;
    const mac = pick([...STATIONS, ...GROUPS]);
    write(at, mac[0] | (mac[1] << 8) | (mac[2] << 16) | (mac[3] << 24));
    write(
      at + 4,
      (random.below(5) === 0 ? 0 : 0x80000000) | (mask() << 18) | mac[4] | (mac[5] << 8),
    );
    write(0x18400 + 8 * entry + 4 * random.below(2), random.below(2) === 0 ? 0 : word() & word());
    const list = pick([0, 3, 31, 32, 63]);
    const enabled = random.below(4) === 0 ? 0 : 0x80000000;
    write((list < 32 ? 0x5d00 : 0x18a00) + 4 * list, enabled | (mask() << 12) | pick(VLANS));
    write(0x18b00 + 8 * list + 4 * random.below(2), word() & word());
    const pool = random.below(64);
    write((pool < 8 ? 0x5ad0 : 0x18d00) + 4 * pool, pick([word(), word() | 0x10000, 0x89012400]));
    write((pool < 8 ? 0x3700 : 0x18e00) + 4 * pool, pick([0, 0, 0x80000000, 0x40000005, word()]));
  }
  write(0x0100, pick([0x8002, 0x4008002, 0x4048002, 0x40002, word() | 2, word()]));
  write(0x5818, pick([3, 3, 3, 5, 0, 2, 0x770005, word()]));
  write(0x581c, pick([0x40000000, 0x60000000, 0x40000100, 0, word()]));
  write(0x3500, pick([0x80000000, 0x80ff0000, 0x800000ff, 0x8000ffff, 0, word()]));
  write(0x5af0, word());
  write(0x5004, pick([1518, 1522, 9022, word()]));
  for (const vlan of VLANS) write(0x5600 + 4 * (vlan >> 5), word() | word());
  for (let i = 0; i < 20; i++) write(pick([0x5200, 0xa000]) + 4 * random.below(128), word());
  write(0x5cb0 + 4 * random.below(8), pick([0, (1 << 26) | (1 << 29)]) | pick(TYPES));
  for (let at = 0x18f00; at < 0x18f20; at += 4) write(at, pick([0, 0, word() & word()]));
  for (let i = 0; i < 4; i++) write(random.below(0x19000), word());
}

function randomFrame(random: Random, pick: Pick): Uint8Array {
  const frame = new Uint8Array(pick(random.below(8) === 0 ? LONG : SHORT)).fill(random.next());
  const any = () => Array.from({ length: 6 }, () => random.next() & 255);
  const address = () =>
    random.below(8) === 0 ? any() : pick([...STATIONS, ...STATIONS, ...GROUPS]);
  const type = pick(TYPES);
  const tci = pick(VLANS) | (random.below(8) << 13);
  const next = pick(TYPES);
  const head = [type >> 8, type & 255, tci >> 8, tci & 255, next >> 8, next & 255];
  const all = [...address(), ...address(), ...head];
  frame.set(all.slice(0, frame.length));
  return frame;
}

/** Frames between two changes of the registers. */
const EPOCH = 250;

test.each([
  [1, 2, 250_000],
  [2, 7, 500_000],
  [3, 40, 250_000],
])(
  'seed %i, %i virtual functions, %i frames: each arrives where section 6 says, and nowhere else',
  (seed, vfs, frames) => {
    const { nic, pass } = bench(vfs);
    const { registers } = nic.switching;
    const random = new Random(seed);
    const pick: Pick = (of) => of[random.below(of.length)];
    const read = (offset: number) => registers.read(offset);
    let snapshot = snapshotOf(read);
    let receive = PoolMask.ALL;
    let delivered = 0;
    let left = 0;
    for (let n = 0; n < frames; n++) {
      if (n % EPOCH === 0) {
        scramble(random, pick, (offset, value) => registers.write(offset, value));
        receive = random.below(3) > 0 ? PoolMask.ALL : new PoolMask(random.next(), random.next());
        nic.switching.setPoolEnables(receive, PoolMask.ALL);
        snapshot = snapshotOf(read);
      }
      const frame = randomFrame(random, pick);
      const from = random.below(3) === 0 ? -1 : random.below(vfs + 1);
      const tag = from >= 0 && random.below(4) === 0 ? pick(VLANS) : -1;
      const { arrivals, out } = pass(from, frame, tag);
      const expected = reference(
        read,
        snapshot,
        vfs,
        (pool) => receive.has(pool),
        from,
        frame,
        tag,
      );
      const same =
        arrivals.length === expected.to.length &&
        arrivals.every(
          ({ pool, bytes, looped, tag }, i) =>
            pool === expected.to[i].pool &&
            looped === from >= 0 &&
            tag === expected.to[i].tag &&
            Buffer.compare(bytes, expected.to[i].bytes) === 0,
        ) &&
        (out === undefined) === (expected.out === undefined) &&
        (out === undefined || Buffer.compare(out, expected.out ?? new Uint8Array()) === 0);
      if (!same) {
        const head = Buffer.from(frame.subarray(0, 20)).toString('hex');
        const said = [n, from, tag, frame.length, head, read(0x0100), read(0x5818)];
        expect([...said, ...arrivals.map(brief), out?.length]).toEqual([
          ...said,
          ...expected.to.map((one) => brief({ ...one, looped: from >= 0 })),
          expected.out?.length,
        ]);
      }
      delivered += arrivals.length;
      if (out !== undefined) left++;
    }
    expect(delivered).toBeGreaterThan(frames / 50);
    expect(left).toBeGreaterThan(frames / 50);
  },
  120_000,
);
