import {
  COMMAND_BUS_MASTER,
  COMMAND_IO,
  PCI_BAR,
  PCI_COMMAND,
} from '../bus/pci/configuration-space.ts';
import { type BusMaster, Dec21140, type Dec21140Host } from '../devices/dec21140/device.ts';
import { makeSerialRom } from '../devices/dec21140/serial-rom-image.ts';
import { SHORTEST_FRAME, WINDOW } from '../devices/dec21140/spec.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import type { HostMemory } from '../memory/host-memory.ts';
import { ScatterList, type ScatterOwner } from '../memory/scatter-list.ts';
import { type MacAddress, macBytes } from '../net/frame.ts';
import type { Hypervisor, PortService, SignalTarget } from '../partition/hypervisor.ts';
import { CONTEXT_SWITCH, COPY, EMULATION, SYSTEM_CALL } from '../partition/ledger.ts';
import type {
  InterruptService,
  PortAccess,
  Task,
  VirtualProcessor,
} from '../partition/virtual-processor.ts';
import type { ExternalPort } from './pf-driver.ts';
import type { SwitchPort, VirtualSwitch } from './virtual-switch.ts';

/** Vector on which the root takes intercept messages (the SynIC's SINT 0). */
export const INTERCEPT_VECTOR = 0;

/** Buffers that the worker shares with the switch, in each direction. */
const TRANSMIT_BUFFERS = 64;
const RECEIVE_BUFFERS = 128;
const BUFFER_SIZE = 2048;

/** What the worker's thread was woken for. */
const WORK_INTERCEPT = 0;
const WORK_FRAMES = 1;

/**
 * The virtual machine's worker process: a thread in the root's user mode that completes the guest's
 * intercepted port accesses with a device model, and moves frames between the model and the switch.
 */
