import { describe, expect, test } from 'vitest';
import {
  describeTx,
  doorbell,
  enableRx,
  enableTx,
  frameTo,
  nicWithVfs,
  RX_BUFFERS,
  RX_RING,
  sendFrame,
  type TestVf,
  TX_BUFFERS,
  TX_RING,
  WHOLE,
} from '../../../../tests/support/nic.ts';
import { MAX_FRAME, makeMac } from '../../net/frame.ts';
import { PoolMask } from './pool-mask.ts';
import * as spec from './spec.ts';

const PEER = makeMac(2, 0);
const BROADCAST = { high: 0xffff, low: 0xffffffff };
const GROUP = { high: 0x0100, low: 0x5e000001 };
const LOOPED = 1 << 18;
const DONE = spec.RX_DONE | spec.RX_END_OF_PACKET;

/** `count` virtual functions with both queues up, and what the physical function's first queue got. */
function bench(count: number) {
  const rig = nicWithVfs(count);
  for (const vf of rig.vfs) {
    enableTx(vf);
    enableRx(vf, 7);
  }
  const atPf: Uint8Array[] = [];
  rig.nic.functions[0].rx[0].receive = (address, length) => {
    atPf.push(rig.host.bytes.slice(address, address + length));
  };
  const { registers } = rig.nic.switching;
  const write = (offset: number, value: number) => registers.write(offset, value);
  const read = (offset: number) => registers.read(offset);
  return { ...rig, atPf, write, read };
}

/** Status words of the frames that a function has received, oldest first. */
function received({ memory }: TestVf): number[] {
  const words = Array.from({ length: 7 }, (_, i) => memory.read32(RX_RING + 16 * i + 8));
  return words.slice(0, words.indexOf(0) < 0 ? 7 : words.indexOf(0));
}

function withTag(frame: Uint8Array, tci: number): Uint8Array {
  const tag = [0x81, 0, tci >> 8, tci & 255];
  return Uint8Array.from([...frame.subarray(0, 12), ...tag, ...frame.subarray(12)]);
}

describe('registers (section 3)', () => {
  test('values after reset, and values that the recorded driver wrote', () => {
    const { nic } = nicWithVfs(0);
    const { registers } = nic.switching;
    registers.reset();
    const reset = [0x0100, 0x0400, 0x3500, 0x5ad0, 0x5aec, 0x5af0, 0x581c, 0x5400, 0xa000];
    expect(reset.map((offset) => registers.read(offset))).toEqual([
      0, 0xa40400f8, 0, 0x80002600, 0x80002600, 0x80000000, 0, 0, 0,
    ]);
    const recorded = [
      [0x5404, 0x80105634],
      [0x551c, 0x8004b787],
      [0x5d00, 0x80007000],
      [0x5ad0, 0x8b0105f2],
      [0x5ad8, 0xcb010600],
      [0x581c, 0x40000100],
      [0x3500, 0x8000fbfb],
      [0x0100, 0x04048022],
    ];
    for (const [offset, value] of recorded) registers.write(offset, value);
    for (const [offset, value] of recorded) expect(registers.read(offset)).toBe(value);
  });

  test('reserved bits stay 0, offsets that are not listed keep nothing', () => {
    const { read, write } = bench(0);
    for (const offset of [0x5404, 0x5d00, 0x5ad0, 0x581c, 0x3700, 0x3554, 0x5afc])
      write(offset, 0xffffffff);
    const values = [0x5404, 0x5d00, 0x5ad0, 0x581c, 0x3700, 0x3554, 0x5afc].map(read);
    expect(values).toEqual([0x83fcffff, 0x801fffff, 0xff833fff, 0x70001f80, 0xc000ffff, 0, 0]);
  });

  test('setFilter writes what a driver does: entry 23 - n for VF n, its pool in bits 25:18', () => {
    const { nic, read } = bench(2);
    // makeMac(1, n) is 02:01:5d:00:00:0n.
    expect([0x5518, 0x551c, 0x5510, 0x5514].map(read)).toEqual([
      0x005d0102, 0x80040000, 0x005d0102, 0x80080100,
    ]);
    expect(nic.setFilter(makeMac(1, 0), 2)).toBe(true);
    expect(read(0x551c)).toBe(0x80080000);
    expect(nic.setFilter(makeMac(9, 1), 0, 0)).toBe(true);
    expect(read(0x5404)).toBe(0x80100100);
    for (let n = 0; n < 125; n++) expect(nic.setFilter(makeMac(7, n), 0, 0)).toBe(true);
    expect(nic.setFilter(makeMac(7, 125), 0, 0)).toBe(false);
  });

  test('the pool of the physical function is the number of virtual ones: it moves, and its addresses with it', () => {
    const { nic, read, arrive, atPf } = bench(2);
    nic.setFilter(makeMac(3, 0), 0, 0);
    for (let n = 2; n < 12; n++) nic.enableVf(1);
    expect((read(0x581c) >>> 7) & 63).toBe(12);
    arrive(frameTo(makeMac(3, 0), 60));
    expect(atPf).toHaveLength(1);
    for (let n = 12; n < 63; n++) nic.enableVf(1);
    expect(() => nic.enableVf(1)).toThrow(RangeError);
    arrive(frameTo(makeMac(3, 0), 60));
    expect(atPf).toHaveLength(2);
  });
});

