import type { NicFunction } from '../devices/sriov-nic/function.ts';
import { RX_L4_CHECKED, RX_L4_ERROR } from '../devices/sriov-nic/offload-spec.ts';
import { chargeRegisterWrite, QueueInterrupts } from '../devices/sriov-nic/queue-interrupts.ts';
import { RxRing, TxRing } from '../devices/sriov-nic/rings.ts';
import { RxChains } from '../devices/sriov-nic/rx-chains.ts';
import { descriptorsFor, pushOffloaded } from '../devices/sriov-nic/tx-descriptors.ts';
import type { FrameOffload } from '../memory/frame-offload.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { ScatterList } from '../memory/scatter-list.ts';
import { DRIVER } from '../partition/ledger.ts';
import type { InterruptService, Task, VirtualProcessor } from '../partition/virtual-processor.ts';
import type { StackEntry } from './net-device.ts';
import type { FrameTask } from './offload-device.ts';

const TX_ENTRIES = 256;
const RX_ENTRIES = 256;
/** Transmit buffers for frames that the device cuts, bytes of each, and descriptors that one may need. */
const LARGE_BUFFERS = 16;
const LARGE_STRIDE = 0x20000;
const LARGE_DESCRIPTORS = 4;
/** Received frames handled in one go before other work gets its turn. */
const POLL_BUDGET = 8;
const UDP_HEADER = 8;
/** Offset in TCP's header of its own length, in words of 4 bytes in bits 7:4. */
const TCP_OFFSET = 12;

/** What a queue pair needs of its driver. */
export interface QueuePairOwner {
  readonly memory: GuestMemory;
  readonly nicFunction: NicFunction;
  readonly stride: number;
  readonly largeFrames: boolean;
  readonly coalesces: boolean;
  readonly stack: StackEntry | undefined;
  bufferAddress(gpa: number): number;
}

/** A queue pair: rings and buffers in guest memory, and what serves its two vectors. */
export class QueuePair implements InterruptService, Task {
  readonly processor: VirtualProcessor;
  readonly tx: TxRing;
  readonly rx: RxRing;
  /** Guest address of the transmit buffers, and bytes from one to the next. */
  readonly buffers: number;
  readonly sendStride: number;
  readonly #count: number;
  /** Buffers that the device has. */
  #inFlight = 0;
  readonly #chains: RxChains | undefined;
  readonly #frame = new ScatterList();
  /** The transmit buffer that `claim` gave out, to be sent next. */
  claimed = 0;
  /** Set when the stack found no room and wants to hear of some. */
  wanted = false;
  #driver: QueuePairOwner;
  #index: number;
  #interrupts: QueueInterrupts;

  constructor(driver: QueuePairOwner, processor: VirtualProcessor, index: number) {
    const { memory, nicFunction, stride, largeFrames } = driver;
    this.#driver = driver;
    this.#index = index;
    this.processor = processor;
    this.#interrupts = new QueueInterrupts(nicFunction, index);
    const rings = memory.allocate((TX_ENTRIES + RX_ENTRIES) * 16);
    this.#count = largeFrames ? LARGE_BUFFERS : TX_ENTRIES;
    this.sendStride = largeFrames ? LARGE_STRIDE : stride;
    this.buffers = largeFrames
      ? // No buffer may lie in two large pages.
        Math.ceil(memory.allocate((LARGE_BUFFERS + 1) * LARGE_STRIDE) / LARGE_STRIDE) * LARGE_STRIDE
      : memory.allocate(TX_ENTRIES * stride);
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
    if (!driver.coalesces) return;
    this.rx.coalesce();
    this.#interrupts.expectMany();
    this.#chains = new RxChains(this.rx);
  }

  /** Guest address of a free transmit buffer; -1 when there is none. */
  claim(): number {
    const needed = this.#driver.largeFrames ? LARGE_DESCRIPTORS : 1;
    if (this.tx.free < needed || this.#inFlight === this.#count) {
      this.wanted = true;
      return -1;
    }
    return this.buffers + this.claimed * this.sendStride;
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
    let handled = 0;
    while (budget > 0 && rx.readyLength > 0) {
      processor.charge(processor.kernel, DRIVER, processor.lp.costs.nicDriver);
      if (this.#chains !== undefined) handled += this.#takeChain(processor, this.#chains);
      else {
        const { readyLength, status } = rx;
        const verified = (status & (RX_L4_CHECKED | RX_L4_ERROR)) === RX_L4_CHECKED;
        driver.stack?.received(processor, rx.buffer, readyLength, verified);
        rx.advance();
        handled++;
      }
      budget--;
    }
    if (budget < POLL_BUDGET) {
      chargeRegisterWrite(processor, 'receive tail');
      rx.kick(processor.local);
    }
    let reclaimed = 0;
    while (tx.reclaim() >= 0) reclaimed++;
    this.#inFlight -= reclaimed;
    this.#interrupts.handled += handled + reclaimed;
    if (budget > 0) driver.stack?.polled?.(processor);
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
    const address = this.buffers + this.claimed * this.sendStride;
    tx.push(this.#driver.bufferAddress(address), length, length, true, this.claimed);
    this.#launch(more);
  }

  /** Like `send`, with a context in front that says what the device has to finish. */
  sendUnfinished(length: number, more: boolean, task: FrameTask): void {
    const { processor, tx } = this;
    processor.charge(processor.kernel, DRIVER, processor.lp.costs.nicDriver);
    const address = this.buffers + this.claimed * this.sendStride;
    this.#frame.clear();
    this.#frame.add(this.#driver.bufferAddress(address), length);
    if (tx.free < descriptorsFor(this.#frame)) throw new RangeError('no descriptors for the frame');
    pushOffloaded(tx, this.#frame, this.#offloadOf(address, task), 0, this.claimed);
    this.#launch(more);
  }

  #offloadOf(gpa: number, { ipv6, tcp, transport, segment }: FrameTask): FrameOffload {
    const { memory } = this.#driver;
    const size = tcp ? (memory.read8(gpa + transport + TCP_OFFSET) >>> 4) * 4 : UDP_HEADER;
    const headers = transport + size;
    return { ipv6, tcp, transport, headers, segment, ipChecksum: false, transportChecksum: true };
  }

  #launch(more: boolean): void {
    const { processor, tx } = this;
    this.claimed = this.claimed + 1 === this.#count ? 0 : this.claimed + 1;
    this.#inFlight++;
    const room = this.#driver.largeFrames ? LARGE_DESCRIPTORS : 1;
    if (more && tx.free >= room && this.#inFlight < this.#count) return;
    chargeRegisterWrite(processor, 'transmit tail');
    tx.kick(processor.local);
  }

  /** The next descriptor's frame if that completes one; the segments of that. */
  #takeChain(processor: VirtualProcessor, chains: RxChains): number {
    const chain = chains.take();
    if (chain === undefined) return 0;
    const { pieces, segments, verified } = chain;
    const { stack } = this.#driver;
    if (segments > 1) stack?.receivedLong?.(processor, pieces);
    else stack?.received(processor, pieces.addresses[0], pieces.length, verified);
    chains.release(chain);
    return segments;
  }
}
