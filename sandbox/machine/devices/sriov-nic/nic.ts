import type { Engine } from '../../engine/engine.ts';
import { hexOf } from '../../engine/hex.ts';
import type { InterruptRemapping } from '../../iommu/interrupt-remapping.ts';
import type { Iommu } from '../../iommu/iommu.ts';
import type { HostMemory } from '../../memory/host-memory.ts';
import { type MacAddress, VLAN_TAG_BYTES } from '../../net/frame.ts';
import type { Costs } from '../../partition/costs.ts';
import { DEVICE, DMA, type Ledger } from '../../partition/ledger.ts';
import { type LinkSpeed, NicFunction } from './function.ts';
import { COMPATIBLE_POOLS, compatibleQueue, MAX_POOLS, poolOf } from './layout.ts';
import { NicSwitch } from './nic-switch.ts';
import { PfSetup } from './pf-setup.ts';
import { RxQueue } from './rx-queue.ts';
import { hexId, requesterIdOfVf } from './spec.ts';
import { REG_QDE } from './switch-spec.ts';
import { TxQueue } from './tx-queue.ts';
import { InterruptVector, type MessageSender } from './vector.ts';
import { isTaggedAt } from './vlan-tag.ts';

/** What the MAC sends frames through: one direction of a link. */
export interface TransmitPort {
  readonly busyUntil: number;
  readonly bitsPerSecond: number;
  /** Longest frame without FCS and VLAN tag that it takes; what `claim` gives has room for a tag too. */
  readonly maxFrame: number;
  claim(): number;
  send(length: number, at: number): void;
}

/** Bytes that the MAC buffers between DMA and wire. */
const TRANSMIT_FIFO_BYTES = 40960;

/** What the device is connected to. */
export interface NicWiring {
  engine: Engine;
  host: HostMemory;
  iommu: Iommu;
  remapping: InterruptRemapping;
  ledger: Ledger;
  costs: Costs;
  /** Towards the physical switch. */
  line: TransmitPort;
  /** Back into the NIC's own switch, for frames from one function to another. */
  loopback: TransmitPort;
  /** How fast the link is, in both directions; fixed when left out. */
  speed?: LinkSpeed;
}

/**
 * An SR-IOV NIC: one physical function, its virtual functions, queues, the switch between them, and the
 * MAC. See README.md for what is and is not modelled.
 */
export class SriovNic implements MessageSender {
  readonly engine: Engine;
  readonly host: HostMemory;
  readonly ledger: Ledger;
  readonly costs: Costs;
  /** Function 0 is the PF; function n is VF n - 1. */
  readonly functions: NicFunction[] = [];
  /** Frames that are too long to send, or that nothing takes. */
  filtered = 0;
  /** Frames that found no buffer on a queue that does not count its drops (MPC). */
  overruns = 0;
  /** The switch between the functions and the wire. */
  readonly switching: NicSwitch;
  /** What the way from one function to another ends in. */
  readonly inside = {
    receive: (address: number, length: number) => this.switching.fromInside(address, length),
  };
  /** RXCSUM: which checksums of received frames are checked. */
  receiveChecksums = 0;
  #wiring: NicWiring;
  #setup: PfSetup;
  #readBusy = 0;
  #writeBusy = 0;
  #walks = 0;
  #picosecondsPerByte: number;

  /** @param requesterId that of the physical function: bus, device and function in 16 bits */
  constructor(wiring: NicWiring, requesterId: number, queues: number) {
    this.#wiring = wiring;
    this.engine = wiring.engine;
    this.host = wiring.host;
    this.ledger = wiring.ledger;
    this.costs = wiring.costs;
    this.#picosecondsPerByte = 8e12 / wiring.costs.pcieBitsPerSecond;
    this.switching = new NicSwitch(wiring.host, this.functions, wiring.loopback, this.maxBytes);
    this.#setup = new PfSetup(this.switching.registers, wiring.line.maxFrame);
    this.#addFunction(requesterId, queues);
  }

  /**
   * Enables one more virtual function with `queues` queue pairs; returns its function index.
   * @throws RangeError after the 63rd
   */
  enableVf(queues: number): number {
    if (this.functions.length === MAX_POOLS)
      throw new RangeError(`enableVf: the NIC has ${MAX_POOLS - 1} virtual functions at most`);
    const requesterId = requesterIdOfVf(this.functions[0].requesterId, this.functions.length - 1);
    return this.#addFunction(requesterId, queues);
  }

  /**
   * Frames for `mac` go to `functionIndex` from now on: to its queue `queue`, or spread by flow when
   * that is left out. Writes the receive address registers as the PF driver does.
   * @returns false when no entry is free
   */
  setFilter(mac: MacAddress, functionIndex: number, queue?: number): boolean {
    const pool = poolOf(functionIndex, this.functions.length - 1);
    return this.#setup.setAddress(mac, pool, queue);
  }

  /** A frame from the wire. */
  receive(address: number, length: number): void {
    this.switching.fromWire(address, length);
  }

