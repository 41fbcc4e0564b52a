import { findCapability } from '../bus/pci/capabilities/header.ts';
import { MSIX_CONTROL, MSIX_ENABLE, MSIX_ID } from '../bus/pci/capabilities/msix.ts';
import type { NicFunction } from '../devices/sriov-nic/function.ts';
import { chargeRegisterWrite } from '../devices/sriov-nic/queue-interrupts.ts';
import {
  QUEUE_CONTROL,
  REG_STATUS,
  STATUS_LINK_UP,
  VF_QUEUE_STEP,
  VF_RX_BASE,
  VF_TX_BASE,
} from '../devices/sriov-nic/spec.ts';
import { type Engine, type Handler, MICROSECOND, type Timer } from '../engine/engine.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { FIRST_VECTOR } from '../partition/synic-spec.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import type { StackEntry } from './net-device.ts';
import type { VfNetDevice } from './netvsc/failover-port.ts';
import type { DeviceOffloads, FrameTask } from './offload-device.ts';
import { ADAPTER_VECTOR, VfDriver, type VfDriverSettings } from './vf-driver.ts';
import type { PciDevice } from './vpci/device.ts';

/** The block of the backchannel with the function's address and its number of queue pairs. */
const BLOCK_RESOURCES = 0;
const BLOCK_RESOURCES_BYTES = 7;
/** How long the driver waits for its last frames when it goes down: as Linux's drivers of this family. */
const CLOSE_TIME = 10_000 * MICROSECOND;
/** Between looks at whether they have gone. */
const DRAIN_STEP = 10 * MICROSECOND;
/** Vectors of a queue pair, and words of an entry of an MSI-X table. */
const VECTORS = 2;
const ENTRY = 16;
const REGISTERS = 0;
const MSIX = 3;

/** Memory of a device, in the guest's address space. */
export interface WindowMap {
  /** The registers whose window begins at `address`; undefined where none does. */
  registersAt(address: number): NicFunction | undefined;
  /** A 32-bit store to `address`. */
  store(address: number, value: number, at: number): void;
}

/** What the driver is built on. */
export interface VfAdapterParts {
  engine: Engine;
  memory: GuestMemory;
  windows: WindowMap;
  processors: readonly VirtualProcessor[];
  maxFrame: number;
  /** The part of it that fills rings. */
  driver?: typeof VfDriver;
  settings?: VfDriverSettings;
}

/**
 * The guest's network device for a virtual function on its virtual PCI bus. On Hyper-V such a function has no
 * mailbox to the physical one's driver: address and queue pairs come through the backchannel, a block of
 * configuration. Registers and MSI-X table are windows at addresses that the guest chose.
 */
export class VfAdapter implements VfNetDevice, Handler {
  readonly serial: number;
  readonly maxFrame: number;
  macAddress: Uint8Array = new Uint8Array(6);
  onLink: () => void = () => {};
  linkUp = false;
  /** Queue pairs that the root gave it. */
  queuePairs = 1;
  #parts: VfAdapterParts;
  #pci: PciDevice;
  #driver: VfDriver | undefined;
  #stack: StackEntry | undefined;
  #timer: Timer;
  #closing: { until: number; then: () => void; whole: boolean } | undefined;

  constructor(pci: PciDevice, parts: VfAdapterParts) {
    this.#parts = parts;
    this.#pci = pci;
    this.serial = pci.serial;
    this.maxFrame = parts.maxFrame;
    this.#timer = parts.engine.timer(this);
  }

  get memory(): GuestMemory {
    return this.#parts.memory;
  }

  /** What fills its rings, once it was brought up. */
  get driver(): VfDriver | undefined {
    return this.#driver;
  }

  get stack(): StackEntry | undefined {
    return this.#stack;
  }

