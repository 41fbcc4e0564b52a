import { describe, expect, test } from 'vitest';
import { COSTS, oneProcessor } from '../../../tests/support/machine.ts';
import { NANOSECOND } from '../engine/engine.ts';
import { Trace } from '../engine/trace.ts';
import * as ledger from './ledger.ts';
import { LogicalProcessor } from './logical-processor.ts';
import { FROM_DEVICE, POSTED, SIGNALLED } from './pending-interrupts.ts';
import { type GuestCode, type ProcessorKind, VirtualProcessor } from './virtual-processor.ts';

const CYCLE = NANOSECOND;

/** A processor with a list of what ran on it and when, in cycles. */
function setUp(kind: ProcessorKind, costs: Partial<typeof COSTS> = {}, trace?: Trace) {
  const rig = oneProcessor(kind, costs, trace);
  const ran: [string, number][] = [];
  const note = (what: string) => ran.push([what, rig.lp.local / CYCLE]);
  /** A task that charges `cycles` to the kernel. */
  const task = (name: string, cycles = 0) => ({
    run(processor: VirtualProcessor) {
      note(name);
      processor.charge(processor.kernel, ledger.DRIVER, cycles);
    },
  });
  const vector = (number: number, name: string, code?: () => GuestCode, timer = false) =>
    rig.processor.install(
      number,
      {
        interrupt() {
          note(name);
          return code?.();
        },
      },
      timer,
    );
  return { ...rig, ran, note, task, vector };
}

