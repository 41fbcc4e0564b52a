import type { NicFunction } from '../machine/devices/sriov-nic/function.ts';
import {
  QUEUE_CONTROL,
  REG_STATUS,
  STATUS_LINK_UP,
  VF_RX_BASE,
  VF_TX_BASE,
} from '../machine/devices/sriov-nic/spec.ts';
import { type Handler, MICROSECOND, type Timer } from '../machine/engine/engine.ts';
import type { StackEntry } from '../machine/guest/net-device.ts';
import type { VfNetDevice } from '../machine/guest/netvsc/failover-port.ts';
import { ADAPTER_VECTOR, VfDriver } from '../machine/guest/vf-driver.ts';
import type { PciDevice } from '../machine/guest/vpci/device.ts';
import { FIRST_VECTOR } from '../machine/partition/synic-spec.ts';
import type { VirtualProcessor } from '../machine/partition/virtual-processor.ts';
import type { VirtualMachine } from './virtual-machine.ts';

/** How long the driver waits for its last frames when it goes down: 10 ms, as Linux's drivers of this family. */
const CLOSE_TIME = 10_000 * MICROSECOND;
/** A queue pair's vectors: one for each direction. */
const QUEUE_VECTORS = 2;

/** The network device that a guest makes of a virtual function on its bus: interrupts first, then rings. */
export class GuestVf implements VfNetDevice, Handler {
  readonly serial: number;
  readonly macAddress: Uint8Array;
  readonly maxFrame: number;
  onLink: () => void = () => {};
  linkUp = false;
  #machine: VirtualMachine;
  #pci: PciDevice;
  #function: NicFunction;
  #driver: VfDriver | undefined;
  #stack: StackEntry | undefined;
  #timer: Timer;
  #closed: (() => void) | undefined;

  /** @param nicFunction its registers, which the guest reaches at the device's first window */
  constructor(
    machine: VirtualMachine,
    pci: PciDevice,
    nicFunction: NicFunction,
    macAddress: Uint8Array,
  ) {
    this.#machine = machine;
    this.#pci = pci;
    this.#function = nicFunction;
    this.serial = pci.serial;
    this.macAddress = macAddress;
    this.maxFrame = machine.host.options.maxFrame;
    this.#timer = machine.host.engine.timer(this);
  }

  get memory() {
    return this.#machine.memory;
  }

  get stack(): StackEntry | undefined {
    return this.#stack;
  }

  set stack(stack: StackEntry | undefined) {
    this.#stack = stack;
    if (this.#driver !== undefined) this.#driver.stack = stack;
  }

  open(): void {
    const wanted = Array.from({ length: QUEUE_VECTORS }, () => ({
      vector: FIRST_VECTOR + ADAPTER_VECTOR,
      processor: 0,
    }));
    const { messages } = this.#function;
    this.#pci.enableMsix(
      wanted,
      (index, { data }) => {
        messages[index] = data;
      },
      (good) => {
        if (good) this.#begin();
      },
    );
  }

  close(then: () => void): void {
    const { engine } = this.#machine.host;
    this.#closed = then;
    this.#timer.schedule(engine.now + CLOSE_TIME);
  }

  /** The time for the last frames is over: the queues go off, and the interrupts back. */
  handle(): void {
    const then = this.#closed;
    this.#closed = undefined;
    this.linkUp = false;
    if (then === undefined) return;
    const { local } = this.processorOf();
    for (const base of [VF_TX_BASE, VF_RX_BASE])
      this.#function.write(base + QUEUE_CONTROL, 0, local);
    this.#pci.disableMsix();
    then();
  }

  /** The device has gone: nothing of it can be touched any more. */
  lost(): void {
    this.linkUp = false;
    this.#closed = undefined;
    this.#timer.cancel();
  }

  /** What a physical function does to a VF's link, as the driver hears of it. */
  setLink(up: boolean): void {
    this.linkUp = up && this.#driver !== undefined;
    this.onLink();
  }

  processorOf(): VirtualProcessor {
    return this.#machine.processors[0];
  }

  claim(queue: number): number {
    return this.#driver?.claim(queue) ?? -1;
  }

  send(queue: number, length: number, more: boolean): void {
    this.#driver?.send(queue, length, more);
  }

  #begin(): void {
    const { memory, processors } = this.#machine;
    this.#driver = new VfDriver(memory, this.#function, [processors[0]], this.maxFrame);
    this.#driver.stack = this.#stack;
    this.linkUp = (this.#function.read(REG_STATUS) & STATUS_LINK_UP) !== 0;
    this.onLink();
  }
}