describe('who gets a frame (section 6, I9)', () => {
  test('VF to VF: inside, never on the wire, with the status bit for it', () => {
    const { engine, vfs, wire, atPf } = bench(3);
    sendFrame(vfs[0], 0, frameTo(makeMac(1, 1), 60));
    engine.run();
    expect(vfs.map(received)).toEqual([[], [DONE | LOOPED], []]);
    expect([wire.length, atPf.length]).toEqual([0, 0]);
  });

  test('VF to a station behind the physical function: there, and not on the wire', () => {
    const { engine, nic, vfs, wire, atPf } = bench(2);
    nic.setFilter(makeMac(3, 0), 0, 0);
    const frame = frameTo(makeMac(3, 0), 100, 7);
    sendFrame(vfs[0], 0, frame);
    engine.run();
    expect(atPf).toEqual([frame]);
    expect(wire).toEqual([]);
  });

  test('unknown unicast: out from inside, to the default pool from outside, to nobody without one', () => {
    const { engine, vfs, wire, arrive, atPf, write } = bench(2);
    sendFrame(vfs[0], 0, frameTo(PEER, 60));
    engine.run();
    expect([wire.length, atPf.length]).toEqual([1, 0]);
    arrive(frameTo(PEER, 60));
    expect(atPf).toHaveLength(1);
    write(0x581c, 0x60000100);
    arrive(frameTo(PEER, 60));
    expect(atPf).toHaveLength(1);
  });

  test('broadcast: every pool that wants it but the sender, the physical function, and the wire', () => {
    const { engine, vfs, wire, atPf, write, read } = bench(3);
    write(0x5ad8, read(0x5ad8) & ~(1 << 27));
    sendFrame(vfs[0], 0, frameTo(BROADCAST, 60));
    engine.run();
    expect(vfs.map((vf) => received(vf).length)).toEqual([0, 1, 0]);
    expect([wire.length, atPf.length]).toEqual([1, 1]);
  });

  test("DTXSWC 23:16: a pool's own frames come back to it", () => {
    const { engine, vfs, write } = bench(2);
    write(0x3500, 0x80010000);
    sendFrame(vfs[0], 0, frameTo(BROADCAST, 60));
    sendFrame(vfs[0], 1, frameTo(makeMac(1, 0), 60));
    engine.run();
    expect(vfs.map((vf) => received(vf).length)).toEqual([2, 1]);
  });

  test('without loopback everything leaves', () => {
    const { engine, vfs, wire, write } = bench(2);
    write(0x3500, 0);
    sendFrame(vfs[0], 0, frameTo(makeMac(1, 1), 60));
    engine.run();
    expect(received(vfs[1])).toEqual([]);
    expect(wire).toHaveLength(1);
  });

  test('a group: pools whose MTA bit is set and that ask for it, by any of the four hashes', () => {
    const { arrive, vfs, write, read } = bench(2);
    write(0x5ad4, read(0x5ad4) & ~(1 << 25));
    // 01:00:5e:00:00:01: the last two bytes as 0x0100, shifted by 4, 3, 2, 0.
    for (const [mode, hash] of [0x010, 0x020, 0x040, 0x100].entries()) {
      write(0x0100, 0x04008002 | (mode << 12));
      arrive(frameTo(GROUP, 60));
      expect(received(vfs[0])).toHaveLength(mode);
      write(0x5200 + 4 * (hash >> 5), 1 << (hash & 31));
      arrive(frameTo(GROUP, 60));
      expect(received(vfs[0])).toHaveLength(mode + 1);
      for (let i = 0; i < 128; i++) write(0x5200 + 4 * i, 0);
    }
    expect(received(vfs[1])).toEqual([]);
  });

  test('an address may be of several pools; without replication the first has it alone', () => {
    const { arrive, vfs, write } = bench(3);
    write(0x551c, 0x80000000 | (6 << 18));
    arrive(frameTo(makeMac(1, 0), 60));
    write(0x581c, 3 << 7);
    arrive(frameTo(makeMac(1, 0), 60));
    expect(vfs.map((vf) => received(vf).length)).toEqual([0, 2, 1]);
  });

  test('moving an address is one write: the next frame is in the new pool, none in both or neither', () => {
    const { arrive, nic, vfs } = bench(2);
    for (let i = 0; i < 3; i++) {
      arrive(frameTo(makeMac(1, 0), 60));
      nic.setFilter(makeMac(1, 0), i % 2 === 0 ? 2 : 1);
    }
    expect(vfs.map((vf) => received(vf).length)).toEqual([2, 1]);
  });

  test('RCTL.EN off, or a frame that is too short to be one: nothing arrives', () => {
    const { arrive, vfs, write, nic } = bench(1);
    arrive(frameTo(makeMac(1, 0), 59));
    expect(nic.switching.undersize).toBe(1);
    write(0x0100, 0x8000);
    arrive(frameTo(makeMac(1, 0), 60));
    expect(received(vfs[0])).toEqual([]);
  });

  test('a short frame of a VF leaves padded with zeros, whatever lay there before', () => {
    const { engine, vfs } = bench(2);
    sendFrame(vfs[0], 0, frameTo(makeMac(1, 1), 200, 0xaa));
    engine.run();
    sendFrame(vfs[0], 1, frameTo(makeMac(1, 1), 20, 0xbb), engine.now);
    engine.run();
    const stored = new Uint8Array(60);
    vfs[1].memory.readInto(RX_BUFFERS + 2048, stored, 0, 60);
    expect([...stored.subarray(14)]).toEqual([
      ...new Array(6).fill(0xbb),
      ...new Array(40).fill(0),
    ]);
  });
});

