/** The registers of the SynIC one by one (TLFS, chapters on the synthetic interrupt controller and timers). */
import { describe, expect, test } from 'vitest';
import { oneProcessor } from '../../../tests/support/machine.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../memory/host-memory.ts';
import { writeMessage } from './ports.ts';
import { Synic } from './synic.ts';
import { MessageBuffer } from './synic-messages.ts';
import * as spec from './synic-spec.ts';

const SINT = 3;
const VECTOR = 0xf4;
const MESSAGES = 0x100;
const EVENTS = 0x101;

/** A guest's SynIC with its pages at 0x100 and 0x101, SINT 3 on vector 0xf4, and what it raised. */
function setUp() {
  const rig = oneProcessor('guest');
  const host = new HostMemory(4 * LARGE_PAGE_SIZE);
  const memory = new GuestMemory(host, LARGE_PAGE_SIZE);
  const synic = new Synic(host, rig.processor, memory);
  const raised: number[] = [];
  const autoEoi: boolean[] = [];
  synic.sink = {
    raise: (vector, auto) => {
      raised.push(vector);
      autoEoi.push(auto);
    },
  };
  const open = () => {
    synic.writeMsr(spec.MSR_SIMP, MESSAGES * 4096 + 1, 0);
    synic.writeMsr(spec.MSR_SIEFP, EVENTS * 4096 + 1, 0);
    synic.writeMsr(spec.MSR_SINT0 + SINT, VECTOR, 0);
    synic.writeMsr(spec.MSR_SCONTROL, 1, 0);
  };
  const post = (n: number) => {
    const buffer = new MessageBuffer(host.allocate(256));
    writeMessage(host, buffer.address, 1, 7, Uint8Array.of(n));
    synic.post(SINT, buffer, rig.engine.now);
  };
  const slot = (page = MESSAGES) => page * 4096 + SINT * 256;
  const ticks = (n: number) => rig.engine.run(n * spec.REFERENCE_TICK);
  return { ...rig, host, memory, synic, raised, autoEoi, open, post, slot, ticks };
}

describe('registers', () => {
  test.each([
    ['SCONTROL', spec.MSR_SCONTROL, 0],
    ['SVERSION', spec.MSR_SVERSION, 1],
    ['SIEFP', spec.MSR_SIEFP, 0],
    ['SIMP', spec.MSR_SIMP, 0],
    ['EOM', spec.MSR_EOM, 0],
    ['SINT0', spec.MSR_SINT0, spec.SINT_MASKED],
    ['SINT15', spec.MSR_SINT0 + 15, spec.SINT_MASKED],
    ['STIMER0 configuration', spec.MSR_STIMER0_CONFIG, 0],
    ['STIMER3 count', spec.MSR_STIMER0_COUNT + 6, 0],
  ])('%s after reset', (_name, msr, value) => {
    expect(setUp().synic.readMsr(msr)).toBe(value);
  });

  test.each([0x4000007f, 0x40000085, 0x400000a0, 0x400000b8, 0])('MSR %i is none', (msr) => {
    const { synic } = setUp();
    expect(synic.readMsr(msr)).toBe(-1);
    expect(synic.writeMsr(msr, 1, 0)).toBe(false);
  });

  test('all 64 bits of a register are kept', () => {
    const { synic } = setUp();
    expect(synic.writeWords(spec.MSR_SIEFP, 0xfffffffe, 0xfedcba98, 0)).toBe(true);
    expect(synic.readWord(spec.MSR_SIEFP, 0)).toBe(0xfffffffe);
    expect(synic.readWord(spec.MSR_SIEFP, 1)).toBe(0xfedcba98);
  });

  test('SVERSION cannot be written, nor a SINT get a vector below 16 unless masked', () => {
    const { synic } = setUp();
    expect(synic.writeMsr(spec.MSR_SVERSION, 1, 0)).toBe(false);
    expect(synic.writeMsr(spec.MSR_SINT0, 15, 0)).toBe(false);
    expect(synic.readMsr(spec.MSR_SINT0)).toBe(spec.SINT_MASKED);
    expect(synic.writeMsr(spec.MSR_SINT0, 16, 0)).toBe(true);
  });
});

describe('overlay pages', () => {
  test('lie over guest memory, carry their contents, and give back what they covered', () => {
    const { synic, memory, open, post, slot } = setUp();
    memory.write32(slot(), 0xabcd);
    open();
    expect(memory.read32(slot())).toBe(0);
    post(5);
    expect(memory.read8(slot() + 16)).toBe(5);
    synic.writeMsr(spec.MSR_SIMP, 0x105 * 4096 + 1, 0);
    expect(memory.read32(slot())).toBe(0xabcd);
    expect(memory.read8(slot(0x105) + 16)).toBe(5);
    synic.writeMsr(spec.MSR_SIMP, 0x105 * 4096, 0);
    expect(memory.read8(slot(0x105) + 16)).toBe(0);
  });

  test('beyond the memory of the guest they are nowhere, and harm nobody', () => {
    const { synic, memory, open, post, slot } = setUp();
    open();
    for (const page of [512, 1e6, 2 ** 40]) {
      expect(synic.writeMsr(spec.MSR_SIMP, page * 4096 + 1, 0)).toBe(true);
      post(1);
    }
    expect(memory.read32(slot())).toBe(0);
  });

  test('a device still reaches the memory under them', () => {
    const { memory, open } = setUp();
    const frame = memory.frameOf(MESSAGES);
    open();
    expect(memory.frameOf(MESSAGES)).toBe(frame);
    expect(memory.translate(MESSAGES * 4096, 1)).not.toBe(frame * 4096);
  });
});

