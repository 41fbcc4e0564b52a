/** Message slots as the TLFS describes them, chapter on the synthetic interrupt controller. */
import { describe, expect, test } from 'vitest';
import { COSTS, oneProcessor, openSynic } from '../../../tests/support/machine.ts';
import { Random } from '../engine/random.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../memory/host-memory.ts';
import { MessageBuffer } from './synic-messages.ts';
import {
  MSR_EOM,
  MSR_SCONTROL,
  MSR_SIMP,
  MSR_SINT0,
  MSR_SVERSION,
  SINT_MASKED,
  SINT_POLLING,
} from './synic-spec.ts';

const SINT = 2;
const VECTOR = 5;

/** A SynIC with SINT 2 on vector 5, and the interrupts that it raised. */
function setUp() {
  const rig = oneProcessor('root');
  const host = new HostMemory(LARGE_PAGE_SIZE);
  const synic = openSynic(host, rig.processor);
  synic.writeMsr(MSR_SINT0 + SINT, 0x20 + VECTOR, 0);
  const raised: [number, number][] = [];
  rig.processor.interrupt = (vector, at) => raised.push([vector, at]);
  const word = (offset: number, sint = SINT) => host.u32[(synic.slot(sint) + offset) >>> 2];
  /** A message of its own buffer, with `n` in its payload. */
  const message = (n: number) => {
    const buffer = new MessageBuffer(host.allocate(256));
    host.u32[buffer.address >>> 2] = 1;
    host.u32[(buffer.address + 4) >>> 2] = 240;
    host.u32[(buffer.address + 16) >>> 2] = n;
    host.u32[(buffer.address + 252) >>> 2] = ~n;
    return buffer;
  };
  const pending = () => (word(4) >>> 8) & 1;
  /** The guest's part: takes the message out and returns its number; EOM only when told to. */
  const take = (at = 0) => {
    const n = word(16);
    host.u32[synic.slot(SINT) >>> 2] = 0;
    if (pending() === 1) synic.writeMsr(MSR_EOM, 0, at);
    return n;
  };
  return { ...rig, host, synic, raised, word, message, pending, take };
}

describe('a message for an empty slot', () => {
  test('is copied whole, and the vector of its SINT is raised when it was sent', () => {
    const { synic, host, raised, message, pending } = setUp();
    const buffer = message(7);
    synic.post(SINT, buffer, 1234);
    const slot = host.bytes.slice(synic.slot(SINT), synic.slot(SINT) + 256);
    expect(slot).toEqual(host.bytes.slice(buffer.address, buffer.address + 256));
    expect(raised).toEqual([[VECTOR, 1234]]);
    expect([pending(), synic.queuedOn(SINT)]).toEqual([0, 0]);
  });

  test('touches no other slot', () => {
    const { synic, message, word } = setUp();
    synic.post(SINT, message(7), 0);
    for (let sint = 0; sint < 16; sint++) expect(word(0, sint)).toBe(sint === SINT ? 1 : 0);
    expect(synic.slot(3) - synic.slot(SINT)).toBe(256);
  });
});

describe('a message for a slot that is taken', () => {
  test('waits, without an interrupt, and the slot says so', () => {
    const { synic, raised, message, pending, word } = setUp();
    synic.post(SINT, message(1), 10);
    synic.post(SINT, message(2), 20);
    expect(word(16)).toBe(1);
    expect([pending(), synic.queuedOn(SINT), raised.length]).toEqual([1, 1, 1]);
  });

  test('comes when EOM is written after the slot was freed; in order, one by one', () => {
    const { synic, raised, message, take } = setUp();
    for (let n = 1; n <= 4; n++) synic.post(SINT, message(n), n);
    expect([take(100), take(200), take(300), take(400)]).toEqual([1, 2, 3, 4]);
    expect(raised.map(([, at]) => at)).toEqual([1, 100, 200, 300]);
    expect(synic.queuedOn(SINT)).toBe(0);
  });

  test('does not come while the slot is taken, whatever is written to EOM', () => {
    const { synic, message, word } = setUp();
    synic.post(SINT, message(1), 0);
    synic.post(SINT, message(2), 0);
    synic.writeMsr(MSR_EOM, 0, 50);
    expect([word(16), synic.queuedOn(SINT)]).toEqual([1, 1]);
  });

  test('is never seen before it was sent', () => {
    const { synic, raised, message, take } = setUp();
    synic.post(SINT, message(1), 10);
    synic.post(SINT, message(2), 5000);
    take(100);
    expect(raised).toEqual([
      [VECTOR, 10],
      [VECTOR, 5000],
    ]);
  });

  test('comes at an end of interrupt too', () => {
    const { synic, host, message, word, engine, processor } = setUp();
    synic.post(SINT, message(1), 0);
    synic.post(SINT, message(2), 0);
    host.u32[synic.slot(SINT) >>> 2] = 0;
    Reflect.deleteProperty(processor, 'interrupt');
    processor.interrupt(9, COSTS.rootWake);
    engine.run();
    expect(word(16)).toBe(2);
  });
});

describe('the registers', () => {
  test('reset to off and masked; the version is 1', () => {
    const { synic } = setUp();
    expect(synic.readMsr(MSR_SINT0 + 9)).toBe(0x10000);
    expect(synic.readMsr(MSR_SVERSION)).toBe(1);
    expect(synic.readMsr(MSR_EOM)).toBe(0);
    expect(synic.readMsr(0x40000085)).toBe(-1);
  });

  test.each([
    [MSR_SCONTROL, 0],
    [MSR_SIMP, 0x1000],
  ])('messages wait while %s is off, and come when it is switched on', (msr, off) => {
    const { synic, raised, message, word } = setUp();
    const on = synic.readMsr(msr);
    synic.writeMsr(msr, off, 0);
    synic.post(SINT, message(1), 0);
    expect([word(0), raised.length, synic.queuedOn(SINT)]).toEqual([0, 0, 1]);
    synic.writeMsr(msr, on, 30);
    expect([word(16), raised]).toEqual([1, [[VECTOR, 30]]]);
  });

  test.each([SINT_MASKED, SINT_POLLING])('with SINT bit %s the message comes silently', (bit) => {
    const { synic, raised, message, word } = setUp();
    synic.writeMsr(MSR_SINT0 + SINT, 0x20 + VECTOR + bit, 0);
    synic.post(SINT, message(1), 0);
    expect([word(16), raised]).toEqual([1, []]);
  });

  test('refuse a vector below 16 that is not masked, and what is not there', () => {
    const { synic } = setUp();
    expect(synic.writeMsr(MSR_SINT0, 15, 0)).toBe(false);
    expect(synic.writeMsr(MSR_SINT0, 15 + SINT_MASKED, 0)).toBe(true);
    expect(synic.writeMsr(MSR_SVERSION, 2, 0)).toBe(false);
    expect(synic.writeMsr(MSR_SINT0 + 16, 0x20, 0)).toBe(false);
  });
});

test('no message is lost, doubled or overtaken, however posting and taking mix', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = new Random(seed);
    const { synic, message, word, take, pending } = setUp();
    const sent: number[] = [];
    const seen: number[] = [];
    for (let step = 0; step < 200; step++) {
      if (random.below(2) === 0) {
        sent.push(step);
        synic.post(SINT, message(step), step);
      } else if (word(0) !== 0) seen.push(take(step));
      expect(pending()).toBe(synic.queuedOn(SINT) > 0 ? 1 : 0);
      expect(word(0) === 0).toBe(seen.length === sent.length);
    }
    while (word(0) !== 0) seen.push(take(1000));
    expect(seen).toEqual(sent);
  }
});