describe('length (section 6, step 4)', () => {
  test('1518 with FCS and 4 more for a tag; with LPE what RLPML says', () => {
    const { arrive, vfs, write, nic } = bench(1);
    write(0x5ad0, 0x89000000);
    const to = makeMac(1, 0);
    arrive(frameTo(to, MAX_FRAME));
    arrive(frameTo(to, MAX_FRAME + 1));
    arrive(withTag(frameTo(to, MAX_FRAME), 5));
    arrive(withTag(frameTo(to, MAX_FRAME + 1), 5));
    expect(received(vfs[0])).toHaveLength(2);
    expect(nic.switching.oversize).toBe(2);
    write(0x5ad0, 0x89010000 | 1600);
    arrive(frameTo(to, 1596));
    arrive(frameTo(to, 1597));
    expect(received(vfs[0])).toHaveLength(3);
  });

  test('STRCRC off: the frame is stored with its FCS', () => {
    const { arrive, vfs, write } = bench(1);
    write(0x0100, 0x8002);
    write(0x5ad0, 0x09000000);
    arrive(frameTo(makeMac(1, 0), 60, 0));
    expect(vfs[0].memory.read32(RX_RING + 12)).toBe(64);
  });
});

describe('VLANs', () => {
  /** VF 0 and VF 1 in VLAN 5, VF 2 untagged only; the filter on. */
  function vlans() {
    const rig = bench(3);
    rig.write(0x0100, 0x04048002);
    rig.write(0x5600, 1 << 5);
    rig.write(0x5d00, 0x80000000 | (3 << 12) | 5);
    return rig;
  }

  test('a tagged frame reaches the pools of its VLAN, an untagged one those that take such', () => {
    const { arrive, vfs, write, read } = vlans();
    write(0x5ad4, read(0x5ad4) & ~(1 << 24));
    arrive(withTag(frameTo(BROADCAST, 60), 5));
    expect(vfs.map((vf) => received(vf).length)).toEqual([1, 1, 0]);
    arrive(frameTo(BROADCAST, 60));
    expect(vfs.map((vf) => received(vf).length)).toEqual([2, 1, 1]);
    arrive(withTag(frameTo(BROADCAST, 60), 6));
    write(0x5600, 0);
    arrive(withTag(frameTo(BROADCAST, 60), 5));
    expect(vfs.map((vf) => received(vf).length)).toEqual([2, 1, 1]);
    write(0x5ad8, read(0x5ad8) | (1 << 23));
    arrive(withTag(frameTo(BROADCAST, 60), 6));
    expect(vfs.map((vf) => received(vf).length)).toEqual([2, 1, 2]);
  });

  test('STRVLAN: the tag goes from the frame to the descriptor', () => {
    const { arrive, vfs, write, read } = vlans();
    write(0x5ad0, read(0x5ad0) | (1 << 30));
    const frame = frameTo(makeMac(1, 0), 100, 9);
    arrive(withTag(frame, 0x6005));
    expect(received(vfs[0])).toEqual([DONE | 8]);
    expect(vfs[0].memory.read32(RX_RING + 12)).toBe(0x60050064);
    const stored = new Uint8Array(100);
    vfs[0].memory.readInto(RX_BUFFERS, stored, 0, 100);
    expect(stored).toEqual(frame);
  });

  test('VMVIR: always tagged, never tagged, or as the descriptor and its context say', () => {
    const { engine, vfs, wire, write } = vlans();
    const frame = frameTo(PEER, 60, 1);
    const [vf] = vfs;
    const send = (i: number) => {
      vf.memory.write32(TX_RING + 16 * i, (14 << 9) | (0x2007 << 16));
      vf.memory.write32(TX_RING + 16 * i + 8, (2 << 20) | spec.TX_EXTENDED);
      vf.memory.write32(TX_RING + 16 * i + 12, 0);
      vf.memory.writeFrom(TX_BUFFERS, frame, 0, 60);
      describeTx(vf, i + 1, TX_BUFFERS, 60, WHOLE | spec.TX_INSERT_TAG);
      doorbell(vf, i + 2, engine.now);
      engine.run();
    };
    send(0);
    write(0x3700, 0x40000005);
    send(2);
    write(0x3700, 0x80000005);
    send(4);
    expect(wire).toEqual([withTag(frame, 0x2007), withTag(frame, 5), frame]);
  });
});

