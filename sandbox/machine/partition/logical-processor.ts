import type { Engine, Handler, Timer } from '../engine/engine.ts';
import { MemoryBus } from '../memory/memory-bus.ts';
import type { Costs } from './costs.ts';
import type { Ledger } from './ledger.ts';
import type { VirtualProcessor } from './virtual-processor.ts';

/**
 * A core. Code on it runs at an instant, charges cycles, and the core is busy until they are spent.
 *
 * `local` is the core's own clock while code runs: it starts at the engine's present and advances with
 * every charge. What the code does to the outside takes effect at `local`.
 */
export class LogicalProcessor implements Handler {
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly costs: Costs;
  readonly memory: MemoryBus;
  local = 0;
  busyUntil = 0;
  /** Whose work it is on, for the trace: the partition of its processor, or what a task says. */
  place: string | undefined;
  /** Picoseconds spent on work, for utilisation. */
  busy = 0;
  /** Whether code runs on it now. */
  running = false;
  #picosecondsPerCycle: number;
  #processors: VirtualProcessor[] = [];
  #turn = 0;
  #timer: Timer;

  constructor(engine: Engine, ledger: Ledger, costs: Costs, memory = new MemoryBus()) {
    this.engine = engine;
    this.ledger = ledger;
    this.costs = costs;
    this.memory = memory;
    this.#picosecondsPerCycle = 1e12 / costs.hertz;
    this.#timer = engine.timer(this);
  }

  /** Lets `processor` run here. Called by its constructor. */
  attach(processor: VirtualProcessor): void {
    this.#processors.push(processor);
  }

  /** Spends `cycles` on `what` for `who`; `detail` and `bytes` (hex) are kept while the trace records. */
  charge(who: number, what: number, cycles: number, detail?: string, bytes?: string): void {
    this.ledger.charge(who, what, cycles);
    const start = this.local;
    this.local = start + Math.round(cycles * this.#picosecondsPerCycle);
    const { trace } = this.engine;
    if (trace.recording) trace.step(who, what, start, this.local, detail, bytes, this.place);
  }

  /**
   * Code for `who` moves `bytes` to or from memory as part of `what`: stalls, at that row's cost, while the
   * memory is behind. What the moving itself costs is charged apart.
   */
  move(who: number, what: number, bytes: number): void {
    const wait = this.memory.move(bytes, this.engine.now, this.local);
    if (wait === 0) return;
    this.ledger.stall(who, what, this.cyclesIn(wait));
    this.local += wait;
  }

  /** Cycles of this core in `picoseconds`. */
  cyclesIn(picoseconds: number): number {
    return picoseconds / this.#picosecondsPerCycle;
  }

  /** Something for one of its virtual processors will be ready at `at`: look again then. */
  wake(at: number): void {
    if (this.running || at === Infinity) return;
    const when = Math.max(at, this.busyUntil, this.engine.now);
    if (!this.#timer.pending || this.#timer.due > when) this.#timer.schedule(when);
  }

  /** One turn: the next ready virtual processor runs one piece of code. */
  handle(): void {
    const now = this.engine.now;
    this.local = now;
    this.running = true;
    const processor = this.#next(now);
    processor?.step(now);
    let next = this.#earliest();
    if (next === Infinity) {
      for (const idle of this.#processors) idle.goIdle();
      next = this.#earliest();
    }
    this.running = false;
    this.busy += this.local - now;
    this.busyUntil = this.local;
    if (next !== Infinity) this.#timer.schedule(Math.max(next, this.busyUntil));
  }

  #next(now: number): VirtualProcessor | undefined {
    const all = this.#processors;
    if (all.length === 1) return all[0].readyAt() <= now ? all[0] : undefined;
    for (let i = 0; i < all.length; i++) {
      const at = (this.#turn + i) % all.length;
      if (all[at].readyAt() <= now) {
        this.#turn = at + 1;
        return all[at];
      }
    }
    return undefined;
  }

  #earliest(): number {
    const all = this.#processors;
    if (all.length === 1) return all[0].readyAt();
    let earliest = Infinity;
    for (const processor of all) {
      const at = processor.readyAt();
      if (at < earliest) earliest = at;
    }
    return earliest;
  }
}
