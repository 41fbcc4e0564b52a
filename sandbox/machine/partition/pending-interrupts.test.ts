import { describe, expect, test } from 'vitest';
import { oneProcessor } from '../../../tests/support/machine.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../memory/host-memory.ts';
import { EXIT_EOI, HYPERVISOR } from './ledger.ts';
import { PendingInterrupts, POSTED, SIGNALLED } from './pending-interrupts.ts';
import { Synic } from './synic.ts';
import { MSR_SCONTROL, MSR_SIEFP, MSR_SINT0, SINT_AUTO_EOI } from './synic-spec.ts';

describe('interrupts that wait', () => {
  test('one that waits already keeps its time and its kind', () => {
    const pending = new PendingInterrupts();
    expect(pending.request(3, 100, POSTED, false)).toBe(true);
    expect(pending.request(3, 50, SIGNALLED, true)).toBe(false);
    expect([pending.due(3, 0), pending.originOf(3), pending.endsItself(3)]).toEqual([
      100,
      POSTED,
      false,
    ]);
    pending.remove(3);
    expect(pending.request(3, 200, SIGNALLED, true)).toBe(true);
    expect([pending.originOf(3), pending.endsItself(3)]).toEqual([SIGNALLED, true]);
  });

  test('the lowest vector of those that are due, or the one due first', () => {
    const pending = new PendingInterrupts();
    for (const [vector, at] of [
      [7, 10],
      [2, 30],
      [31, 20],
    ])
      pending.request(vector, at, SIGNALLED, false);
    expect([0, 10, 25, 30].map((now) => pending.next(now, 0))).toEqual([7, 7, 7, 2]);
    expect(pending.next(0, 40)).toBe(2);
    pending.remove(7);
    expect(pending.next(0, 0)).toBe(31);
  });
});

describe('the auto-EOI bit of a SINT', () => {
  /** A flag of SINT 2 reaches a guest's handler, which traps once when `code` is set. */
  function signalled(sint: number, code = false) {
    const { engine, ledger, processor } = oneProcessor('guest');
    const host = new HostMemory(LARGE_PAGE_SIZE);
    const synic = new Synic(host, processor);
    synic.writeMsr(MSR_SIEFP, synic.eventPage + 1, 0);
    synic.writeMsr(MSR_SINT0 + 2, sint, 0);
    synic.writeMsr(MSR_SCONTROL, 1, 0);
    processor.interceptHandler = { intercept: (vp) => vp.resume(0, vp.local) };
    let served = 0;
    processor.install(2, {
      interrupt() {
        served++;
        return code ? trap() : undefined;
      },
    });
    function* trap() {
      yield undefined;
    }
    synic.signal(2, 9, 0);
    engine.run();
    synic.signal(2, 10, processor.local);
    engine.run();
    return { served, ends: ledger.exits[EXIT_EOI], cycles: ledger.cyclesOf(HYPERVISOR) };
  }

  test.each([false, true])(
    'no exit and no cycles for the end of interrupt (trapping: %s)',
    (code) => {
      const usual = signalled(0x22, code);
      const auto = signalled(0x22 | SINT_AUTO_EOI, code);
      expect([usual.served, auto.served]).toEqual([2, 2]);
      expect([usual.ends, auto.ends]).toEqual([2, 0]);
      expect(usual.cycles - auto.cycles).toBe(2 * 200);
    },
  );
});
