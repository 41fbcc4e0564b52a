import { DOORBELL } from '../../partition/ledger.ts';
import type { Task, VirtualProcessor } from '../../partition/virtual-processor.ts';
import type { NicFunction } from './function.ts';
import { EIAC, EIAM, IVAR, IVAR_VALID } from './registers-spec.ts';
import { PF_EITR, REG_EIMS } from './spec.ts';

/** Interrupt throttle for few and for many frames an interrupt, microseconds in EITR's bits 14:2. */
const LOW_LATENCY = 5 << 2;
const BULK = 50 << 2;
const BULK_FRAMES = 4;
/**
 * The transmit vector's throttle while there is little to send: nobody waits for a buffer then. The recorded
 * VF driver has 0x1e8, 122 microseconds.
 */
const UNHURRIED = 122 << 2;

/**
 * The software's side of a queue pair's two vectors: an interrupt starts a poll, the device keeps quiet
 * until the poll has nothing left, and the throttle follows how much the last interrupt brought.
 */
export class QueueInterrupts {
  /** Frames handled since the interrupt. */
  handled = 0;
  #function: NicFunction;
  #queue: number;
  #polling = false;
  /** Whether the throttles are those for many frames; undefined before they are set. */
  #isBulk: boolean | undefined;

  constructor(nicFunction: NicFunction, queue: number) {
    this.#function = nicFunction;
    this.#queue = queue;
    routeQueue(nicFunction, queue);
  }

  /** Whether the poll runs or will run soon without an interrupt. */
  get polling(): boolean {
    return this.#polling;
  }

  /**
   * Sets the throttles for many frames while the machine is put together. A NIC that coalesces needs an
   * interval before the first interrupt.
   */
  expectMany(): void {
    this.#isBulk = true;
    for (const vector of [2 * this.#queue, 2 * this.#queue + 1])
      this.#function.write(PF_EITR + 4 * vector, BULK, 0);
  }

  /** A vector fired: `poll` runs soon, once. */
  fired(processor: VirtualProcessor, poll: Task): void {
    if (this.#polling) return;
    this.#polling = true;
    this.handled = 0;
    processor.post(poll, 0, processor.local);
  }

  /** Nothing left: adapts the throttle and takes the masks off that the messages set. */
  sleep(processor: VirtualProcessor): void {
    this.#polling = false;
    const isBulk = this.handled >= BULK_FRAMES;
    if (isBulk !== this.#isBulk) {
      this.#isBulk = isBulk;
      this.#setThrottle(processor, 2 * this.#queue, isBulk ? BULK : LOW_LATENCY);
      this.#setThrottle(processor, 2 * this.#queue + 1, isBulk ? BULK : UNHURRIED);
    }
    chargeRegisterWrite(processor, 'interrupt mask');
    this.#function.write(REG_EIMS, 3 << (2 * this.#queue), processor.local);
  }

  #setThrottle(processor: VirtualProcessor, vector: number, throttle: number): void {
    chargeRegisterWrite(processor, 'interrupt throttle');
    this.#function.write(PF_EITR + 4 * vector, throttle, processor.local);
  }
}

/** What a posted write of `register` costs the processor: no exit, and it goes on at once. */
export function chargeRegisterWrite(processor: VirtualProcessor, register: string): void {
  if (processor.kind !== 'root') processor.lp.ledger.deviceAccesses++;
  processor.charge(processor.kernel, DOORBELL, processor.lp.costs.doorbellWrite, register);
}

/**
 * Routes queue pair `queue` to the vectors 2 q (receive) and 2 q + 1 (transmit) while the machine is put
 * together. A message clears and masks its cause, as the drivers of both kinds set EIAC and EIAM.
 */
export function routeQueue(nicFunction: NicFunction, queue: number): void {
  const physical = nicFunction.index === 0;
  const register = IVAR + 4 * (physical ? queue & 7 : queue >> 1);
  const shift = 16 * (physical ? queue >> 3 : queue & 1);
  const entry = IVAR_VALID | (2 * queue) | ((IVAR_VALID | (2 * queue + 1)) << 8);
  nicFunction.write(register, nicFunction.read(register) | (entry << shift), 0);
  for (const mode of [EIAC, EIAM])
    nicFunction.write(mode, nicFunction.read(mode) | (3 << (2 * queue)), 0);
  nicFunction.write(REG_EIMS, 3 << (2 * queue), 0);
}
