import type { BusMaster } from '../machine/devices/dec21140/device.ts';
import type { WorkerProcess } from '../machine/host/worker-process.ts';
import type { MacAddress } from '../machine/net/frame.ts';
import { ACTORS, type Ledger } from '../machine/partition/ledger.ts';
import { CS_WORDS, PROTECTED_MODE_KERNEL, REGISTER_RIP } from '../machine/partition/registers.ts';
import type {
  GuestCode,
  InterruptService,
  VirtualProcessor,
} from '../machine/partition/virtual-processor.ts';
import { plugEmulatedAdapter } from './emulated-adapter.ts';
import { HyperVHost } from './host.ts';
import { costsOf, findProfile } from './profiles.ts';
import { UsageError } from './usage.ts';

/** Vector of the adapter's interrupt on the child's processor. */
const PIN_VECTOR = 8;
const MAX_FRAME = 1514;
/** Events that one access may take before the machine counts as broken. */
const MAX_EVENTS = 100_000;

/** What an `OutsideGuest` needs from the outside. */
export interface OutsideGuestOptions {
  /** The guest's memory, wherever it is. Nothing in it may throw. */
  memory: BusMaster;
  macAddress: MacAddress;
  /** Cost profile; 'sandybridge-2012' when left out. */
  profile?: string;
  /** Line rate, Gb/s; 10 when left out. */
  lineGbps?: number;
  /**
   * The level of the adapter's interrupt pin has changed. Called while an access or `advance` is under
   * way: it may not make an access itself.
   */
  pinChanged?: (level: boolean) => void;
  /** A frame has reached the far end: its bytes, without FCS, a copy. May call `sendFromWire`. */
  frameOnWire?: (frame: Uint8Array) => void;
  /** Steps that the trace keeps; it records when this is not 0. */
  traceSteps?: number;
}

/** What the latest access took. */
export interface AccessCost {
  /** From the instruction to the one behind it. */
  picoseconds: number;
  /** Cycles by actor, in the ledger's order. */
  cycles: Float64Array;
}

/**
 * A guest whose processor and memory are outside this machine, such as another emulator's. It makes its
 * port accesses here: each one is an exit, an intercept message, the worker process and a hypercall,
 * with their costs, and returns when it is complete. The machine's clock moves on meanwhile; for the
 * time that the guest spends on its own, call `advance`.
 *
 * The guest's code is not run here, so its driver, stack and halts are charged to nobody. Interrupts
 * are modelled from the pin: each rise is one injection with the acknowledge and the end of interrupt
 * that a handler makes, charged when it rises; while the level stays high no other one follows. When
 * the guest really takes it is not known here and does not matter to the sum.
 */
export class OutsideGuest implements InterruptService {
  readonly host: HyperVHost;
  readonly ledger: Ledger;
  readonly worker: WorkerProcess;
  /**
   * The child partition's processor. Its `registers` are those in the message: of a 32-bit kernel, as
   * long as the guest does not put its own in before an access.
   */
  readonly processor: VirtualProcessor;
  readonly lastAccess: AccessCost = { picoseconds: 0, cycles: new Float64Array(ACTORS.length) };
  #before = new Float64Array(ACTORS.length);
  #value = 0;
  #done = false;
  #pinChanged: ((level: boolean) => void) | undefined;

  /** @throws UsageError for a profile that does not exist */
  constructor(options: OutsideGuestOptions) {
    const { memory, macAddress, profile = 'sandybridge-2012' } = options;
    this.host = new HyperVHost({
      costs: costsOf(findProfile(profile)),
      lineGbps: options.lineGbps ?? 10,
      rootCores: 1,
      maxFrame: MAX_FRAME,
      guestBytes: 0,
      postedInterrupts: false,
      traceSteps: options.traceSteps,
    });
    this.host.engine.trace.recording = (options.traceSteps ?? 0) > 0;
    this.ledger = this.host.ledger;
    this.#pinChanged = options.pinChanged;
    this.processor = this.#addProcessor();
    const partition = this.host.hypervisor.createPartition();
    partition.add(this.processor);
    this.worker = plugEmulatedAdapter(this.host, {
      partition,
      memory,
      switch: this.host.newVMSwitch(),
      root: this.host.root[0],
      interrupt: { processor: this.processor, vector: PIN_VECTOR },
      macAddress,
      onPin: (level) => this.#pin(level),
    });
    this.host.connectPeer({
      receive: (address, length) => this.#onWire(address, length, options.frameOnWire),
    });
    this.#start();
  }

