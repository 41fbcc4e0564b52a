import { describe, expect, test } from 'vitest';
import {
  describeTx,
  doorbell,
  ENTRIES,
  enableRx,
  enableTx,
  frameTo,
  MAX_FRAME,
  nicWithVfs,
  RX_BUFFERS,
  RX_RING,
  sendFrame,
  TX_BUFFERS,
  TX_RING,
  WHOLE,
} from '../../../../tests/support/nic.ts';
import { MICROSECOND, NANOSECOND } from '../../engine/engine.ts';
import { makeMac } from '../../net/frame.ts';
import * as spec from './spec.ts';

const PEER = makeMac(2, 0);

describe('functions (SR-IOV control rules, section 2)', () => {
  test('requester id of VF n: first offset 80 and stride 2 from the PF 01:00.0', () => {
    const { nic } = nicWithVfs(3);
    const ids = nic.functions.map(({ requesterId }) => requesterId);
    expect(ids).toEqual([0x0100, 0x0180, 0x0182, 0x0184]);
    expect(spec.requesterIdOfVf(0x0100, 63)).toBe(0x01fe);
    expect(spec.requesterIdOfVf(0x0100, 64)).toBe(0x0200);
  });

  test('STATUS says that the link is up; an offset that is not listed reads 0 and ignores writes', () => {
    const { vfs } = nicWithVfs(1);
    const [{ target }] = vfs;
    expect(target.read(0x0008) & 2).toBe(2);
    target.write(0x0100, 0xffffffff, 0);
    expect(target.read(0x0100)).toBe(0);
  });

  test('queue registers (section 3): base 128-byte aligned, length in 128, head and tail 16 bits', () => {
    const { vfs } = nicWithVfs(1);
    const [{ target }] = vfs;
    for (const base of [spec.VF_TX_BASE, spec.VF_RX_BASE]) {
      for (const offset of [0x00, 0x04, 0x08, 0x10, 0x18])
        target.write(base + offset, 0xffffffff, 0);
      const read = [0x00, 0x04, 0x08, 0x10, 0x18].map((offset) => target.read(base + offset));
      expect(read).toEqual([0xffffff80, 0xffffffff, 0xfff80, 0xffff, 0xffff]);
    }
  });
});

describe('transmit', () => {
  test('a doorbell sends what the descriptor names, byte for byte, and writes DD back', () => {
    const { engine, wire, vfs } = nicWithVfs(1);
    const [vf] = vfs;
    enableTx(vf);
    const frame = frameTo(PEER, 300, 0x77);
    sendFrame(vf, 0, frame);
    engine.run();
    expect(wire).toEqual([frame]);
    expect(vf.memory.read32(TX_RING + 12) & spec.TX_DONE).toBe(1);
    expect(vf.target.read(spec.VF_TX_BASE + spec.QUEUE_HEAD)).toBe(1);
  });

  test('no write-back without RS, and no interrupt', () => {
    const { engine, wire, vfs } = nicWithVfs(1);
    const [vf] = vfs;
    enableTx(vf);
    describeTx(vf, 0, TX_BUFFERS, 60, spec.TX_END_OF_PACKET);
    doorbell(vf, 1);
    engine.run();
    expect(wire).toHaveLength(1);
    expect(vf.memory.read32(TX_RING + 12)).toBe(0);
    expect(vf.messages[1]).toEqual([]);
  });

  test('a frame over several descriptors and across a page', () => {
    const { engine, wire, vfs } = nicWithVfs(1);
    const [vf] = vfs;
    enableTx(vf);
    const frame = Uint8Array.from({ length: 200 }, (_, i) => i);
    vf.memory.writeFrom(0x1ffb0, frame, 0, 150);
    vf.memory.writeFrom(0x30001, frame, 150, 50);
    describeTx(vf, 0, 0x1ffb0, 150, 0);
    describeTx(vf, 1, 0x30001, 50, WHOLE);
    doorbell(vf, 1);
    engine.run();
    expect(wire).toHaveLength(0);
    doorbell(vf, 2);
    engine.run();
    expect(wire).toEqual([frame]);
  });

  test('the ring wraps: frame after frame, in order', () => {
    const { engine, wire, vfs } = nicWithVfs(1);
    const [vf] = vfs;
    enableTx(vf);
    for (let i = 0; i < 3 * ENTRIES; i++) {
      sendFrame(vf, i % ENTRIES, frameTo(PEER, 60, i), engine.now);
      engine.run();
    }
    expect(wire.map((frame) => frame[59])).toEqual(Array.from({ length: 24 }, (_, i) => i));
  });

  test('nothing happens while the queue is off, or the tail lies beyond the ring', () => {
    const { engine, wire, vfs } = nicWithVfs(1);
    const [vf] = vfs;
    sendFrame(vf, 0, frameTo(PEER, 60));
    engine.run();
    enableTx(vf);
    doorbell(vf, ENTRIES);
    engine.run();
    doorbell(vf, 0xffff);
    engine.run();
    expect(wire).toHaveLength(0);
    doorbell(vf, 1);
    engine.run();
    expect(wire).toHaveLength(1);
  });

  test('the frame leaves after doorbell, descriptor read and buffer read, not before', () => {
    const { engine, line, vfs } = nicWithVfs(1);
    const [vf] = vfs;
    let left = 0;
    line.receiver = {
      receive: () => {
        left = engine.now;
      },
    };
    enableTx(vf);
    sendFrame(vf, 0, frameTo(PEER, 60), 1000 * NANOSECOND);
    engine.run();
    const wireTime = (84 * 8 * 1000) / 10;
    expect(left).toBe((1000 + 100 + 200 + 400) * NANOSECOND + wireTime);
  });
});

