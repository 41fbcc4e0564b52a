import TinyQueue from 'tinyqueue';
import { Engine, type Handler, type Timer } from '../machine/engine/engine.ts';
import { EventHeap } from '../machine/engine/heap.ts';
import { DELAYS } from './bench-delays.ts';
import { simjsTandem } from './bench-simjs.ts';
import { simpyTandem } from './bench-simpy.ts';

const OPERATIONS = 300_000;
const ROUNDS = 12;

/** Frames of SimPy's tandem: it is some two hundred times slower. */
const SIMPY_FRAMES = 4_000;
const SIMPY_ROUNDS = 3;

/** What the engine achieves: operations a second, and ratios to others on the same work. */
export interface EngineSpeed {
  /** By events that are pending. */
  holdPerSecond: Record<'16' | '1000' | '100000', number>;
  /** `simpy` only where it is installed. */
  ratio: { tinyqueue: number; simjs: number; simpy?: number };
}

/** Speed of the engine: the hold model (pop one, push one), and ratios to others on the same work. */
export function benchEngine(): EngineSpeed {
  const sizes = [16, 1000, 100_000] as const;
  const frames = 20_000;
  // In turn, so that what else the machine does at a moment is against both sides of a ratio.
  const [tiny, simjs, ours, ...rates] = best([
    () => OPERATIONS / seconds(() => holdTinyQueue(1000)),
    () => frames / seconds(() => simjsTandem(frames, INTERVAL, SERVICE)),
    () => frames / seconds(() => tandem(frames)),
    ...sizes.map((size) => () => OPERATIONS / seconds(() => holdHeap(size))),
  ]);
  return {
    holdPerSecond: { '16': rates[0], '1000': rates[1], '100000': rates[2] },
    ratio: { tinyqueue: rates[1] / tiny, simjs: ours / simjs, ...ratioToSimPy(ours) },
  };
}

/** `ours` is what the engine's tandem achieved, in frames a second. */
function ratioToSimPy(ours: number): { simpy?: number } {
  const rounds = Array.from({ length: SIMPY_ROUNDS }, () =>
    simpyTandem(SIMPY_FRAMES, INTERVAL, SERVICE),
  );
  const rates = rounds.filter((rate) => rate !== undefined);
  return rates.length === 0 ? {} : { simpy: ours / Math.max(...rates) };
}

const INTERVAL = 100_000;
const SERVICE = [90_000, 80_000, 70_000];

function holdHeap(size: number): void {
  const heap = new EventHeap(size);
  let sequence = 0;
  for (let slot = 0; slot < size; slot++) heap.set(slot, DELAYS[slot % 4096], sequence++);
  for (let i = 0; i < OPERATIONS; i++) {
    const time = heap.nextTime;
    heap.set(heap.pop(), time + DELAYS[i % 4096], sequence++);
  }
}

interface Item {
  time: number;
  sequence: number;
}

function holdTinyQueue(size: number): void {
  const queue = new TinyQueue<Item>([], (a, b) => a.time - b.time || a.sequence - b.sequence);
  let sequence = 0;
  for (let i = 0; i < size; i++) queue.push({ time: DELAYS[i % 4096], sequence: sequence++ });
  for (let i = 0; i < OPERATIONS; i++) {
    const item = queue.pop() as Item;
    queue.push({ time: item.time + DELAYS[i % 4096], sequence: sequence++ });
  }
}

/** One server of the tandem: serves frames one at a time and passes them on. */
class Station implements Handler {
  waiting = 0;
  served = 0;
  #timer: Timer;
  #engine: Engine;
  #service: number;
  #next: Station | undefined;

  constructor(engine: Engine, service: number, next?: Station) {
    this.#engine = engine;
    this.#service = service;
    this.#next = next;
    this.#timer = engine.timer(this);
  }

  arrive(): void {
    if (this.waiting++ === 0) this.#timer.schedule(this.#engine.now + this.#service);
  }

  handle(): void {
    this.served++;
    this.#next?.arrive();
    if (--this.waiting > 0) this.#timer.schedule(this.#engine.now + this.#service);
  }
}

class Source implements Handler {
  #left: number;
  #engine: Engine;
  #first: Station;
  #timer: Timer;

  constructor(engine: Engine, frames: number, first: Station) {
    this.#engine = engine;
    this.#left = frames;
    this.#first = first;
    this.#timer = engine.timer(this);
    this.#timer.schedule(0);
  }

  handle(): void {
    this.#first.arrive();
    if (--this.#left > 0) this.#timer.schedule(this.#engine.now + INTERVAL);
  }
}

/** Frames through three servers in a row, on the engine. */
function tandem(frames: number): void {
  const engine = new Engine();
  const last = new Station(engine, SERVICE[2]);
  const middle = new Station(engine, SERVICE[1], last);
  new Source(engine, frames, new Station(engine, SERVICE[0], middle));
  engine.run();
  if (last.served !== frames)
    throw new Error(`the tandem served ${last.served} of ${frames} frames`);
}

function seconds(work: () => void): number {
  const begin = performance.now();
  work();
  return (performance.now() - begin) / 1e3;
}

/** The best result of each of `measures`, over rounds of all of them. */
function best(measures: (() => number)[]): number[] {
  const rounds = Array.from({ length: ROUNDS }, () => measures.map((measure) => measure()));
  return measures.map((_, i) => Math.max(...rounds.map((round) => round[i])));
}
