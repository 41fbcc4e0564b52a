import { ConfigurationPorts } from '../bus/pci/configuration-ports.ts';
import { IoWindow } from '../bus/pci/io-window.ts';
import { PortSpace } from '../bus/port-space.ts';
import { type BusMaster, Dec21140, type Dec21140Host } from '../devices/dec21140/device.ts';
import type { Phy } from '../devices/dec21140/phy.ts';
import { type BoardDescription, makeSerialRom } from '../devices/dec21140/serial-rom-image.ts';
import { WINDOW } from '../devices/dec21140/spec.ts';
import { type HostMemory, PAGE_SIZE } from '../memory/host-memory.ts';
import { type MacAddress, macBytes } from '../net/frame.ts';
import { emulationCycles } from '../partition/costs.ts';
import { SetVpRegistersInput } from '../partition/hypercalls.ts';
import type { Hypervisor, InterruptTarget } from '../partition/hypervisor.ts';
import { completeAccess } from '../partition/intercept-completion.ts';
import { InterceptReader } from '../partition/intercept-message.ts';
import type { PortService } from '../partition/intercepts.ts';
import { CONTEXT_SWITCH, EMULATION, SYSTEM_CALL } from '../partition/ledger.ts';
import type { Task, VirtualProcessor } from '../partition/virtual-processor.ts';
import type { ExternalPort } from './external-port.ts';
import type { MessageThreads } from './intercept-service.ts';
import type { VirtualSwitch } from './virtual-switch.ts';
import { WorkerFrames } from './worker-frames.ts';

/**
 * Where the adapter is on the virtual machine's PCI bus. That a generation 1 machine has its legacy
 * adapter at device 10 is an assumption, from listings of such machines.
 */
export const ADAPTER_DEVICE = 10;

/** What a thread was woken for: frames, or the index of the processor whose message it is. */
const WORK_FRAMES = -1;
/** Or for a timer of the model that has run out: it may have sent frames or moved the pin. */
const WORK_TIMER = -2;
/** Frames of such timers that can wait for the thread. */
const LATE_FRAMES = 64;

/** What a worker process is made of. */
export interface WorkerOptions {
  hypervisor: Hypervisor;
  /** The root's own memory: message slots, buffers, the page for hypercall input. */
  host: HostMemory;
  /** The guest's memory as the chip's bus master sees it. */
  memory: BusMaster;
  /** The root's processor on which its threads run. */
  processor: VirtualProcessor;
  switch: VirtualSwitch;
  external: ExternalPort;
  /** The guest's processor and vector behind the device's interrupt pin. */
  interrupt: InterruptTarget;
  macAddress: MacAddress;
  /** What the serial ROM says of the board; the usual one when left out. */
  board?: BoardDescription;
  phys?: ReadonlyMap<number, Phy>;
  /** Told of each change of the interrupt pin, when the access or frame that caused it is handled. */
  onPin?: (level: boolean) => void;
}

/**
 * The virtual machine's worker process: threads in the root's user mode that complete the guest's
 * intercepted port accesses with a device model, and move frames between the model and the switch.
 *
 * What an access was it learns from the bytes of the intercept message and from nothing else.
 */
export class WorkerProcess implements PortService, MessageThreads, Task, Dec21140Host {
  readonly device: Dec21140;
  /** The virtual machine's I/O ports, as far as this process emulates them. */
  readonly ports = new PortSpace();
  /** Its port of the virtual switch. */
  readonly frames: WorkerFrames;
  #hypervisor: Hypervisor;
  #processor: VirtualProcessor;
  #interrupt: InterruptTarget;
  #onPin: ((level: boolean) => void) | undefined;
  #window: IoWindow;
  #message: InterceptReader;
  #slots: number[] = [];
  #input: SetVpRegistersInput;
  #running: VirtualProcessor | undefined;
  #pinChanged = false;
  #pinPassed = false;
  /** What the model did by a timer, until the thread runs. */
  #late: Uint8Array[] = [];
  #lateWoken = false;

