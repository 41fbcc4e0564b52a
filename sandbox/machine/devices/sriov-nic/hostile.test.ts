import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ENTRIES,
  enableRx,
  enableTx,
  frameTo,
  MAX_FRAME,
  nicWithVfs,
  sendFrame,
  TX_RING,
} from '../../../../tests/support/nic.ts';
import { LARGE_PAGE_SIZE } from '../../memory/host-memory.ts';
import { makeMac } from '../../net/frame.ts';
import * as spec from './spec.ts';

const anyWord = fc.integer({ min: 0, max: 0xffffffff });
const address = fc.oneof(
  { weight: 4, arbitrary: fc.nat(LARGE_PAGE_SIZE - 1) },
  { weight: 1, arbitrary: fc.nat(4000).map((n) => LARGE_PAGE_SIZE - 2000 + n) },
  { weight: 1, arbitrary: anyWord },
);
const command = fc.tuple(
  fc.constantFrom(0, 60, 1514, 1515, 4096, 0xffff),
  fc.constantFrom(0, 0, spec.TX_END_OF_PACKET, spec.TX_END_OF_PACKET | spec.TX_REPORT_STATUS),
);
const descriptor = fc.record({
  low: address,
  high: fc.constantFrom(0, 0, 0, 0, 1, 0xffffffff),
  command: fc.oneof(
    anyWord,
    command.map(([length, bits]) => length | bits),
  ),
});
const QUEUE_OFFSETS = [0x00, 0x04, 0x08, 0x0c, 0x10, 0x18, 0x18, 0x18, 0x28];
const queueValue = fc.oneof(
  fc.nat(ENTRIES + 1),
  fc.constantFrom(0x80, 0x100, TX_RING, spec.QUEUE_ENABLE, spec.QUEUE_ENABLE, 0xfff80),
  anyWord,
);
const access = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      offset: fc
        .tuple(
          fc.constantFrom(spec.VF_TX_BASE, spec.VF_TX_BASE, spec.VF_RX_BASE),
          fc.constantFrom(...QUEUE_OFFSETS),
        )
        .map(([base, offset]) => base + offset),
      value: queueValue,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      offset: fc.constantFrom(spec.REG_EIMS, spec.PF_EITR, spec.PF_EITR + 4),
      value: anyWord,
    }),
  },
  { weight: 1, arbitrary: fc.record({ offset: fc.nat(0x4000), value: anyWord }) },
);
const action = fc.record({
  accesses: fc.array(access, { minLength: 1, maxLength: 4 }),
  next: fc.constantFrom('run', 'run', 'a little', 'frame', 'descriptor'),
  at: fc.nat(ENTRIES - 1),
  with: descriptor,
});

/** A hostile VF 0, an honest VF 1, and everything that must not change but by honest means. */
function newRig() {
  const rig = nicWithVfs(2);
  const [hostile, honest] = rig.vfs;
  for (const gpa of [0, LARGE_PAGE_SIZE - 8192])
    rig.vfs[1].memory.writeFrom(gpa, new Uint8Array(8192).fill(0x11), 0, 8192);
  const own = hostile.memory.translate(0, 1);
  const linkEnd = rig.host.allocate(1);
  /** Host memory without the hostile partition and without the links' own buffers below `linkEnd`. */
  const outside = () => {
    const bytes = rig.host.bytes.slice(linkEnd);
    bytes.fill(0, own - linkEnd, own - linkEnd + LARGE_PAGE_SIZE);
    return bytes;
  };
  return { ...rig, hostile, honest, outside };
}

test('property: any registers and descriptors; no exception, bounded, nothing outside', () => {
  const descriptors = fc.array(descriptor, { minLength: ENTRIES, maxLength: ENTRIES });
  const unharmed = fc.property(
    descriptors,
    fc.array(action, { maxLength: 25 }),
    (ring, actions) => {
      const { engine, hostile, honest, wire, arrive, outside, nic } = newRig();
      const describe = (i: number, { low, high, command }: (typeof ring)[number]) => {
        for (const [w, word] of [low, high, command].entries())
          hostile.memory.write32(TX_RING + 16 * i + 4 * w, word);
      };
      for (const [i, words] of ring.entries()) describe(i, words);
      enableRx(hostile, 4);
      enableTx(hostile);
      const before = outside();
      for (const { accesses, next, at, with: words } of actions) {
        for (const { offset, value } of accesses) hostile.target.write(offset, value, engine.now);
        if (next === 'frame') arrive(frameTo(makeMac(1, 0), 60 + 100 * at));
        else if (next === 'descriptor') describe(at, words);
        else engine.run(next === 'run' ? Infinity : engine.now + 100_000, 5000);
      }
      engine.run(Infinity, 5000);
      expect(Buffer.compare(before, outside())).toBe(0);
      for (const frame of wire) expect(frame.length).toBeLessThanOrEqual(MAX_FRAME);
      wire.length = 0;
      enableTx(honest);
      sendFrame(honest, 0, frameTo(makeMac(2, 0), 60, 1), engine.now);
      engine.run();
      expect(wire).toHaveLength(1);
      expect(nic.functions[0].tx[0].registers.enabled).toBe(false);
    },
  );
  fc.assert(unharmed, { seed: 11, numRuns: 120 });
});

test('a ring that shrinks under a frame that is being fetched does not go round for ever', () => {
  const { engine, hostile, wire } = newRig();
  hostile.target.write(spec.VF_TX_BASE + spec.QUEUE_BASE_LOW, TX_RING, 0);
  hostile.target.write(spec.VF_TX_BASE + spec.QUEUE_LENGTH, 32 * 16, 0);
  hostile.target.write(spec.VF_TX_BASE + spec.QUEUE_CONTROL, spec.QUEUE_ENABLE, 0);
  for (let i = 0; i < 20; i++)
    hostile.memory.write32(TX_RING + 16 * i + 8, 60 | (i === 19 ? spec.TX_END_OF_PACKET : 0));
  hostile.target.write(spec.VF_TX_BASE + spec.QUEUE_TAIL, 20, 0);
  hostile.target.write(spec.VF_TX_BASE + spec.QUEUE_LENGTH, 8 * 16, 0);
  hostile.target.write(spec.VF_TX_BASE + spec.QUEUE_TAIL, 3, 0);
  engine.run(Infinity, 1000);
  expect(wire.length).toBeLessThanOrEqual(2);
});

test('a head beyond the ring, or a ring that grew under its tail, is no exception', () => {
  const { engine, hostile } = newRig();
  enableTx(hostile);
  const write = (offset: number, value: number) =>
    hostile.target.write(spec.VF_TX_BASE + offset, value, engine.now);
  for (const head of [ENTRIES, 0xffff, 50]) {
    write(spec.QUEUE_HEAD, head);
    write(spec.QUEUE_TAIL, 1);
    write(spec.QUEUE_CONTROL, spec.QUEUE_ENABLE);
    engine.run(Infinity, 1000);
  }
  write(spec.QUEUE_LENGTH, 0x1000);
  write(spec.QUEUE_HEAD, 100);
  write(spec.QUEUE_CONTROL, spec.QUEUE_ENABLE);
  engine.run(Infinity, 10_000);
});