describe('receive', () => {
  test('writes the bytes, then length, DD and EOP, and moves the head', () => {
    const { engine, arrive, vfs } = nicWithVfs(1);
    const [vf] = vfs;
    enableRx(vf, 4);
    const frame = frameTo(makeMac(1, 0), 100, 0x33);
    arrive(frame);
    engine.run();
    const stored = new Uint8Array(100);
    vf.memory.readInto(RX_BUFFERS, stored, 0, 100);
    expect(stored).toEqual(frame);
    expect(vf.memory.read32(RX_RING + 8)).toBe(spec.RX_DONE | spec.RX_END_OF_PACKET);
    expect(vf.memory.read32(RX_RING + 12)).toBe(100);
    expect(vf.target.read(spec.VF_RX_BASE + spec.QUEUE_HEAD)).toBe(1);
  });

  test('a frame longer than a buffer takes several; only the last has EOP', () => {
    const { engine, arrive, vfs } = nicWithVfs(1);
    const [vf] = vfs;
    enableRx(vf, 4);
    vf.target.write(spec.VF_RX_BASE + spec.QUEUE_BUFFER_SIZE, 1, 0);
    arrive(frameTo(makeMac(1, 0), 1500));
    engine.run();
    expect(vf.memory.read32(RX_RING + 8)).toBe(spec.RX_DONE);
    expect(vf.memory.read32(RX_RING + 12)).toBe(1024);
    expect(vf.memory.read32(RX_RING + 24)).toBe(spec.RX_DONE | spec.RX_END_OF_PACKET);
    expect(vf.memory.read32(RX_RING + 28)).toBe(476);
  });

  test('without a buffer the frame is dropped and counted, and nothing is written', () => {
    const { engine, arrive, vfs } = nicWithVfs(1);
    const [vf] = vfs;
    enableRx(vf, 2);
    for (let i = 0; i < 3; i++) arrive(frameTo(makeMac(1, 0), 60));
    engine.run();
    expect(vf.target.rx[0].dropped).toBe(1);
    expect(vf.memory.read32(RX_RING + 2 * 16 + 8)).toBe(0);
    expect(vf.messages[0]).toHaveLength(1);
  });

  test('a frame for another station does not reach the function', () => {
    const { engine, arrive, vfs } = nicWithVfs(2);
    for (const vf of vfs) enableRx(vf, 4);
    arrive(frameTo(makeMac(1, 1), 60));
    arrive(frameTo(makeMac(1, 9), 60));
    engine.run();
    expect(vfs.map((vf) => vf.memory.read32(RX_RING + 8))).toEqual([0, 3]);
    expect(vfs[1].memory.read32(RX_RING + 24)).toBe(0);
  });
});