describe('event flags', () => {
  test('interrupt only when the flag was clear', () => {
    const { synic, memory, raised, open } = setUp();
    open();
    expect([5, 5, 6].map((flag) => synic.signal(SINT, flag, 0))).toEqual([true, false, true]);
    expect(raised).toEqual([VECTOR, VECTOR]);
    expect(memory.read32(EVENTS * 4096 + SINT * 256)).toBe(0x60);
  });

  test('the last one is 2047', () => {
    const { synic, open } = setUp();
    open();
    expect(synic.signal(SINT, 2047, 0)).toBe(true);
    for (const flag of [2048, -1, NaN]) expect(synic.signal(SINT, flag, 0)).toBe(false);
    for (const sint of [-1, 16, 4000]) expect(synic.signal(sint, 0, 0)).toBe(false);
  });

  test.each([
    ['the SynIC is off', spec.MSR_SCONTROL, 0],
    ['there is no SIEF page', spec.MSR_SIEFP, 0],
    ['the SINT is masked', spec.MSR_SINT0 + SINT, VECTOR + spec.SINT_MASKED],
  ])('are not set while %s', (_name, msr, value) => {
    const { synic, raised, host, open } = setUp();
    open();
    synic.writeMsr(msr, value, 0);
    expect(synic.signal(SINT, 1, 0)).toBe(false);
    expect([host.u32[(synic.eventPage + SINT * 256) >>> 2], raised]).toEqual([0, []]);
  });

  test('with polling they are set silently; auto-EOI goes along with the interrupt', () => {
    const { synic, raised, autoEoi, open } = setUp();
    open();
    synic.writeMsr(spec.MSR_SINT0 + SINT, VECTOR + spec.SINT_POLLING, 0);
    expect(synic.signal(SINT, 1, 0)).toBe(true);
    expect(raised).toEqual([]);
    synic.writeMsr(spec.MSR_SINT0 + SINT, VECTOR + spec.SINT_AUTO_EOI, 0);
    synic.signal(SINT, 2, 0);
    expect([raised, autoEoi]).toEqual([[VECTOR], [true]]);
  });
});

describe('timers', () => {
  const CONFIG = spec.MSR_STIMER0_CONFIG;
  const COUNT = spec.MSR_STIMER0_COUNT;
  const ON_SINT = SINT << spec.TIMER_SINT_SHIFT;

  test('a single expiration sends a message with both times, and turns the timer off', () => {
    const { synic, memory, raised, open, slot, ticks } = setUp();
    open();
    synic.writeMsr(CONFIG, ON_SINT + spec.TIMER_ENABLED, 0);
    synic.writeMsr(COUNT, 1500, 0);
    ticks(1499);
    expect(raised).toEqual([]);
    ticks(1500);
    expect(raised).toEqual([VECTOR]);
    expect(memory.read32(slot())).toBe(0x80000010);
    expect([memory.read32(slot() + 24), memory.read32(slot() + 32)]).toEqual([1500, 1500]);
    expect(synic.readMsr(CONFIG)).toBe(ON_SINT);
  });

  test('auto-enable: writing the count starts it, and writing 0 stops it', () => {
    const { synic, raised, open, ticks } = setUp();
    open();
    synic.writeMsr(CONFIG, ON_SINT + spec.TIMER_AUTO_ENABLE, 0);
    synic.writeMsr(COUNT, 100, 0);
    expect(synic.readMsr(CONFIG) & spec.TIMER_ENABLED).toBe(1);
    synic.writeMsr(COUNT, 0, 0);
    expect(synic.readMsr(CONFIG) & spec.TIMER_ENABLED).toBe(0);
    ticks(1000);
    expect(raised).toEqual([]);
  });

  test('waits for its slot, which says so, and comes once', () => {
    const { synic, memory, raised, open, post, slot, ticks } = setUp();
    open();
    post(1);
    synic.writeMsr(CONFIG, ON_SINT + spec.TIMER_ENABLED, 0);
    synic.writeMsr(COUNT, 100, 0);
    ticks(500);
    expect([memory.read8(slot() + 5), raised.length]).toEqual([1, 1]);
    memory.write32(slot(), 0);
    synic.writeMsr(spec.MSR_EOM, 0, 600 * spec.REFERENCE_TICK);
    expect([memory.read32(slot() + 24), memory.read32(slot() + 32)]).toEqual([100, 600]);
    ticks(2000);
    expect(raised.length).toBe(2);
  });

  test('direct mode raises its own vector without a message', () => {
    const { synic, memory, raised, open, slot, ticks } = setUp();
    open();
    synic.writeMsr(CONFIG, spec.TIMER_ENABLED + spec.TIMER_DIRECT + (0x55 << 4), 0);
    synic.writeMsr(COUNT, 10, 0);
    ticks(10);
    expect([raised, memory.read32(slot())]).toEqual([[0x55], 0]);
  });

  test('a periodic one goes on by itself, and leaves the machine at rest', () => {
    const { synic, engine, raised, open, ticks } = setUp();
    open();
    const direct = spec.TIMER_DIRECT + (0x55 << 4);
    synic.writeMsr(CONFIG, spec.TIMER_ENABLED + spec.TIMER_PERIODIC + direct, 0);
    synic.writeMsr(COUNT, 1000, 0);
    ticks(5500);
    expect(raised.length).toBe(5);
    engine.run();
    expect(raised.length).toBe(5);
  });

  test('one without SINT and without direct mode does not run', () => {
    const { synic, open } = setUp();
    open();
    synic.writeMsr(CONFIG, spec.TIMER_ENABLED, 0);
    expect(synic.readMsr(CONFIG)).toBe(0);
  });
});