  set stack(stack: StackEntry | undefined) {
    this.#stack = stack;
    if (this.#driver !== undefined) this.#driver.stack = stack;
  }

  /** Reads what the root says of the function; `then` when it is known. */
  probe(then: () => void): void {
    this.#pci.readBlock(BLOCK_RESOURCES, BLOCK_RESOURCES_BYTES, (bytes) => {
      if (bytes === undefined) return;
      this.macAddress = bytes.slice(0, 6);
      this.queuePairs = Math.max(1, bytes[6]);
      then();
    });
  }

  open(): void {
    const pci = this.#pci;
    const { processors } = this.#parts;
    const wanted = Array.from({ length: this.queuePairs * VECTORS }, (_, i) => ({
      vector: FIRST_VECTOR + ADAPTER_VECTOR + (i >> 1),
      processor: (i >> 1) % processors.length,
    }));
    const table = pci.bar(MSIX)?.address ?? 0;
    const store = (address: number, value: number) => {
      chargeRegisterWrite(processors[0], 'MSI-X table');
      this.#parts.windows.store(address, value, processors[0].local);
    };
    const control = findCapability((at, size) => pci.readConfiguration(at, size), MSIX_ID);
    pci.enableMsix(
      wanted,
      (index, { address, data }) => {
        const entry = table + index * ENTRY;
        store(entry, address % 4294967296);
        store(entry + 4, Math.floor(address / 4294967296));
        store(entry + 8, data);
        store(entry + 12, 0);
      },
      (good) => {
        if (!good) return;
        pci.writeConfiguration(control + MSIX_CONTROL, 2, MSIX_ENABLE);
        this.#begin();
      },
    );
  }

  drain(then: () => void): void {
    this.#wait(then, false);
  }

  close(then: () => void): void {
    this.#wait(then, true);
  }

  /** The device is gone: nothing can be told to it any more. */
  lost(): void {
    this.linkUp = false;
    this.#timer.cancel();
  }

  handle(): void {
    const { engine } = this.#parts;
    const closing = this.#closing;
    if (closing === undefined) return;
    const idle = !closing.whole && (this.#driver?.idle ?? true);
    if (!idle && engine.now < closing.until) {
      this.#timer.schedule(Math.min(closing.until, engine.now + DRAIN_STEP));
      return;
    }
    this.#closing = undefined;
    if (closing.whole) this.#stop();
    closing.then();
  }

  processorOf(queue: number): VirtualProcessor {
    const { processors } = this.#parts;
    return this.#driver?.processorOf(queue) ?? processors[queue % processors.length];
  }

  claim(queue: number): number {
    return this.#driver?.claim(queue) ?? -1;
  }

  send(queue: number, length: number, more: boolean): void {
    this.#driver?.send(queue, length, more);
  }

  get offloads(): DeviceOffloads | undefined {
    return this.#driver?.offloads;
  }

  sendUnfinished(queue: number, length: number, more: boolean, task: FrameTask): void {
    this.#driver?.sendUnfinished(queue, length, more, task);
  }

  #begin(): void {
    const { windows, memory, processors, maxFrame, settings } = this.#parts;
    const Driver = this.#parts.driver ?? VfDriver;
    const registers = windows.registersAt(this.#pci.bar(REGISTERS)?.address ?? -1);
    if (registers === undefined) return;
    const pairs = Array.from(
      { length: this.queuePairs },
      (_, queue) => processors[queue % processors.length],
    );
    this.#driver = new Driver(memory, registers, pairs, maxFrame, settings);
    this.#driver.stack = this.#stack;
    this.linkUp = (registers.read(REG_STATUS) & STATUS_LINK_UP) !== 0;
    this.onLink();
  }

  /** @param whole the time is waited out, and the queues go off then */
  #wait(then: () => void, whole: boolean): void {
    const { now } = this.#parts.engine;
    this.#closing = { until: now + CLOSE_TIME, then, whole };
    this.#timer.schedule(whole ? now + CLOSE_TIME : now);
  }

  /** The queues go off, and the interrupts back. */
  #stop(): void {
    const registers = this.#driver?.nicFunction;
    const { local } = this.processorOf(0);
    this.linkUp = false;
    for (let queue = 0; queue < this.queuePairs; queue++)
      for (const base of [VF_TX_BASE, VF_RX_BASE])
        registers?.write(base + queue * VF_QUEUE_STEP + QUEUE_CONTROL, 0, local);
    this.#pci.disableMsix();
  }
}
