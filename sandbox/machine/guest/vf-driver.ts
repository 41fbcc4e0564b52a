import type { NicFunction } from '../devices/sriov-nic/function.ts';
import { chargeRegisterWrite, QueueInterrupts } from '../devices/sriov-nic/queue-interrupts.ts';
import { RxRing, TxRing } from '../devices/sriov-nic/rings.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { DRIVER } from '../partition/ledger.ts';
import type { InterruptService, Task, VirtualProcessor } from '../partition/virtual-processor.ts';
import type { NetDevice, StackEntry } from './net-device.ts';

/** First vector of the adapter's queues on their processors. */
export const ADAPTER_VECTOR = 8;
const TX_ENTRIES = 256;
const RX_ENTRIES = 256;
/** Received frames handled in one go before other work gets its turn. */
const POLL_BUDGET = 8;

/** A queue pair: rings and buffers in guest memory, and what serves its two vectors. */
class QueuePair implements InterruptService, Task {
  readonly processor: VirtualProcessor;
  readonly tx: TxRing;
  readonly rx: RxRing;
  readonly buffers: number;
  /** The transmit buffer that `claim` gave out, to be sent next. */
  claimed = 0;
  /** Set when the stack found no room and wants to hear of some. */
  wanted = false;
  #driver: VfDriver;
  #index: number;
  #interrupts: QueueInterrupts;

  constructor(driver: VfDriver, processor: VirtualProcessor, index: number) {
    const { memory, nicFunction, stride } = driver;
    this.#driver = driver;
    this.#index = index;
    this.processor = processor;
    this.#interrupts = new QueueInterrupts(nicFunction, index);
    const rings = memory.allocate((TX_ENTRIES + RX_ENTRIES) * 16);
    this.buffers = memory.allocate(TX_ENTRIES * stride);
    const receive = memory.allocate(RX_ENTRIES * stride);
    this.tx = new TxRing(memory, nicFunction, index, rings, TX_ENTRIES);
    this.rx = new RxRing(
      memory,
      nicFunction,
      index,
      rings + TX_ENTRIES * 16,
      RX_ENTRIES,
      receive,
      stride,
    );
  }

  interrupt(processor: VirtualProcessor): undefined {
    this.#interrupts.fired(processor, this);
    return undefined;
  }

  /** The poll: takes received frames up to the budget, gives transmit buffers back, or goes to sleep. */
  run(processor: VirtualProcessor): void {
    const { rx, tx } = this;
    const driver = this.#driver;
    let budget = POLL_BUDGET;
    while (budget > 0 && rx.readyLength > 0) {
      const length = rx.readyLength;
      processor.charge(processor.kernel, DRIVER, processor.lp.costs.nicDriver);
      driver.stack?.received(processor, rx.buffer, length);
      rx.advance();
      budget--;
    }
    if (budget < POLL_BUDGET) {
      chargeRegisterWrite(processor, 'receive tail');
      rx.kick(processor.local);
    }
    let reclaimed = 0;
    while (tx.reclaim() >= 0) reclaimed++;
    this.#interrupts.handled += POLL_BUDGET - budget + reclaimed;
    if (reclaimed > 0 && this.wanted) {
      this.wanted = false;
      driver.stack?.room(processor, this.#index);
    }
    if (budget === 0) processor.post(this, 0, processor.local);
    else this.#interrupts.sleep(processor);
  }

  /** Fills a descriptor with the claimed buffer and rings the doorbell unless more follows. */
  send(length: number, more: boolean): void {
    const { processor, tx } = this;
    processor.charge(processor.kernel, DRIVER, processor.lp.costs.nicDriver);
    const address = this.buffers + this.claimed * this.#driver.stride;
    tx.push(this.#driver.bufferAddress(address), length, length, true, this.claimed);
    this.claimed = this.claimed + 1 === TX_ENTRIES ? 0 : this.claimed + 1;
    if (more && tx.free > 0) return;
    chargeRegisterWrite(processor, 'transmit tail');
    tx.kick(processor.local);
  }
}

/**
 * The guest's driver of a virtual function, in the manner of a Linux VF driver: rings in guest memory,
 * one posted register write a frame, polled receive. It also drives the physical function on a machine
 * without a hypervisor, where the same registers stand at other offsets.
 */
export class VfDriver implements NetDevice {
  readonly maxFrame: number;
  readonly memory: GuestMemory;
  readonly nicFunction: NicFunction;
  /** Bytes from one buffer to the next. */
  readonly stride: number;
  stack: StackEntry | undefined;
  #pairs: QueuePair[];

  /** One queue pair for each of `processors`, in order; one may be named more than once. */
  constructor(
    memory: GuestMemory,
    nicFunction: NicFunction,
    processors: VirtualProcessor[],
    maxFrame: number,
  ) {
    this.memory = memory;
    this.nicFunction = nicFunction;
    this.maxFrame = maxFrame;
    this.stride = maxFrame <= 2048 ? 2048 : 16384;
    this.#pairs = processors.map((processor, i) => new QueuePair(this, processor, i));
    for (const [i, pair] of this.#pairs.entries()) pair.processor.install(ADAPTER_VECTOR + i, pair);
  }

  processorOf(queue: number): VirtualProcessor {
    return this.#pairs[queue].processor;
  }

  claim(queue: number): number {
    const pair = this.#pairs[queue];
    if (pair.tx.free === 0) {
      pair.wanted = true;
      return -1;
    }
    return pair.buffers + pair.claimed * this.stride;
  }

  send(queue: number, length: number, more: boolean): void {
    this.#pairs[queue].send(length, more);
  }

  /** Whether the device is through with everything that was sent. */
  get idle(): boolean {
    return this.#pairs.every(({ tx }) => tx.free === tx.entries - 1);
  }

  /** The address a descriptor gets for a buffer. A test's hostile driver overrides this. */
  bufferAddress(gpa: number): number {
    return gpa;
  }
}