  /** `IN`: reads `size` bytes (1, 2 or 4) at `port`, unsigned. */
  read(port: number, size: number): number {
    const { access } = this.processor;
    access.write = false;
    return this.#access(port, size);
  }

  /** `OUT`: writes the low `size` bytes of `value` to `port`. */
  write(port: number, size: number, value: number): void {
    const { access } = this.processor;
    access.write = true;
    access.value = value >>> 0;
    this.#access(port, size);
  }

  /** The level of the adapter's interrupt pin. */
  get pin(): boolean {
    return this.worker.device.pin;
  }

  /** The present, in picoseconds. */
  get now(): number {
    return this.host.engine.now;
  }

  /** The guest runs code of its own for `picoseconds` (whole, 0 or more); timers and frames go on. */
  advance(picoseconds: number): void {
    const { engine } = this.host;
    engine.run(engine.now + Math.max(0, Math.round(picoseconds)));
  }

  /**
   * A frame (without FCS, at most 1514 bytes) from the far end of the link; it arrives as time goes on.
   * @returns false when it is too long or the link has no room: the frame is lost
   */
  sendFromWire(frame: Uint8Array): boolean {
    const { lineIn, memory, engine } = this.host;
    const at = frame.length > MAX_FRAME ? -1 : lineIn.claim();
    if (at < 0) return false;
    memory.bytes.set(frame, at);
    lineIn.send(frame.length, engine.now);
    return true;
  }

  /** The hypervisor has injected the interrupt: the handler's acknowledge, and no other one yet. */
  interrupt(processor: VirtualProcessor): undefined {
    processor.interruptsEnabled = false;
    processor.apicAccess();
    return undefined;
  }

  #addProcessor(): VirtualProcessor {
    const processor = this.host.addGuestCore('guest');
    processor.install(PIN_VECTOR, this);
    processor.interruptsEnabled = false;
    processor.outsideCode = true;
    const { registers } = processor;
    registers.executionState = PROTECTED_MODE_KERNEL;
    registers.setSegment(CS_WORDS, 0x60, 0xc09b);
    registers.set(REGISTER_RIP, 0xc1000000);
    return processor;
  }

  /** The processor leaves its halt once, here: it never halts again. */
  #start(): void {
    const { engine } = this.host;
    this.processor.post({ run: () => {} }, 0, engine.now);
    engine.run();
    this.ledger.reset();
  }

  #pin(level: boolean): void {
    this.processor.interruptsEnabled = level;
    this.#pinChanged?.(level);
  }

  #access(port: number, size: number): number {
    const { engine } = this.host;
    if (size !== 1 && size !== 2 && size !== 4)
      throw new UsageError(`size: ${size} is not 1, 2 or 4`);
    this.processor.access.port = port & 0xffff;
    this.processor.access.size = size;
    const { cycles } = this.lastAccess;
    for (let who = 0; who < cycles.length; who++) this.#before[who] = this.ledger.cyclesOf(who);
    const start = Math.max(engine.now, this.processor.lp.busyUntil);
    this.#done = false;
    this.processor.start(this.#instruction(), start);
    engine.run(Infinity, MAX_EVENTS);
    if (!this.#done) throw new UsageError(`port ${port.toString(16)}: the access never ended`);
    for (let who = 0; who < cycles.length; who++)
      cycles[who] = this.ledger.cyclesOf(who) - this.#before[who];
    this.lastAccess.picoseconds = engine.now - start;
    return this.#value;
  }

  /** One `IN` or `OUT` as guest code. */
  *#instruction(): GuestCode {
    this.#value = (yield) >>> 0;
    this.#done = true;
    this.host.engine.stop();
  }

  #onWire(address: number, length: number, handler?: (frame: Uint8Array) => void): void {
    handler?.(this.host.memory.bytes.slice(address, address + length));
  }
}
