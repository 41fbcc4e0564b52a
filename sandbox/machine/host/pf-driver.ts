import type { NicFunction } from '../devices/sriov-nic/function.ts';
import { chargeRegisterWrite, QueueInterrupts } from '../devices/sriov-nic/queue-interrupts.ts';
import { RxRing, TxRing } from '../devices/sriov-nic/rings.ts';
import { REG_LINK_SPEED } from '../devices/sriov-nic/spec.ts';
import {
  descriptorsFor,
  OFFLOAD_RESERVE,
  pushOffloaded,
} from '../devices/sriov-nic/tx-descriptors.ts';
import type { FrameOffload } from '../memory/frame-offload.ts';
import type { HostMemory } from '../memory/host-memory.ts';
import { ScatterList } from '../memory/scatter-list.ts';
import { VLAN_TAG_BYTES } from '../net/frame.ts';
import { DRIVER } from '../partition/ledger.ts';
import type { InterruptService, Task, VirtualProcessor } from '../partition/virtual-processor.ts';
import { isTagged } from './port-policy.ts';
import { ReceiveCoalescer } from './receive-coalescer.ts';
import type { SwitchPort, VirtualSwitch } from './virtual-switch.ts';

const TX_ENTRIES = 1024;
export const RX_ENTRIES = 512;
const POLL_BUDGET = 8;
/** Frames after which clients are told even though more are waiting. */
const FLUSH_FRAMES = 64;
/** Descriptors a frame may need: its segments, with some to spare. */
const RESERVE = 16;

/** Vector of queue `n` of the physical function on its root processor. */
export const PF_VECTOR = 8;

/** Someone who waits for room in a transmit queue, or for the end of a batch of received frames. */
export interface PfClient {
  /** There is room in the transmit queue again. */
  room(processor: VirtualProcessor): void;
  /** The driver has delivered all it had: a good moment to tell a guest. */
  flush(processor: VirtualProcessor): void;
  /**
   * To one that accompanies the driver's poll: it has had a turn, the last one if `asleep`.
   * @returns whether to tell of the next turn too; there is none after the last
   */
  turned(processor: VirtualProcessor, asleep: boolean): boolean;
}

/**
 * One queue pair of the physical function on one root processor, and the external port of the virtual
 * switch as that processor sees it.
 */
export class PfQueue implements SwitchPort, InterruptService, Task {
  readonly processor: VirtualProcessor;
  #host: HostMemory;
  #tx: TxRing;
  #rx: RxRing;
  #switch: VirtualSwitch;
  #clients: PfClient[] = [];
  /** Clients that hear of each turn of the poll. */
  #companions: PfClient[] = [];
  #inFlight: (ScatterList | undefined)[];
  #token = 0;
  #received = new ScatterList();
  #interrupts: QueueInterrupts;
  #unflushed = 0;
  #port: SwitchPort;
  #maxFrame: number;
  /** Descriptors that must be free for another frame; more once a frame has come that a device completes. */
  #reserve = RESERVE;
  /** Whether the NIC checks the checksums of received frames. */
  #checks = false;
  #coalescer: ReceiveCoalescer | undefined;

  /** @param buffers where received frames are to land; memory of the root's own when left out */
  constructor(
    host: HostMemory,
    nicFunction: NicFunction,
    index: number,
    processor: VirtualProcessor,
    virtualSwitch: VirtualSwitch,
    external: SwitchPort,
    maxFrame: number,
    buffers?: number,
  ) {
    this.#host = host;
    this.#interrupts = new QueueInterrupts(nicFunction, index);
    this.processor = processor;
    this.#switch = virtualSwitch;
    this.#port = external;
    this.#maxFrame = maxFrame;
    const stride = maxFrame <= 2048 ? 2048 : 16384;
    const ring = host.allocate((TX_ENTRIES + RX_ENTRIES) * 16);
    const receive = buffers ?? host.allocate(RX_ENTRIES * stride);
    this.#tx = new TxRing(host, nicFunction, index, ring, TX_ENTRIES);
    const rxRing = ring + TX_ENTRIES * 16;
    this.#rx = new RxRing(host, nicFunction, index, rxRing, RX_ENTRIES, receive, stride);
    this.#inFlight = new Array(TX_ENTRIES);
    processor.install(PF_VECTOR + index, this);
  }

  /** Adds someone to tell about room and about the end of a batch. */
  addClient(client: PfClient): void {
    this.#clients.push(client);
  }

  removeClient(client: PfClient): void {
    this.#clients = this.#clients.filter((known) => known !== client);
    this.#companions = this.#companions.filter((known) => known !== client);
  }