describe('from one VF to another', () => {
  test('stays inside: the bytes arrive, and nothing is on the wire', () => {
    const { engine, wire, vfs } = nicWithVfs(2);
    enableTx(vfs[0]);
    enableRx(vfs[1], 4);
    const frame = frameTo(makeMac(1, 1), 200, 0x21);
    sendFrame(vfs[0], 0, frame);
    engine.run();
    const stored = new Uint8Array(200);
    vfs[1].memory.readInto(RX_BUFFERS, stored, 0, 200);
    expect(stored).toEqual(frame);
    expect(wire).toEqual([]);
  });

  test('a frame to an address of its own function leaves', () => {
    const { engine, wire, vfs } = nicWithVfs(1);
    enableTx(vfs[0]);
    enableRx(vfs[0], 4);
    sendFrame(vfs[0], 0, frameTo(makeMac(1, 0), 60));
    engine.run();
    expect(wire).toHaveLength(1);
    expect(vfs[0].memory.read32(RX_RING + 8)).toBe(0);
  });
});

describe('interrupts (section 3: EITR, EIMS and auto-mask)', () => {
  test('one message, when the write-back can be seen; then masked until EIMS is written', () => {
    const { engine, arrive, vfs } = nicWithVfs(1);
    const [vf] = vfs;
    enableRx(vf, 7);
    const frame = frameTo(makeMac(1, 0), 60);
    arrive(frame);
    engine.run();
    expect(vf.messages).toEqual([[expect.any(Number)], []]);
    expect(vf.messages[0][0]).toBeGreaterThanOrEqual(300 * NANOSECOND);
    arrive(frame);
    engine.run();
    expect(vf.messages[0]).toHaveLength(1);
    vf.target.write(spec.REG_EIMS, 1, engine.now);
    engine.run();
    expect(vf.messages[0]).toHaveLength(2);
    vf.target.write(spec.REG_EIMS, 1, engine.now);
    engine.run();
    expect(vf.messages[0]).toHaveLength(2);
  });

  test('EIMS takes the mask off only those vectors whose bit is written', () => {
    const { engine, arrive, vfs } = nicWithVfs(1);
    const [vf] = vfs;
    enableRx(vf, 7);
    for (let i = 0; i < 2; i++) {
      arrive(frameTo(makeMac(1, 0), 60));
      engine.run();
    }
    vf.target.write(spec.REG_EIMS, 2, engine.now);
    engine.run();
    expect(vf.messages[0]).toHaveLength(1);
  });

  test('EITR: messages of a vector are at least the interval apart', () => {
    const { engine, arrive, vfs } = nicWithVfs(1);
    const [vf] = vfs;
    enableRx(vf, 7);
    vf.target.write(spec.PF_EITR, 50 << 2, 0);
    for (let i = 0; i < 5; i++) {
      arrive(frameTo(makeMac(1, 0), 60));
      vf.target.write(spec.REG_EIMS, 1, engine.now);
      engine.run(engine.now + 10 * MICROSECOND);
    }
    engine.run();
    expect(vf.messages[0]).toHaveLength(2);
    expect(vf.messages[0][1] - vf.messages[0][0]).toBe(50 * MICROSECOND);
  });
});