  constructor(options: WorkerOptions) {
    const { host, processor, macAddress } = options;
    this.#hypervisor = options.hypervisor;
    this.#processor = processor;
    this.#interrupt = options.interrupt;
    this.#onPin = options.onPin;
    this.#message = new InterceptReader(host);
    this.#input = new SetVpRegistersInput(host, host.allocate(PAGE_SIZE));
    this.frames = new WorkerFrames(host, options.switch, options.external, (from) =>
      this.#processor.post(this, WORK_FRAMES, from.local),
    );
    this.device = new Dec21140({
      engine: processor.lp.engine,
      memory: options.memory,
      host: this,
      serialRom: makeSerialRom({ ...options.board, macAddress: macBytes(macAddress) }),
      phys: options.phys,
    });
    const { configuration } = this.device;
    this.#window = new IoWindow(configuration, 0, WINDOW, this.device);
    const bridge = new ConfigurationPorts();
    bridge.add(ADAPTER_DEVICE, 0, configuration);
    this.ports.add(this.#window);
    this.ports.add(bridge);
  }

  /** Frames for the guest that found no free buffer, or that the device did not take. */
  get dropped(): number {
    return this.frames.dropped;
  }

  claims(port: number): boolean {
    return this.ports.at(port) !== undefined;
  }

  /** The kernel has a message for the thread of processor `vpIndex`. */
  wake(processor: VirtualProcessor, vpIndex: number, slot: number): void {
    this.#slots[vpIndex] = slot;
    processor.post(this, vpIndex, processor.local);
  }

  /** The thread runs: switched to, does its work in user mode, blocks again. */
  run(processor: VirtualProcessor, work: number): void {
    this.#running = processor;
    this.#switchThread(processor, "wake the worker's thread");
    if (work >= 0) this.#emulate(processor, this.#slots[work]);
    else {
      if (work === WORK_FRAMES) this.frames.receive(processor, this.device);
      else this.#sendLate(processor);
      this.#passPin(processor);
    }
    this.#switchThread(processor, "the worker's thread waits");
    this.#running = undefined;
  }

  /** The model transmits a frame. */
  transmit(buffer: Uint8Array, length: number): void {
    if (this.#running !== undefined) this.frames.transmit(this.#running, buffer, length);
    else if (this.#late.length === LATE_FRAMES) this.frames.dropped++;
    else {
      this.#late.push(buffer.slice(0, length));
      this.#wakeLate();
    }
  }

  /** The pin's level is passed on when the access that changed it is complete. */
  interruptPin(): void {
    this.#pinChanged = true;
    if (this.#running === undefined) this.#wakeLate();
  }

  #wakeLate(): void {
    if (this.#lateWoken) return;
    this.#lateWoken = true;
    this.#processor.post(this, WORK_TIMER, this.#processor.lp.engine.now);
  }

  #sendLate(processor: VirtualProcessor): void {
    this.#lateWoken = false;
    for (const frame of this.#late) this.frames.transmit(processor, frame, frame.length);
    this.#late.length = 0;
  }

  /** Decode the message at `slot`, access the device, write back the registers, let the guest go on. */
  #emulate(processor: VirtualProcessor, slot: number): void {
    const message = this.#message;
    message.at = slot;
    const { costs } = processor.lp;
    const { port, size, write } = message;
    const step = Math.floor(emulationCycles(costs) / 2);
    const detail = processor.tracing ? describe(message) : undefined;
    processor.charge(processor.user, EMULATION, emulationCycles(costs) - step, detail);
    if (write) {
      const value = message.accumulator;
      this.#chargeAccess(processor, step, port, '<-', value);
      this.ports.write(port, size, value);
      this.#passPin(processor);
      this.#complete(processor);
      return;
    }
    const value = this.ports.read(port, size);
    this.#chargeAccess(processor, step, port, '->', value);
    this.#passPin(processor);
    this.#complete(processor, value);
  }

  #chargeAccess(
    processor: VirtualProcessor,
    cycles: number,
    port: number,
    arrow: string,
    value: number,
  ): void {
    const detail = processor.tracing ? this.#describe(port, arrow, value) : undefined;
    processor.charge(processor.user, EMULATION, cycles, detail);
  }

  /** One hypercall: the registers after the instruction, and the end of the suspension. */
  #complete(processor: VirtualProcessor, value?: number): void {
    const input = this.#input;
    processor.charge(processor.kernel, SYSTEM_CALL, processor.lp.costs.syscall);
    completeAccess(input, this.#message, value);
    this.#hypervisor.setVpRegisters(processor, input);
  }

  /** The pin is a level: a rise costs a hypercall, and while it is high the interrupt stays pending. */
  #passPin(processor: VirtualProcessor): void {
    const { processor: guest, vector } = this.#interrupt;
    const { pin } = this.device;
    if (pin !== this.#pinPassed) {
      this.#pinPassed = pin;
      this.#onPin?.(pin);
    }
    if (!pin) guest.retract(vector);
    else if (this.#pinChanged) this.#hypervisor.assertInterrupt(processor, this.#interrupt);
    else guest.interrupt(vector, processor.local);
    this.#pinChanged = false;
  }

  #switchThread(processor: VirtualProcessor, why: string): void {
    const { ledger, costs } = processor.lp;
    ledger.contextSwitches++;
    const detail = processor.tracing ? why : undefined;
    processor.charge(processor.kernel, CONTEXT_SWITCH, costs.threadSwitch, detail);
  }

  /** What an access did, such as `CSR1 <- 0`. */
  #describe(port: number, arrow: string, value: number): string {
    const register = (port - this.device.configuration.bar(0)) >>> 3;
    const name = this.#window.claims(port) ? `CSR${register}` : `port ${port.toString(16)}`;
    return `${name} ${arrow} ${value.toString(16)}`;
  }
}

function describe(message: InterceptReader): string {
  const { port, size, write } = message;
  const value = write ? `, RAX ${message.accumulator.toString(16)}` : '';
  return `decode: ${write ? 'OUT' : 'IN'} of ${size} to port ${port.toString(16)}${value}`;
}