  /** Whether QDE lets `queue`, which has no buffer, drop and count. It has a bit for the first 16 queues. */
  dropsOn(queue: RxQueue): boolean {
    const index = this.functions[queue.functionIndex].rx.indexOf(queue);
    const pool = poolOf(queue.functionIndex, this.functions.length - 1);
    if (index > 1 || pool >= COMPATIBLE_POOLS) return false;
    return this.switching.registers.has(REG_QDE, 1 << compatibleQueue(pool, index));
  }

  sendMessage(functionIndex: number, vector: number): void {
    const target = this.functions[functionIndex];
    const index = target.messages[vector];
    if (index !== undefined)
      this.#wiring.remapping.deliver(target.requesterId, index, this.engine.now);
  }

  /**
   * Translates a queue's DMA address. A fault stops the function's queues, as the malicious-driver
   * detection of later parts of the family does, and is visible in the IOMMU's fault record.
   */
  translate(queue: TxQueue | RxQueue, address: number, access: number): number {
    const at = this.#wiring.iommu.translate(queue.requesterId, address, access);
    if (at < 0) this.functions[queue.functionIndex].stop();
    return at;
  }

  /** When a frame whose doorbell arrives at `posted` has been read over PCI Express. */
  scheduleFetch(posted: number, length: number): number {
    const { costs } = this;
    const misses = this.#newWalks();
    const arrived = posted + costs.mmioWrite + costs.dmaReadDescriptor;
    const start = Math.max(arrived, this.#readBusy, this.engine.now);
    this.#readBusy = start + Math.round((length + 16) * this.#picosecondsPerByte);
    const ready = Math.max(this.#readBusy, arrived + costs.dmaReadFrame) + misses * costs.iotlbMiss;
    const line = this.#wiring.line;
    const fifo = Math.round((TRANSMIT_FIFO_BYTES * 8e12) / line.bitsPerSecond);
    return Math.max(ready, line.busyUntil - fifo, this.engine.now);
  }

  /** When a frame written now can be seen by a processor. */
  scheduleStore(length: number): number {
    const start = Math.max(this.engine.now, this.#writeBusy);
    this.#writeBusy = start + Math.round((length + 16) * this.#picosecondsPerByte);
    return this.#writeBusy + this.costs.dmaWrite + this.#newWalks() * this.costs.iotlbMiss;
  }

  /** Bytes of a frame without FCS that the MAC has room for. */
  get maxBytes(): number {
    return this.#wiring.line.maxFrame + VLAN_TAG_BYTES;
  }

  /** Whether the MAC sends the frame of `length` bytes at `address`; a VLAN tag does not count. */
  takes(address: number, length: number): boolean {
    const { maxFrame } = this.#wiring.line;
    return length <= maxFrame || (length <= this.maxBytes && isTaggedAt(this.host, address));
  }

  /** Room for a frame in the MAC; -1 while it is full. */
  claimTransmit(): number {
    return this.#wiring.line.claim();
  }

  /** When to try again after a full MAC: when a frame has left it. */
  retryTransmitAt(): number {
    return this.engine.now + Math.round(1e12 / (this.#wiring.line.bitsPerSecond / 12_000));
  }

  /** A frame of `queue` is in the MAC at `address`, and gets the VLAN tag `tag` unless that is -1. */
  transmit(queue: TxQueue, address: number, length: number, tag: number): void {
    const now = this.engine.now;
    const { trace } = this.engine;
    if (trace.recording) {
      const started = now - this.costs.dmaReadFrame;
      const detail = `read ${length} bytes as ${hexId(queue.requesterId)}`;
      const bytes = hexOf(this.host.bytes, address, length);
      trace.step(DEVICE, DMA, started, now, detail, bytes, `function ${queue.functionIndex}`);
    }
    const leaving = this.switching.fromQueue(queue, address, length, tag);
    if (leaving > 0) this.#wiring.line.send(leaving, now);
  }

  #newWalks(): number {
    const walks = this.#wiring.iommu.walks;
    const since = walks - this.#walks;
    this.#walks = walks;
    return since;
  }

  #addFunction(requesterId: number, queues: number): number {
    const index = this.functions.length;
    const { line, speed } = this.#wiring;
    const megabits = line.bitsPerSecond / 1e6;
    const fixed = { megabits, fastest: megabits, set: () => {} };
    const added = new NicFunction(index, requesterId, speed ?? fixed);
    added.onReceiveChecksums = (value) => {
      this.receiveChecksums = value;
    };
    for (let q = 0; q < queues; q++) {
      const rx = new InterruptVector(this.engine, this, index, 2 * q);
      const tx = new InterruptVector(this.engine, this, index, 2 * q + 1);
      added.vectors.push(rx, tx);
      added.rx.push(new RxQueue(this, index, requesterId, rx));
      added.tx.push(new TxQueue(this, index, requesterId, tx));
    }
    this.functions.push(added);
    this.#setup.functionsChanged(index);
    this.switching.functionAdded();
    return index;
  }
}
