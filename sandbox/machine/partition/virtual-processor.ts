import {
  COPY,
  EXIT_APIC_ACCESS,
  EXIT_EOI,
  EXIT_EXTERNAL_INTERRUPT,
  EXIT_HALT,
  EXIT_ROOT_EOI,
  EXIT_ROOT_HALT,
  EXIT_ROOT_INTERRUPT,
  EXIT_TIMER,
  GUEST_KERNEL,
  GUEST_USER,
  HYPERVISOR,
  INTERCEPT,
  INTERRUPT,
  ROOT_KERNEL,
  ROOT_USER,
  SCHEDULING,
} from './ledger.ts';
import type { LogicalProcessor } from './logical-processor.ts';
import {
  FROM_DEVICE,
  type InterruptOrigin,
  PendingInterrupts,
  POSTED,
  SIGNALLED,
  VECTORS,
} from './pending-interrupts.ts';
import { VpRegisters } from './registers.ts';
import type { Synic } from './synic.ts';
import { TaskQueue } from './task-queue.ts';

/** A piece of kernel code: runs to its end at one instant and charges what it costs. */
export interface Task {
  /** For whom it works, for the trace; the processor's own partition when left out. */
  place?: string;
  run(processor: VirtualProcessor, arg: number): void;
}

/** Guest code that can be suspended at a trapping access; it is sent the value that was read. */
export type GuestCode = Generator<undefined, void, number>;

/** Who serves a vector. Code that traps is returned as a generator and runs as the handler. */
export interface InterruptService {
  interrupt(processor: VirtualProcessor, vector: number): GuestCode | undefined;
}

/** An access that traps: an `IN` or `OUT` of `size` bytes. */
export interface PortAccess {
  port: number;
  size: number;
  write: boolean;
  value: number;
}

/** Who completes a processor's intercepted accesses: the hypervisor and the software behind it. */
export interface InterceptHandler {
  /** Completes `processor.access` some time after `processor.local`, then calls `processor.resume`. */
  intercept(processor: VirtualProcessor): void;
}

/** In which partition a processor runs; `bare` has no hypervisor under it. */
export type ProcessorKind = 'guest' | 'root' | 'bare';

/**
 * A virtual processor on a logical one. Interrupts come first, then code that was suspended, then tasks
 * in the order in which they became ready. With nothing left it halts, which is an exit of its own.
 */
export class VirtualProcessor {
  readonly lp: LogicalProcessor;
  readonly kind: ProcessorKind;
  /** The actors that its kernel and user code are charged to. */
  readonly kernel: number;
  readonly user: number;
  /** The access that trapped last. One at a time: a processor has one outstanding intercept. */
  readonly access: PortAccess = { port: 0, size: 4, write: false, value: 0 };
  interceptHandler: InterceptHandler | undefined;
  /** Its partition's id and its index there; 0 until it is added to one. */
  partitionId = 0;
  index = 0;
  readonly registers = new VpRegisters();
  synic: Synic | undefined;
  /** RFLAGS.IF outside handlers: while false, pending interrupts wait. */
  interruptsEnabled = true;
  /** Its code runs outside this machine: between accesses it is busy there, and never halts here. */
  outsideCode = false;
  /** Picoseconds for which its code was suspended at an intercepted access, up to the last resumption. */
  interceptedFor = 0;
  #suspendedAt = 0;
  #services: (InterruptService | undefined)[] = new Array(VECTORS);
  #pending = new PendingInterrupts();
  #timerVectors = 0;
  #tasks = new TaskQueue();
  #codes: GuestCode[] = [];
  #values: number[] = [];
  #deferred: GuestCode[] = [];
  #resumeAt = 0;
  #suspended = false;
  #inService = false;
  /** Whether the hypervisor has ended the interrupt in service already, when it delivered it. */
  #ended = false;
  #halted = true;
  /** Whether the guest is out of the processor already, so that an interrupt needs no exit. */
  #outside = false;

  constructor(lp: LogicalProcessor, kind: ProcessorKind) {
    this.lp = lp;
    this.kind = kind;
    this.kernel = kind === 'root' ? ROOT_KERNEL : GUEST_KERNEL;
    this.user = kind === 'root' ? ROOT_USER : GUEST_USER;
    lp.attach(this);
  }