describe('tasks', () => {
  test('run in the order in which they were posted, each after the one before is paid for', () => {
    const { engine, processor, task, ran } = setUp('bare');
    processor.post(task('a', 100), 0, 0);
    processor.post(task('b', 50), 0, 0);
    processor.post(task('c'), 0, 0);
    engine.run();
    expect(ran).toEqual([
      ['a', 0],
      ['b', 100],
      ['c', 150],
    ]);
  });

  test('do not run before their time, and keep their order when a later one is due first', () => {
    const { engine, processor, task, ran } = setUp('bare');
    processor.post(task('first'), 0, 500 * CYCLE);
    processor.post(task('second'), 0, 100 * CYCLE);
    engine.run();
    expect(ran).toEqual([
      ['first', 500],
      ['second', 500],
    ]);
  });

  test('get their argument, however many wait', () => {
    const { engine, processor } = setUp('bare');
    const args: number[] = [];
    const task = { run: (_: VirtualProcessor, arg: number) => args.push(arg) };
    for (let i = 0; i < 100; i++) processor.post(task, i, 0);
    engine.run();
    expect(args).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});

describe('a charge', () => {
  test('advances the local clock and the ledger; the engine stands still meanwhile', () => {
    const { engine, processor, ledger: book, lp } = setUp('bare', { hertz: 2.5e9 });
    processor.post(
      {
        run() {
          const start = processor.local;
          processor.charge(ledger.GUEST_USER, ledger.APPLICATION, 1000);
          expect(processor.local - start).toBe(400_000);
          expect(engine.now).toBe(start);
        },
      },
      0,
      0,
    );
    engine.run();
    expect(book.cyclesOf(ledger.GUEST_USER)).toBe(1000);
    expect(lp.busy).toBe(400_000);
    expect(lp.cyclesIn(400_000)).toBe(1000);
  });

  test('is a step of the trace while it records', () => {
    const { engine, processor, lp } = setUp('bare', {}, new Trace(4));
    processor.post({ run: () => processor.charge(3, 4, 10, 'why') }, 0, 0);
    engine.trace.recording = false;
    engine.run();
    engine.trace.recording = true;
    processor.post({ run: () => processor.charge(3, 4, 20, 'again') }, 0, lp.local);
    engine.run();
    const steps: unknown[] = [];
    engine.trace.forEach((...step) => {
      steps.push(step);
    });
    expect(steps).toEqual([[3, 4, 10 * CYCLE, 30 * CYCLE, 'again', undefined]]);
  });
});

describe('interrupts', () => {
  test('are taken before tasks, the lowest vector first', () => {
    const { engine, processor, task, vector, ran } = setUp('bare');
    for (const n of [3, 31, 8]) vector(n, `vector ${n}`);
    processor.post(task('task'), 0, 0);
    for (const n of [31, 8, 3]) processor.interrupt(n, 0);
    engine.run();
    expect(ran.map(([name]) => name)).toEqual(['vector 3', 'vector 8', 'vector 31', 'task']);
  });

  test('do not interrupt a piece of code: they wait for its end', () => {
    const { engine, processor, task, vector, ran } = setUp('bare');
    vector(5, 'interrupt');
    processor.post(task('long', 1000), 0, 0);
    processor.post(task('next'), 0, 0);
    processor.interrupt(5, 10 * CYCLE);
    engine.run();
    expect(ran.map(([name]) => name)).toEqual(['long', 'interrupt', 'next']);
    expect(ran[1][1]).toBe(1000 + COSTS.interruptHandler);
  });

  test('are pending once: a second one before the first is taken is the same', () => {
    const { engine, processor, vector, ran, ledger: book } = setUp('guest');
    vector(5, 'interrupt');
    processor.interrupt(5, 0);
    processor.interrupt(5, 0);
    engine.run();
    expect(ran).toHaveLength(1);
    expect(book.interrupts).toBe(1);
  });

  test('can be retracted before they are taken', () => {
    const { engine, processor, vector, ran } = setUp('guest');
    vector(5, 'interrupt');
    processor.interrupt(5, 100);
    processor.retract(5);
    engine.run();
    expect(ran).toEqual([]);
  });

  test('a running guest pays an exit for one; for a posted one it does not', () => {
    for (const posted of [false, true]) {
      const { engine, processor, task, vector, ledger: book } = setUp('guest');
      vector(5, 'interrupt');
      processor.post(task('work', 20_000), 0, 0);
      processor.post(task('more', 20_000), 0, 0);
      processor.interrupt(5, COSTS.haltWake + 100 * CYCLE, posted ? POSTED : FROM_DEVICE);
      engine.run();
      expect(book.exits[ledger.EXIT_EXTERNAL_INTERRUPT]).toBe(posted ? 0 : 1);
      expect(book.interrupts).toBe(1);
    }
  });

  test("the hypervisor takes a device's interrupt for a halted guest, too: cycles, no exit", () => {
    const spent = ([SIGNALLED, FROM_DEVICE, POSTED] as const).map((origin) => {
      const { engine, processor, vector, ledger: book } = setUp('guest');
      vector(5, 'interrupt');
      processor.interrupt(5, 0, origin);
      engine.run();
      return [book.exits[ledger.EXIT_EXTERNAL_INTERRUPT], book.cyclesOf(ledger.HYPERVISOR)];
    });
    const [signalled, device, posted] = spent.map(([, cycles]) => cycles);
    expect(spent.map(([exits]) => exits)).toEqual([0, 0, 0]);
    expect([device - posted, signalled]).toEqual([COSTS.externalInterruptExit, posted]);
  });

  test('the clock of the guest is not an interrupt of a device', () => {
    const { engine, processor, vector, ledger: book } = setUp('guest');
    vector(31, 'clock', undefined, true);
    processor.interrupt(31, 0);
    engine.run();
    expect([book.interrupts, book.exits[ledger.EXIT_TIMER]]).toEqual([0, 1]);
  });

  test('end of interrupt is an exit, unless the processor virtualises the APIC', () => {
    for (const apicVirtualization of [false, true]) {
      const { engine, processor, vector, ledger: book } = setUp('guest', { apicVirtualization });
      vector(5, 'interrupt');
      processor.interrupt(5, 0);
      engine.run();
      expect(book.exits[ledger.EXIT_EOI]).toBe(apicVirtualization ? 0 : 1);
    }
  });

  test('the root counts its own exits and never the guest’s; bare metal counts none', () => {
    const root = setUp('root');
    root.vector(5, 'interrupt');
    root.processor.interrupt(5, 0);
    root.engine.run();
    expect(root.ledger.exits[ledger.EXIT_ROOT_INTERRUPT]).toBe(1);
    expect(root.ledger.exits[ledger.EXIT_ROOT_EOI]).toBe(1);
    expect(root.ledger.interrupts).toBe(0);
    const bare = setUp('bare');
    bare.vector(5, 'interrupt');
    bare.processor.interrupt(5, 0);
    bare.engine.run();
    expect(bare.ledger.totalExits).toBe(0);
    expect(bare.ledger.interrupts).toBe(1);
  });
});

describe('a halted processor', () => {
  test.each<[ProcessorKind, number]>([
    ['guest', COSTS.haltWake],
    ['root', COSTS.rootWake],
    ['bare', 0],
  ])('%s: work comes after its wake-up latency', (kind, latency) => {
    const { engine, processor, task, ran } = setUp(kind);
    expect(processor.halted).toBe(true);
    processor.post(task('work'), 0, 100 * CYCLE);
    engine.run();
    expect(ran).toEqual([['work', 100 + latency / CYCLE]]);
  });

  test('halts again when nothing is left, which is one exit; a busy one does not', () => {
    const { engine, processor, task, ledger: book } = setUp('guest');
    processor.post(task('a', 10), 0, 0);
    processor.post(task('b', 10), 0, 0);
    engine.run();
    expect(processor.halted).toBe(true);
    expect(book.exits[ledger.EXIT_HALT]).toBe(1);
    expect(book.totalExits).toBe(1);
  });
});

describe('code that traps', () => {
  /** Answers each access 1000 cycles later with twice the port's number. */
  function trapping(kind: ProcessorKind = 'guest') {
    const rig = setUp(kind);
    const accesses: number[] = [];
    rig.processor.interceptHandler = {
      intercept(processor) {
        accesses.push(processor.access.port);
        expect(processor.readyAt()).toBe(Infinity);
        const timer = rig.engine.timer({
          handle: () => processor.resume(processor.access.port * 2, rig.engine.now),
        });
        timer.schedule(processor.local + 1000 * CYCLE);
      },
    };
    function* read(port: number): Generator<undefined, number, number> {
      rig.processor.access.port = port;
      return yield;
    }
    return { ...rig, accesses, read };
  }

  test('is suspended until the access is complete, and gets the value', () => {
    const { engine, processor, read, note, ran } = trapping();
    const values: number[] = [];
    function* code(): GuestCode {
      values.push(yield* read(10));
      values.push(yield* read(11));
      note('end');
    }
    processor.start(code(), 0);
    engine.run();
    expect(values).toEqual([20, 22]);
    expect(ran).toEqual([['end', COSTS.haltWake / CYCLE + 2000]]);
    expect(processor.occupied).toBe(false);
  });

  test('one access at a time: tasks and other code wait for the end of it', () => {
    const { engine, processor, read, task, note, accesses, ran } = trapping();
    function* code(port: number): GuestCode {
      yield* read(port);
      note(`after ${port}`);
    }
    processor.start(code(1), 0);
    processor.start(code(2), 0);
    processor.post(task('task'), 0, 0);
    engine.run();
    expect(accesses).toEqual([1, 2]);
    expect(ran.map(([name]) => name)).toEqual(['after 1', 'after 2', 'task']);
  });

  test('an interrupt during a suspended access is taken after the access is complete, before the code goes on', () => {
    const { engine, processor, read, vector, note, ran } = trapping();
    vector(5, 'interrupt');
    function* code(): GuestCode {
      yield* read(1);
      note('after the access');
    }
    processor.start(code(), 0);
    processor.interrupt(5, COSTS.haltWake + 10 * CYCLE);
    engine.run();
    const names = ran.map(([name]) => name);
    expect(names).toEqual(['interrupt', 'after the access']);
    expect(ran[0][1]).toBeGreaterThanOrEqual(COSTS.haltWake / CYCLE + 1000);
  });

  test('a handler that traps is not interrupted itself; the next one comes after it', () => {
    const { engine, processor, read, vector, note, ran } = trapping();
    vector(5, 'first', function* handler(): GuestCode {
      yield* read(1);
      note('first ends');
    });
    vector(4, 'second');
    processor.interrupt(5, 0);
    processor.interrupt(4, COSTS.haltWake + 500 * CYCLE);
    engine.run();
    expect(ran.map(([name]) => name)).toEqual(['first', 'first ends', 'second']);
  });
});

describe('a core with two virtual processors', () => {
  test('lets them take turns, and both charge the same clock', () => {
    const { engine, lp, processor, task, ran } = setUp('bare');
    const other = new VirtualProcessor(lp, 'bare');
    for (let i = 0; i < 3; i++) {
      processor.post(task(`a${i}`, 10), 0, 0);
      other.post(task(`b${i}`, 10), 0, 0);
    }
    engine.run();
    expect(ran.map(([name]) => name)).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2']);
    expect(ran.map(([, at]) => at)).toEqual([0, 10, 20, 30, 40, 50]);
    expect(lp.busy).toBe(60 * CYCLE);
  });

  test('two cores do not wait for one another', () => {
    const { engine, lp, ledger: book, processor, task, ran } = setUp('bare');
    const second = new VirtualProcessor(new LogicalProcessor(engine, book, lp.costs), 'bare');
    processor.post(task('long', 1000), 0, 0);
    second.post({ run: () => ran.push(['other', second.local / CYCLE]) }, 0, 10 * CYCLE);
    engine.run();
    expect(ran).toEqual([
      ['long', 0],
      ['other', 10],
    ]);
  });
});