describe('what a VF may not send', () => {
  test("a source address that is not the pool's: dropped, counted, in WVBR until that is read", () => {
    const { engine, vfs, wire, write, read, nic } = bench(2);
    const spoofing: number[] = [];
    nic.switching.onSpoof = ({ functionIndex }) => spoofing.push(functionIndex);
    const forged = frameTo(PEER, 60, 1, makeMac(1, 1));
    sendFrame(vfs[0], 0, forged);
    engine.run();
    expect(wire).toHaveLength(1);
    write(0x3500, 0x80000003);
    sendFrame(vfs[0], 1, forged, engine.now);
    sendFrame(vfs[0], 2, frameTo(makeMac(1, 1), 60, 1, makeMac(1, 9)), engine.now);
    sendFrame(vfs[1], 0, forged, engine.now);
    engine.run();
    expect(wire).toHaveLength(2);
    expect(received(vfs[1])).toEqual([]);
    expect([nic.switching.spoofed, ...spoofing]).toEqual([2, 1, 1]);
    expect([read(0x3554), read(0x3554)]).toEqual([1, 0]);
    expect(vfs[0].memory.read32(TX_RING + 16 * 2 + 12) & spec.TX_DONE).toBe(1);
  });

  test('a VLAN that the pool is not in, by its own tag or by its descriptor', () => {
    const { engine, vfs, wire, write } = bench(2);
    write(0x3500, 0x80000100);
    write(0x5d00, 0x80001005);
    for (const [i, vlan] of [5, 6].entries())
      sendFrame(vfs[0], i, withTag(frameTo(PEER, 60), vlan), engine.now);
    engine.run();
    expect(wire.map((frame) => frame[15])).toEqual([5]);
  });

  test('a type that is filtered: pause frames of a VF stay in, those of another go', () => {
    const { engine, vfs, wire, write } = bench(2);
    const pause = frameTo({ high: 0x0180, low: 0xc2000001 }, 60);
    pause.set([0x88, 0x08, 0, 1, 0xff, 0xff], 12);
    sendFrame(vfs[0], 0, pause);
    engine.run();
    expect(wire).toHaveLength(1);
    write(0x5cb0, (1 << 29) | (1 << 26) | 0x8808);
    write(0x18f18, 1);
    sendFrame(vfs[0], 1, pause, engine.now);
    sendFrame(vfs[0], 2, withTag(pause, 0), engine.now);
    sendFrame(vfs[1], 0, pause, engine.now);
    engine.run();
    expect(wire).toHaveLength(2);
  });
});