describe('faults', () => {
  test('a buffer outside the domain: the fault is recorded, the function stops, others go on', () => {
    const { engine, iommu, wire, vfs } = nicWithVfs(2);
    for (const vf of vfs) enableTx(vf);
    describeTx(vfs[0], 0, 0x40000000, 60, WHOLE);
    doorbell(vfs[0], 1);
    sendFrame(vfs[1], 0, frameTo(PEER, 60, 1));
    engine.run();
    expect(iommu.lastFault).toMatchObject({
      requesterId: 0x0180,
      address: 0x40000000,
      reason: 'not present',
    });
    sendFrame(vfs[0], 1, frameTo(PEER, 60, 2), engine.now);
    engine.run();
    expect(wire.map((frame) => frame[59])).toEqual([1]);
    expect(vfs[0].target.tx[0].registers.enabled).toBe(false);
    expect(vfs[1].target.tx[0].registers.enabled).toBe(true);
  });

  test('a ring outside the domain: the function stops at its first fetch', () => {
    const { engine, iommu, vfs } = nicWithVfs(1);
    enableTx(vfs[0]);
    vfs[0].target.write(spec.VF_TX_BASE + spec.QUEUE_BASE_HIGH, 1, 0);
    doorbell(vfs[0], 1);
    engine.run();
    expect(iommu.faults).toBe(1);
    expect(vfs[0].target.tx[0].registers.enabled).toBe(false);
  });

  test('a receive buffer outside the domain stops the function and writes nothing', () => {
    const { engine, host, arrive, vfs } = nicWithVfs(1);
    enableRx(vfs[0], 4);
    vfs[0].memory.write32(RX_RING + 4, 0x80);
    arrive(frameTo(makeMac(1, 0), 60));
    const before = host.bytes.slice();
    engine.run();
    expect(Buffer.compare(before, host.bytes)).toBe(0);
    expect(vfs[0].target.rx[0].registers.enabled).toBe(false);
  });

  test('a ring on a page that the domain may only read is not written', () => {
    const { engine, iommu, nic, arrive, vfs } = nicWithVfs(1);
    const domain = iommu.createDomain();
    iommu.map(domain, 0, vfs[0].memory.frameOf(0) * 4096, 1, true);
    iommu.attach(vfs[0].target.requesterId, domain);
    enableRx(vfs[0], 4);
    arrive(frameTo(makeMac(1, 0), 60));
    engine.run();
    expect(iommu.lastFault?.reason).toBe('not writable');
    expect(vfs[0].memory.read32(RX_RING + 8)).toBe(0);
    expect(nic.functions[1].rx[0].registers.enabled).toBe(false);
  });

  test('a software reset after a fault brings the function back', () => {
    const { engine, wire, vfs } = nicWithVfs(1);
    const [vf] = vfs;
    enableTx(vf);
    describeTx(vf, 0, 0x40000000, 60, WHOLE);
    doorbell(vf, 1);
    engine.run();
    vf.target.write(spec.VF_TX_BASE + spec.QUEUE_HEAD, 0, engine.now);
    vf.target.write(spec.VF_TX_BASE + spec.QUEUE_TAIL, 0, engine.now);
    enableTx(vf);
    sendFrame(vf, 0, frameTo(PEER, 60), engine.now);
    engine.run();
    expect(wire).toHaveLength(1);
  });

  test('a frame beyond the limit of the MAC is dropped and given back; the next one is sent', () => {
    const { engine, wire, nic, vfs } = nicWithVfs(1);
    const [vf] = vfs;
    enableTx(vf);
    describeTx(vf, 0, TX_BUFFERS, MAX_FRAME + 1, WHOLE);
    doorbell(vf, 1);
    engine.run();
    expect(wire).toEqual([]);
    expect(nic.filtered).toBe(1);
    expect(vf.memory.read32(TX_RING + 12) & spec.TX_DONE).toBe(1);
    sendFrame(vf, 1, frameTo(PEER, MAX_FRAME), engine.now);
    engine.run();
    expect(wire.map((frame) => frame.length)).toEqual([MAX_FRAME]);
  });

  test('a descriptor that grows after it was fetched has no effect', () => {
    const { engine, wire, vfs } = nicWithVfs(1);
    const [vf] = vfs;
    enableTx(vf);
    const frame = frameTo(PEER, 100);
    sendFrame(vf, 0, frame);
    vf.memory.write32(TX_RING + 8, 0xffff | WHOLE);
    vf.memory.write32(TX_RING + 12, spec.TX_DONE);
    engine.run();
    expect(wire).toEqual([frame]);
  });
});