  /**
   * `client` hears of each turn of the poll that is under way: nobody need wake it until that sleeps.
   * @returns false when there is no poll, so that nobody would tell it
   */
  accompany(client: PfClient): boolean {
    if (!this.#interrupts.polling) return false;
    this.#companions.push(client);
    return true;
  }

  /** Whether another frame can be taken. */
  get hasRoom(): boolean {
    return this.#tx.free >= this.#reserve;
  }

  /**
   * Sends a frame from where it lies. The list goes back to its owner when the device is through. A frame
   * that is too long for the link, which a guest can ask for, is dropped.
   */
  deliver(processor: VirtualProcessor, frame: ScatterList): boolean {
    if (frame.offload !== undefined) return this.#deliverOffloaded(processor, frame, frame.offload);
    if (this.#tx.free < frame.count || frame.length > this.#longest(frame)) return false;
    processor.charge(processor.kernel, DRIVER, processor.lp.costs.nicDriver, 'PF: send');
    const last = frame.count - 1;
    for (let i = 0; i <= last; i++)
      this.#tx.push(
        frame.addresses[i],
        frame.lengths[i],
        frame.length,
        i === last,
        i === last ? this.#token : -1,
      );
    this.#launch(processor, frame);
    return true;
  }

  /** Sends a frame that the NIC shall complete. The first such one may find too few descriptors free. */
  #deliverOffloaded(
    processor: VirtualProcessor,
    frame: ScatterList,
    offload: FrameOffload,
  ): boolean {
    this.#reserve = OFFLOAD_RESERVE;
    const longest = this.#longest(frame);
    const { headers, segment } = offload;
    const onWire = segment === 0 ? frame.length : Math.min(frame.length, headers + segment);
    const tag = longest - this.#maxFrame;
    if (this.#tx.free < descriptorsFor(frame) || onWire + tag > longest) return false;
    processor.charge(processor.kernel, DRIVER, processor.lp.costs.nicDriver, 'PF: send');
    pushOffloaded(this.#tx, frame, offload, tag, this.#token);
    this.#launch(processor, frame);
    return true;
  }

  /** From now on the NIC's findings about a received frame's checksums go with it. */
  checkReceived(): void {
    this.#checks = true;
  }

  /** From now on received segments become long frames before the switch gets them. */
  coalesce(): void {
    this.#coalescer = new ReceiveCoalescer(this.#host, this.#rx, (processor, list) => {
      this.#switch.forward(processor, list, this.#port);
    });
  }

  /** More descriptors are kept free from now on: frames become many, one for each segment. */
  expectSegments(): void {
    this.#reserve = OFFLOAD_RESERVE;
  }

  #launch(processor: VirtualProcessor, frame: ScatterList): void {
    this.#inFlight[this.#token] = frame;
    this.#token = this.#token + 1 === TX_ENTRIES ? 0 : this.#token + 1;
    chargeRegisterWrite(processor, 'transmit tail');
    this.#tx.kick(processor.local);
  }

  interrupt(processor: VirtualProcessor): undefined {
    this.#interrupts.fired(processor, this);
    return undefined;
  }

  run(processor: VirtualProcessor): void {
    let budget = POLL_BUDGET;
    while (budget > 0 && this.#rx.readyLength > 0) {
      processor.charge(processor.kernel, DRIVER, processor.lp.costs.nicDriver, 'PF: receive');
      if (this.#coalescer !== undefined) this.#coalescer.take(processor);
      else this.#forwardNext(processor);
      budget--;
    }
    if (budget > 0) this.#coalescer?.flush(processor);
    if (budget < POLL_BUDGET) {
      chargeRegisterWrite(processor, 'receive tail');
      this.#rx.kick(processor.local);
    }
    const returned = this.#reclaim();
    this.#interrupts.handled += POLL_BUDGET - budget + returned;
    this.#unflushed += POLL_BUDGET - budget + returned;
    const flush = budget > 0 || this.#unflushed >= FLUSH_FRAMES;
    if (flush) this.#unflushed = 0;
    for (const client of this.#clients) {
      if (returned > 0) client.room(processor);
      if (flush) client.flush(processor);
    }
    if (budget === 0) processor.post(this, 0, processor.local);
    else this.#interrupts.sleep(processor);
    if (this.#companions.length > 0) this.#tellCompanions(processor, budget > 0);
  }

  #tellCompanions(processor: VirtualProcessor, asleep: boolean): void {
    const companions = this.#companions;
    let staying = 0;
    for (const companion of companions)
      if (companion.turned(processor, asleep)) companions[staying++] = companion;
    companions.length = staying;
  }

  #forwardNext(processor: VirtualProcessor): void {
    const length = this.#rx.readyLength;
    this.#received.clear();
    this.#received.add(this.#rx.buffer, length);
    if (this.#checks) this.#received.checked = this.#rx.status;
    this.#switch.forward(processor, this.#received, this.#port);
    this.#rx.advance();
  }

  /** A VLAN tag, which the switch adds, does not count. */
  #longest(frame: ScatterList): number {
    return isTagged(this.#host, frame) ? this.#maxFrame + VLAN_TAG_BYTES : this.#maxFrame;
  }

  #reclaim(): number {
    let returned = 0;
    for (let token = this.#tx.reclaim(); token >= 0; token = this.#tx.reclaim()) {
      const list = this.#inFlight[token];
      this.#inFlight[token] = undefined;
      list?.owner?.returned(list);
      returned++;
    }
    return returned;
  }
}

/**
 * The physical function's driver sets the speed of the link, in Mb/s, with a register that no other
 * function of the NIC has.
 */
export function setPhysicalLinkSpeed(
  nicFunction: NicFunction,
  processor: VirtualProcessor,
  megabits: number,
): void {
  chargeRegisterWrite(processor, 'link speed');
  nicFunction.write(REG_LINK_SPEED, megabits, processor.local);
}