  /** The processor's own clock, in picoseconds: when what it does now takes effect. */
  get local(): number {
    return this.lp.local;
  }

  get halted(): boolean {
    return this.#halted;
  }

  charge(who: number, what: number, cycles: number, detail?: string, bytes?: string): void {
    this.lp.charge(who, what, cycles, detail, bytes);
  }

  /** Copies a frame's `length` bytes, below the guest's stack, at `perByte` cycles each. */
  copyFrame(who: number, length: number, perByte: number, detail?: string): void {
    const { lp } = this;
    lp.ledger.copies++;
    lp.ledger.copiedBytes += length;
    lp.charge(who, COPY, perByte * length, detail);
    lp.move(who, COPY, 2 * length);
  }

  /** Whether the trace records: only then is it worth describing what is charged. */
  get tracing(): boolean {
    return this.lp.engine.trace.recording;
  }

  /** Installs the service of `vector` (0 to 31). A `timer` vector is the guest's clock, not a device. */
  install(vector: number, service: InterruptService, timer = false): void {
    this.#services[vector] = service;
    if (timer) this.#timerVectors |= 1 << vector;
  }

  /**
   * `vector` becomes pending at `at`. `autoEoi` ones need no end of interrupt: their SINT has it done at
   * delivery.
   */
  interrupt(
    vector: number,
    at: number,
    origin: InterruptOrigin = SIGNALLED,
    autoEoi = false,
  ): void {
    if (this.#pending.request(vector, at, origin, autoEoi)) this.#wake();
  }

  /** Takes a pending interrupt back: a level that fell before it was served. */
  retract(vector: number): void {
    this.#pending.remove(vector);
  }

  /** Has `task.run` called with `arg` once the processor gets to it, at `at` or later. */
  post(task: Task, arg: number, at: number): void {
    this.#tasks.push(task, arg, at);
    this.#wake();
  }

  /**
   * Starts trapping code at `at`. While other code is under way it waits for the next one to end, and
   * then runs before what that one interrupted: the order of a deferred half after its interrupt.
   */
  start(code: GuestCode, at: number): void {
    if (this.#codes.length > 0) {
      this.#deferred.push(code);
      return;
    }
    this.#codes.push(code);
    this.#values.push(0);
    this.#resumeAt = at;
    this.#wake();
  }

  /** Whether trapping code is under way. */
  get occupied(): boolean {
    return this.#codes.length > 0;
  }

  /** An intercepted access is complete: the guest goes on at `at`, with `value` if it was a read. */
  resume(value: number, at: number): void {
    this.#values[this.#values.length - 1] = value;
    this.#suspended = false;
    this.interceptedFor += at - this.#suspendedAt;
    this.#outside = true;
    this.#resumeAt = at;
    this.#wake();
  }

  /** When it can next do something, in picoseconds; Infinity when it has nothing to do. */
  readyAt(): number {
    if (this.#suspended) return Infinity;
    let at = this.#codes.length > 0 ? this.#resumeAt : this.#tasks.readyAt;
    if (this.#pending.bits !== 0 && this.#interruptible()) {
      const due = this.#pending.due(this.#nextVector(), this.#interruptibleFrom());
      if (due < at) at = due;
    }
    if (!this.#halted || at === Infinity) return at;
    const { haltWake, rootWake } = this.lp.costs;
    return at + (this.kind === 'guest' ? haltWake : this.kind === 'root' ? rootWake : 0);
  }

  /** Runs one piece of code. Called by the logical processor. */
  step(now: number): void {
    this.#outside ||= this.#halted;
    this.#halted = false;
    if (this.#pending.bits !== 0 && this.#interruptible()) {
      const vector = this.#nextVector();
      if (this.#pending.due(vector, this.#interruptibleFrom()) <= now) return this.#take(vector);
    }
    this.#outside = false;
    if (this.#codes.length > 0) this.#continue();
    else this.#tasks.runNext(this);
  }

  /** Nothing left to do: the idle loop halts the processor. */
  goIdle(): void {
    if (this.#halted || this.#suspended || this.outsideCode) return;
    this.#halted = true;
    if (this.kind === 'bare') return;
    this.lp.ledger.exits[this.kind === 'guest' ? EXIT_HALT : EXIT_ROOT_HALT]++;
    this.charge(HYPERVISOR, SCHEDULING, this.lp.costs.vmexit, 'halt');
  }

  /** An access to the local APIC that the hypervisor completes itself. */
  apicAccess(): void {
    if (this.kind === 'bare' || this.lp.costs.apicVirtualization) return;
    this.lp.ledger.exits[EXIT_APIC_ACCESS]++;
    this.charge(HYPERVISOR, INTERCEPT, this.lp.costs.exitInHypervisor, 'local APIC');
  }

  /** Tells the core, unless it is running something and looks afterwards anyway. */
  #wake(): void {
    if (!this.lp.running) this.lp.wake(this.readyAt());
  }

  #interruptible(): boolean {
    return this.interruptsEnabled && !this.#inService;
  }

  /** Code that is being resumed is not interrupted before it is back in the processor. */
  #interruptibleFrom(): number {
    return this.#codes.length > 0 ? this.#resumeAt : 0;
  }

  #nextVector(): number {
    return this.#pending.next(this.lp.engine.now, this.#interruptibleFrom());
  }

  #take(vector: number): void {
    const pending = this.#pending;
    pending.remove(vector);
    const costs = this.lp.costs;
    const timer = (this.#timerVectors & (1 << vector)) !== 0;
    if (this.kind !== 'bare') this.#deliver(pending.originOf(vector), timer);
    if (this.kind !== 'root' && !timer) this.lp.ledger.interrupts++;
    this.#outside = false;
    this.#ended = pending.endsItself(vector);
    if (this.#ended) this.synic?.scan(this.local);
    this.charge(this.kernel, INTERRUPT, costs.interruptHandler);
    const code = this.#services[vector]?.interrupt(this, vector);
    if (code === undefined) return this.#endOfInterrupt();
    this.#inService = true;
    this.#codes.push(code);
    this.#values.push(0);
    this.#resumeAt = this.local;
  }

  /**
   * A running processor leaves the guest for an interrupt that is not posted. A device's is a physical one:
   * the hypervisor takes it and looks for whose it is, also where the processor is out of the guest already.
   */
  #deliver(origin: InterruptOrigin, timer: boolean): void {
    const { costs, ledger } = this.lp;
    const exits = ledger.exits;
    if (this.kind === 'root') exits[EXIT_ROOT_INTERRUPT]++;
    else if (timer) exits[EXIT_TIMER]++;
    else if (origin !== POSTED && !this.#outside) exits[EXIT_EXTERNAL_INTERRUPT]++;
    if (origin === FROM_DEVICE || (origin === SIGNALLED && !this.#outside))
      this.charge(HYPERVISOR, INTERRUPT, costs.externalInterruptExit, 'external interrupt');
    this.charge(HYPERVISOR, INTERRUPT, costs.interruptInject, 'inject');
  }

  #endOfInterrupt(): void {
    const { costs, ledger } = this.lp;
    if (this.kind === 'bare' || this.#ended) return;
    if (!costs.apicVirtualization) ledger.exits[this.kind === 'root' ? EXIT_ROOT_EOI : EXIT_EOI]++;
    this.charge(HYPERVISOR, INTERRUPT, costs.endOfInterrupt, 'end of interrupt');
    this.synic?.scan(this.local);
  }

  /** Continues the innermost trapping code until it traps again or ends. */
  #continue(): void {
    const top = this.#codes.length - 1;
    const code = this.#codes[top];
    if (code.next(this.#values[top]).done === true) {
      this.#codes.pop();
      this.#values.pop();
      const deferred = this.#deferred.shift();
      if (deferred !== undefined) {
        this.#codes.push(deferred);
        this.#values.push(0);
      }
      if (this.#inService) {
        this.#inService = false;
        this.#endOfInterrupt();
      }
      this.#resumeAt = this.local;
      return;
    }
    this.#suspended = true;
    const { registers, access } = this;
    registers.loadOperands(access.port, access.size, access.write, access.value);
    registers.setInterruptFlag(this.#interruptible());
    this.interceptHandler?.intercept(this);
    this.#suspendedAt = this.local;
  }
}
