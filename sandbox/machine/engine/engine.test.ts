import { describe, expect, test } from 'vitest';
import { Engine, EngineError, type Handler } from './engine.ts';

/** Notes what fires: [tag, argument, time]. */
class Recorder implements Handler {
  readonly fired: [number, number, number][] = [];
  readonly engine: Engine;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  handle(tag: number, arg: number): void {
    this.fired.push([tag, arg, this.engine.now]);
  }
}

/** A timer that schedules itself again after `step` picoseconds. */
class Clockwork implements Handler {
  ticks = 0;
  readonly engine: Engine;
  readonly step: number;
  readonly timer;

  constructor(engine: Engine, step: number) {
    this.engine = engine;
    this.step = step;
    this.timer = engine.timer(this);
  }

  handle(): void {
    this.ticks++;
    this.timer.schedule(this.engine.now + this.step);
  }
}

describe('Timer', () => {
  test('calls its handler with its tag and the argument, at its time', () => {
    const engine = new Engine();
    const recorder = new Recorder(engine);
    engine.timer(recorder, 5).schedule(1000, 42);
    engine.timer(recorder, 6).schedule(500);
    engine.run();
    expect(recorder.fired).toEqual([
      [6, 0, 500],
      [5, 42, 1000],
    ]);
    expect(engine.events).toBe(2);
  });

  test('a background timer fires in its turn, and does not keep a machine from its rest', () => {
    const engine = new Engine();
    const recorder = new Recorder(engine);
    const background = engine.timer(recorder, 1, true);
    const work = engine.timer(recorder, 2);
    background.schedule(10);
    work.schedule(20);
    work.schedule(30);
    engine.run();
    expect(recorder.fired.map(([tag]) => tag)).toEqual([1, 2]);
    background.schedule(40);
    engine.run();
    expect(engine.now).toBe(30);
    engine.run(50);
    expect(recorder.fired.length).toBe(3);
    work.schedule(60);
    work.cancel();
    background.schedule(70);
    engine.run();
    expect(engine.now).toBe(50);
  });

  test('equal times fire in the order in which they were scheduled', () => {
    const engine = new Engine();
    const recorder = new Recorder(engine);
    const timers = Array.from({ length: 100 }, (_, tag) => engine.timer(recorder, tag));
    const order = timers.map((_, i) => (i * 37) % 100);
    for (const tag of order) timers[tag].schedule(7);
    engine.run();
    expect(recorder.fired.map(([tag]) => tag)).toEqual(order);
  });

  test('is pending at most once: scheduling it again moves it and replaces the argument', () => {
    const engine = new Engine();
    const recorder = new Recorder(engine);
    const timer = engine.timer(recorder);
    timer.schedule(10, 1);
    timer.schedule(20, 2);
    expect(timer.due).toBe(20);
    timer.schedule(5, 3);
    engine.run();
    expect(recorder.fired).toEqual([[0, 3, 5]]);
  });

  test('does not fire once cancelled', () => {
    const engine = new Engine();
    const recorder = new Recorder(engine);
    const timer = engine.timer(recorder);
    timer.schedule(10);
    expect(timer.pending).toBe(true);
    timer.cancel();
    timer.cancel();
    expect(timer.pending).toBe(false);
    expect(timer.due).toBeNaN();
    engine.run();
    expect(recorder.fired).toEqual([]);
  });

  test('is not pending while its own handler runs, and may be scheduled there for the present', () => {
    const engine = new Engine();
    const pending: boolean[] = [];
    const timer = engine.timer({
      handle(): void {
        pending.push(timer.pending);
        if (pending.length < 3) timer.schedule(engine.now);
      },
    });
    timer.schedule(3);
    engine.run();
    expect(pending).toEqual([false, false, false]);
    expect(engine.now).toBe(3);
  });

  test('keeps arguments apart when there are more timers than the first table holds', () => {
    const engine = new Engine();
    const recorder = new Recorder(engine);
    for (let i = 0; i < 300; i++) engine.timer(recorder, i).schedule(i, -i);
    engine.run();
    expect(recorder.fired).toEqual(Array.from({ length: 300 }, (_, i) => [i, -i, i]));
  });
});

describe('Engine.schedule', () => {
  test.each([
    ['the past', 99],
    ['a fraction of a picosecond', 100.5],
    ['no number', Number.NaN],
    ['infinity', Infinity],
    ['a number beyond 2^53, where picoseconds are not whole any more', 2 ** 54],
  ])('refuses %s', (_name, time) => {
    const engine = new Engine();
    engine.run(100);
    const timer = engine.timer(new Recorder(engine));
    expect(() => timer.schedule(time)).toThrow(EngineError);
    expect(timer.pending).toBe(false);
  });

  test('accepts the present', () => {
    const engine = new Engine();
    engine.run(100);
    const recorder = new Recorder(engine);
    engine.timer(recorder).schedule(100);
    engine.run();
    expect(recorder.fired).toEqual([[0, 0, 100]]);
  });
});

describe('Engine.run', () => {
  test('stands at the last event when nothing is left', () => {
    const engine = new Engine();
    engine.timer(new Recorder(engine)).schedule(70);
    engine.run();
    expect(engine.now).toBe(70);
  });

  test('up to a time: takes events at it, leaves later ones, and stands there', () => {
    const engine = new Engine();
    const recorder = new Recorder(engine);
    for (const time of [10, 20, 21]) engine.timer(recorder).schedule(time);
    engine.run(20);
    expect(recorder.fired.map(([, , time]) => time)).toEqual([10, 20]);
    engine.run(20);
    expect(engine.now).toBe(20);
    engine.run(1000);
    expect(recorder.fired).toHaveLength(3);
    expect(engine.now).toBe(1000);
  });

  test('stop ends it after the event in hand; the next run goes on', () => {
    const engine = new Engine();
    const clock = new Clockwork(engine, 10);
    clock.timer.schedule(0);
    const stopper = engine.timer({ handle: () => engine.stop() });
    stopper.schedule(35);
    engine.run();
    expect([engine.now, clock.ticks]).toEqual([35, 4]);
    engine.run(100);
    expect(clock.ticks).toBe(11);
  });

  test('throws after maxEvents events, and not for a machine that comes to rest with them', () => {
    const engine = new Engine();
    const clock = new Clockwork(engine, 0);
    clock.timer.schedule(0);
    expect(() => engine.run(Infinity, 50)).toThrow(EngineError);
    expect(clock.ticks).toBe(50);
    const calm = new Engine();
    for (let i = 0; i < 50; i++) calm.timer(new Recorder(calm)).schedule(i);
    calm.run(Infinity, 50);
    expect(calm.events).toBe(50);
  });
});