describe('enables and drops', () => {
  test('VFRE: nothing arrives; VFTE and TCTL.EN: what is sent waits', () => {
    const { engine, vfs, wire, arrive, nic, write } = bench(2);
    nic.switching.setPoolEnables(new PoolMask(2, 0), new PoolMask(2, 0));
    arrive(frameTo(makeMac(1, 0), 60));
    arrive(frameTo(makeMac(1, 1), 60));
    expect(vfs.map((vf) => received(vf).length)).toEqual([0, 1]);
    sendFrame(vfs[0], 0, frameTo(PEER, 60));
    engine.run();
    expect(wire).toHaveLength(0);
    nic.switching.setPoolEnables(PoolMask.ALL, PoolMask.ALL);
    engine.run();
    expect(wire).toHaveLength(1);
    write(0x0400, 0xa40400f8);
    sendFrame(vfs[0], 1, frameTo(PEER, 60), engine.now);
    engine.run();
    expect(wire).toHaveLength(1);
    write(0x0400, 0xa50400fa);
    engine.run();
    expect(wire).toHaveLength(2);
  });

  test('no buffer: RQDPC counts with the drop bit or QDE and is cleared by reading, else an overrun', () => {
    const { vfs, arrive, nic, write } = bench(1);
    const [{ target }] = vfs;
    const [queue] = target.rx;
    const fill = () => {
      for (let i = 0; i < 9; i++) arrive(frameTo(makeMac(1, 0), 60));
    };
    fill();
    expect([queue.read(0x30), nic.overruns]).toEqual([0, 2]);
    target.write(spec.VF_RX_BASE + 0x0c, 0x80000002, 0);
    fill();
    expect([queue.read(0x30), queue.read(0x30), nic.overruns]).toEqual([9, 0, 2]);
    target.write(spec.VF_RX_BASE + 0x0c, 2, 0);
    write(0x2408, 1);
    fill();
    expect([queue.read(0x30), nic.overruns, queue.dropped]).toEqual([9, 2, 20]);
  });
});