export class WorkerProcess
  implements PortService, Task, InterruptService, SwitchPort, ScatterOwner, Dec21140Host
{
  readonly device: Dec21140;
  /** Frames for the guest that found no free buffer, or that the device did not take. */
  dropped = 0;
  #hypervisor: Hypervisor;
  #host: HostMemory;
  #processor: VirtualProcessor;
  #switch: VirtualSwitch;
  #external: ExternalPort;
  #portBase: number;
  #interrupt: SignalTarget;
  #pending: VirtualProcessor | undefined;
  #ready = false;
  #running: VirtualProcessor | undefined;
  #buffers: number;
  #free: ScatterList[] = [];
  #queue: number;
  #lengths = new Int32Array(RECEIVE_BUFFERS);
  #head = 0;
  #tail = 0;
  #frame = new Uint8Array(BUFFER_SIZE);
  #woken = false;
  #pinChanged = false;

  /** @param interrupt the guest processor and vector behind the device's interrupt pin */
  constructor(
    hypervisor: Hypervisor,
    memory: GuestMemory,
    processor: VirtualProcessor,
    virtualSwitch: VirtualSwitch,
    external: ExternalPort,
    portBase: number,
    interrupt: SignalTarget,
    macAddress: MacAddress,
  ) {
    this.#hypervisor = hypervisor;
    this.#host = memory.host;
    this.#processor = processor;
    this.#switch = virtualSwitch;
    this.#external = external;
    this.#portBase = portBase;
    this.#interrupt = interrupt;
    this.#buffers = this.#host.allocate(TRANSMIT_BUFFERS * BUFFER_SIZE);
    this.#queue = this.#host.allocate(RECEIVE_BUFFERS * BUFFER_SIZE);
    for (let i = 0; i < TRANSMIT_BUFFERS; i++) this.#free.push(new ScatterList());
    for (const [i, list] of this.#free.entries()) list.token = i;
    const master: BusMaster = memory;
    const serialRom = makeSerialRom({ macAddress: macBytes(macAddress) });
    const { engine } = processor.lp;
    this.device = new Dec21140({ engine, memory: master, host: this, serialRom });
    this.device.configuration.write(PCI_BAR, 4, portBase);
    this.device.configuration.write(PCI_COMMAND, 2, COMMAND_IO | COMMAND_BUS_MASTER);
  }

  claims(port: number): boolean {
    return port >= this.#portBase && port < this.#portBase + WINDOW;
  }

  /** The message is in the root's SynIC: an interrupt tells the kernel, which wakes the thread. */
  intercepted(processor: VirtualProcessor, at: number): void {
    this.#pending = processor;
    this.#processor.interrupt(INTERCEPT_VECTOR, at);
  }

  /** The kernel found this worker's message: its thread is made ready, once for each message. */
  interrupt(processor: VirtualProcessor): undefined {
    if (this.#pending === undefined || this.#ready || processor !== this.#processor)
      return undefined;
    this.#ready = true;
    processor.post(this, WORK_INTERCEPT, processor.local);
    return undefined;
  }

  /** The thread runs: switched to, does its work in user mode, blocks again. */
  run(processor: VirtualProcessor, work: number): void {
    this.#running = processor;
    this.#switchThread(processor);
    if (work === WORK_INTERCEPT) this.#emulate(processor);
    else this.#receiveFrames(processor);
    this.#running = undefined;
  }

  /** A frame for the guest from the switch: into the process's queue, by a system call's copy. */
  deliver(processor: VirtualProcessor, frame: ScatterList): boolean {
    const { costs } = processor.lp;
    if (this.#tail - this.#head === RECEIVE_BUFFERS || frame.length > BUFFER_SIZE) {
      this.dropped++;
      return false;
    }
    const slot = this.#tail++ % RECEIVE_BUFFERS;
    frame.copyTo(this.#host, this.#queue + slot * BUFFER_SIZE);
    this.#lengths[slot] = frame.length;
    this.#copied(processor, frame.length, costs.copyCold);
    if (!this.#woken) {
      this.#woken = true;
      this.#processor.post(this, WORK_FRAMES, processor.local);
    }
    return false;
  }

  returned(list: ScatterList): void {
    this.#free.push(list);
  }

  /** The model transmits: the frame goes to the switch by a system call, which copies it. */
  transmit(buffer: Uint8Array, length: number): void {
    const processor = this.#running;
    if (processor === undefined) return;
    if (length > BUFFER_SIZE) {
      this.dropped++;
      return;
    }
    const { costs } = processor.lp;
    this.#copied(processor, length, costs.copyCold);
    processor.charge(processor.kernel, SYSTEM_CALL, costs.syscall);
    processor.charge(processor.user, EMULATION, costs.workerFrame);
    const list = this.#external.queueOf(processor).hasRoom ? this.#free.pop() : undefined;
    if (list === undefined) {
      this.dropped++;
      return;
    }
    const at = this.#buffers + list.token * BUFFER_SIZE;
    this.#host.bytes.set(buffer.subarray(0, length), at);
    this.#copied(processor, length, costs.copyWarm);
    list.clear();
    list.add(at, length);
    list.owner = this;
    if (!this.#switch.forward(processor, list, this)) this.returned(list);
  }

  /** The pin's level is passed on when the access that changed it is complete. */
  interruptPin(): void {
    this.#pinChanged = true;
  }

  /**
   * Decode, device access, write-back of the register, resume. The sum of the steps is the published
   * cost of an exit to user mode, plus two thread switches and an interrupt for the second partition.
   */
  #emulate(processor: VirtualProcessor): void {
    const guest = this.#pending;
    if (guest === undefined) return;
    this.#pending = undefined;
    this.#ready = false;
    const { costs } = processor.lp;
    const { access } = guest;
    const decode = Math.max(0, costs.exitUserMode - costs.vmexit - costs.syscall);
    const detail = processor.tracing ? describe(access, this.#portBase) : undefined;
    processor.charge(processor.user, EMULATION, decode, detail);
    const offset = access.port - this.#portBase;
    let value = 0;
    if (access.write) this.device.write(offset, access.size, access.value >>> 0);
    else value = this.device.read(offset, access.size);
    this.#passPin(processor);
    processor.charge(processor.kernel, SYSTEM_CALL, costs.syscall);
    this.#switchThread(processor);
    guest.resume(value, processor.local);
  }

  #receiveFrames(processor: VirtualProcessor): void {
    const { costs } = processor.lp;
    this.#woken = false;
    processor.charge(processor.kernel, SYSTEM_CALL, costs.syscall);
    while (this.#head !== this.#tail) {
      const slot = this.#head++ % RECEIVE_BUFFERS;
      const length = this.#lengths[slot];
      const at = this.#queue + slot * BUFFER_SIZE;
      this.#frame.set(this.#host.bytes.subarray(at, at + length));
      processor.charge(processor.user, EMULATION, costs.workerFrame);
      this.#copied(processor, length, costs.copyWarm);
      const padded = Math.max(length, SHORTEST_FRAME);
      this.#frame.fill(0, length, padded);
      if (!this.device.receive(this.#frame, padded)) this.dropped++;
    }
    this.#passPin(processor);
    this.#switchThread(processor);
  }

  /** The pin is a level: a rise costs a hypercall, and while it is high the interrupt stays pending. */
  #passPin(processor: VirtualProcessor): void {
    const { processor: guest, vector } = this.#interrupt;
    if (!this.device.pin) guest.retract(vector);
    else if (this.#pinChanged) this.#hypervisor.signalFromRoot(processor, this.#interrupt);
    else guest.interrupt(vector, processor.local);
    this.#pinChanged = false;
  }

  #switchThread(processor: VirtualProcessor): void {
    const { ledger, costs } = processor.lp;
    ledger.contextSwitches++;
    processor.charge(processor.kernel, CONTEXT_SWITCH, costs.threadSwitch);
  }

  #copied(processor: VirtualProcessor, length: number, cyclesPerByte: number): void {
    const { ledger } = processor.lp;
    ledger.copies++;
    ledger.copiedBytes += length;
    const who = this.#running === undefined ? processor.kernel : processor.user;
    processor.charge(who, COPY, cyclesPerByte * length);
  }
}

function describe(access: PortAccess, base: number): string {
  const register = `CSR${(access.port - base) >>> 3}`;
  return access.write ? `write ${register}` : `read ${register}`;
}
