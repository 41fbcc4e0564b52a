import type { Dec21140 } from '../devices/dec21140/device.ts';
import { SHORTEST_FRAME } from '../devices/dec21140/spec.ts';
import { hexOf } from '../engine/hex.ts';
import type { HostMemory } from '../memory/host-memory.ts';
import { ScatterList, type ScatterOwner } from '../memory/scatter-list.ts';
import { EMULATION, SYSTEM_CALL } from '../partition/ledger.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import type { ExternalPort } from './external-port.ts';
import type { SwitchPort, VirtualSwitch } from './virtual-switch.ts';

/** Buffers that the worker shares with the switch, in each direction. */
const TRANSMIT_BUFFERS = 64;
const RECEIVE_BUFFERS = 128;
const BUFFER_SIZE = 2048;

/**
 * A worker process's port of the virtual switch. Frames cross between user mode and the kernel by
 * copy, in both directions: the switch never looks at memory that the guest can change.
 */
export class WorkerFrames implements SwitchPort, ScatterOwner {
  /** Frames for the guest that found no free buffer, or that the device did not take. */
  dropped = 0;
  #host: HostMemory;
  #switch: VirtualSwitch;
  #external: ExternalPort;
  #wake: (processor: VirtualProcessor) => void;
  #buffers: number;
  #free: ScatterList[] = [];
  #queue: number;
  #lengths = new Int32Array(RECEIVE_BUFFERS);
  #head = 0;
  #tail = 0;
  #frame = new Uint8Array(BUFFER_SIZE);
  #woken = false;

  /** @param wake makes the thread ready that calls `receive` */
  constructor(
    host: HostMemory,
    virtualSwitch: VirtualSwitch,
    external: ExternalPort,
    wake: (processor: VirtualProcessor) => void,
  ) {
    this.#host = host;
    this.#switch = virtualSwitch;
    this.#external = external;
    this.#wake = wake;
    this.#buffers = host.allocate(TRANSMIT_BUFFERS * BUFFER_SIZE);
    this.#queue = host.allocate(RECEIVE_BUFFERS * BUFFER_SIZE);
    for (let i = 0; i < TRANSMIT_BUFFERS; i++) this.#free.push(new ScatterList());
    for (const [i, list] of this.#free.entries()) list.token = i;
  }

  /** A frame for the guest from the switch: into the process's queue, by a system call's copy. */
  deliver(processor: VirtualProcessor, frame: ScatterList): boolean {
    if (this.#tail - this.#head === RECEIVE_BUFFERS || frame.length > BUFFER_SIZE) {
      this.dropped++;
      return false;
    }
    const slot = this.#tail++ % RECEIVE_BUFFERS;
    frame.copyTo(this.#host, this.#queue + slot * BUFFER_SIZE);
    this.#lengths[slot] = frame.length;
    processor.copyFrame(processor.kernel, frame.length, processor.lp.costs.copyCold);
    if (!this.#woken) {
      this.#woken = true;
      this.#wake(processor);
    }
    return false;
  }

  returned(list: ScatterList): void {
    this.#free.push(list);
  }

  /** The model transmits: the frame goes to the switch by a system call, which copies it. */
  transmit(processor: VirtualProcessor, buffer: Uint8Array, length: number): void {
    if (length > BUFFER_SIZE) {
      this.dropped++;
      return;
    }
    const { costs } = processor.lp;
    processor.copyFrame(processor.user, length, costs.copyCold);
    processor.charge(processor.kernel, SYSTEM_CALL, costs.syscall);
    this.#handle(processor, buffer, length, 'to the switch');
    const list = this.#external.queueOf(processor).hasRoom ? this.#free.pop() : undefined;
    if (list === undefined) {
      this.dropped++;
      return;
    }
    const at = this.#buffers + list.token * BUFFER_SIZE;
    this.#host.bytes.set(buffer.subarray(0, length), at);
    processor.copyFrame(processor.kernel, length, costs.copyWarm);
    list.clear();
    list.add(at, length);
    list.owner = this;
    if (!this.#switch.forward(processor, list, this)) this.returned(list);
  }

  /** The thread takes what the queue holds and gives it to the device. */
  receive(processor: VirtualProcessor, device: Dec21140): void {
    const { costs } = processor.lp;
    this.#woken = false;
    processor.charge(processor.kernel, SYSTEM_CALL, costs.syscall);
    while (this.#head !== this.#tail) {
      const slot = this.#head++ % RECEIVE_BUFFERS;
      const length = this.#lengths[slot];
      const at = this.#queue + slot * BUFFER_SIZE;
      this.#frame.set(this.#host.bytes.subarray(at, at + length));
      this.#handle(processor, this.#frame, length, 'to the device');
      processor.copyFrame(processor.user, length, costs.copyWarm);
      // A link would have padded it; the chip takes less for a runt.
      const padded = Math.max(length, SHORTEST_FRAME);
      this.#frame.fill(0, length, padded);
      if (!device.receive(this.#frame, padded)) this.dropped++;
    }
  }

  #handle(processor: VirtualProcessor, bytes: Uint8Array, length: number, to: string): void {
    const { workerFrame } = processor.lp.costs;
    if (processor.tracing) {
      const detail = `${length} bytes ${to}`;
      processor.charge(processor.user, EMULATION, workerFrame, detail, hexOf(bytes, 0, length));
    } else processor.charge(processor.user, EMULATION, workerFrame);
  }
}
