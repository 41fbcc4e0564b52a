import { describe, expect, test } from 'vitest';
import { oneProcessor } from '../../../tests/support/machine.ts';
import { MICROSECOND } from '../engine/engine.ts';
import { APPLICATION, DRIVER, EXIT_TIMER, GUEST_USER } from '../partition/ledger.ts';
import type { Task, VirtualProcessor } from '../partition/virtual-processor.ts';
import { APPLICATION_PERIOD, BusyApplication } from './busy-application.ts';

const PERIODS = 20;
const END = PERIODS * APPLICATION_PERIOD;

/** An application on a processor of a guest until `END`; others may come. */
function setUp(share: number) {
  const rig = oneProcessor('guest');
  const { engine, processor } = rig;
  const application = new BusyApplication(engine, processor, share, (now) => now >= END);
  application.start(0);
  return { ...rig, application };
}

/** A task that comes again as soon as it has had its `cycles`, until `END`. */
class Insatiable implements Task {
  readonly #cycles: number;

  constructor(cycles: number) {
    this.#cycles = cycles;
  }

  run(processor: VirtualProcessor): void {
    processor.charge(processor.kernel, DRIVER, this.#cycles);
    if (processor.local < END) processor.post(this, 0, processor.local);
  }
}

describe('an application that computes', () => {
  test.each([0.05, 0.5, 0.95])('alone gets the share %d that it wants', (share) => {
    const { engine, lp, application, ledger } = setUp(share);
    engine.run();
    expect(application.got / END).toBeCloseTo(share, 3);
    const cycles = lp.cyclesIn(application.got);
    expect(ledger.cyclesFor(GUEST_USER, APPLICATION)).toBeCloseTo(cycles, -2);
    expect(ledger.exits[EXIT_TIMER]).toBe(PERIODS);
  });

  test.each([0.1, 0.5, 0.8])('gets its share %d of a processor that others want whole', (share) => {
    const { engine, processor, application } = setUp(share);
    processor.post(new Insatiable(1500), 0, 0);
    processor.post(new Insatiable(4000), 0, 0);
    engine.run();
    expect(Math.abs(application.got / END - share)).toBeLessThan(0.02);
  });

  test('gets less than its share where others keep the processor for longer than it may', () => {
    const { engine, lp, processor, application } = setUp(0.9);
    processor.post(new Insatiable(Math.round(lp.cyclesIn(100 * MICROSECOND))), 0, 0);
    engine.run();
    expect(application.got / END).toBeLessThan(0.6);
    expect(application.got / END).toBeGreaterThan(0.4);
  });

  test('delays what becomes ready while it computes, by two slices at most', () => {
    const { engine, processor } = setUp(0.9);
    const due = 500 * MICROSECOND + 1;
    let ran = 0;
    const task: Task = {
      run(vp) {
        ran = vp.local;
      },
    };
    const ready = { handle: () => processor.post(task, 0, engine.now) };
    engine.timer(ready).schedule(due);
    engine.run();
    expect(ran - due).toBeGreaterThan(0);
    expect(ran - due).toBeLessThanOrEqual(4 * MICROSECOND);
  });
});
