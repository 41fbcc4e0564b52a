import type { Engine } from '../../engine/engine.ts';
import { hexOf } from '../../engine/hex.ts';
import type { InterruptRemapping } from '../../iommu/interrupt-remapping.ts';
import type { Iommu } from '../../iommu/iommu.ts';
import type { HostMemory } from '../../memory/host-memory.ts';
import { AddressTable } from '../../net/address-table.ts';
import {
  flowHash,
  type MacAddress,
  macKey,
  macKeyAt,
  VLAN_OFFSET,
  VLAN_PROTOCOL,
  VLAN_TAG_BYTES,
} from '../../net/frame.ts';
import type { Costs } from '../../partition/costs.ts';
import { DEVICE, DMA, type Ledger } from '../../partition/ledger.ts';
import { type LinkSpeed, NicFunction } from './function.ts';
import { NicRegisters } from './nic-registers.ts';
import { nvmImage } from './nvm.ts';
import { RxQueue } from './rx-queue.ts';
import { hexId, requesterIdOfVf } from './spec.ts';
import { TxQueue } from './tx-queue.ts';
import type { MessageSender } from './vector.ts';

/** What the MAC sends frames through: one direction of a link. */
export interface TransmitPort {
  readonly busyUntil: number;
  readonly bitsPerSecond: number;
  /** Longest frame without FCS and VLAN tag that it takes; what `claim` gives has room for a tag too. */
  readonly maxFrame: number;
  claim(): number;
  send(length: number, at: number): void;
}

/** A filter's target in one number: function and queue, or the code for any queue. */
const QUEUE_CODES = 256;
const ANY_QUEUE = 255;

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
  /** The station's address in the NVM, six bytes; 52:54:00:12:34:56 when left out. */
  station?: Uint8Array;
}

const STATION = Uint8Array.of(0x52, 0x54, 0x00, 0x12, 0x34, 0x56);

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
  /** Everything that is no queue, in the physical function's window and in those of the virtual ones. */
  readonly registers: NicRegisters;
  /** Frames that are too long to send, or that nothing takes. */
  filtered = 0;
  /** RXCSUM: which checksums of received frames are checked. */
  receiveChecksums = 0;
  #wiring: NicWiring;
  #filters = new AddressTable<number>();
  #readBusy = 0;
  #writeBusy = 0;
  #walks = 0;
  #picosecondsPerByte: number;
  #link: LinkSpeed;

  /** @param requesterId that of the physical function: bus, device and function in 16 bits */
  constructor(wiring: NicWiring, requesterId: number, queues: number) {
    this.#wiring = wiring;
    this.engine = wiring.engine;
    this.host = wiring.host;
    this.ledger = wiring.ledger;
    this.costs = wiring.costs;
    this.#picosecondsPerByte = 8e12 / wiring.costs.pcieBitsPerSecond;
    const { engine, line, speed } = wiring;
    const megabits = line.bitsPerSecond / 1e6;
    this.#link = speed ?? { megabits, fastest: megabits, set: () => {} };
    this.registers = new NicRegisters({
      engine,
      sender: this,
      nvm: nvmImage(wiring.station ?? STATION),
      wide: true,
      linkUp: true,
      speedBits: () => speedBits(this.#link.megabits),
      onReset: (functionIndex) => this.functions[functionIndex]?.stop(),
    });
    this.#addFunction(requesterId, queues);
  }

  /** Enables one more virtual function with `queues` queue pairs; returns its function index. */
  enableVf(queues: number): number {
    const requesterId = requesterIdOfVf(this.functions[0].requesterId, this.functions.length - 1);
    this.registers.addVirtual();
    return this.#addFunction(requesterId, queues);
  }

  /**
   * Frames for `mac` go to `functionIndex` from now on: to its queue `queue`, or spread by flow when
   * that is left out. Set by the PF driver only.
   */
  setFilter(mac: MacAddress, functionIndex: number, queue = ANY_QUEUE): void {
    this.#filters.set(macKey(mac.high, mac.low), functionIndex * QUEUE_CODES + queue);
  }

  /** A frame from the wire or from the switch inside: to the queue of the function it is for. */
  receive(address: number, length: number): void {
    const filter = this.#filters.get(macKeyAt(this.host, address)) ?? 0;
    const target = this.functions[Math.floor(filter / QUEUE_CODES)];
    const queue = filter % QUEUE_CODES;
    const chosen = queue === ANY_QUEUE ? flowHash(this.host, address) : queue;
    target.receiveQueueFor(chosen).receive(address, length);
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
    const { bytes } = this.host;
    const at = address + VLAN_OFFSET;
    const tagged = ((bytes[at] << 8) | bytes[at + 1]) === VLAN_PROTOCOL;
    return length <= (tagged ? this.maxBytes : this.#wiring.line.maxFrame);
  }

  /** Room for a frame in the MAC; -1 while it is full. */
  claimTransmit(): number {
    return this.#wiring.line.claim();
  }

  /** When to try again after a full MAC: when a frame has left it. */
  retryTransmitAt(): number {
    return this.engine.now + Math.round(1e12 / (this.#wiring.line.bitsPerSecond / 12_000));
  }

  /** A frame of `queue` is in the MAC at `address`: inside when its station is, else out. */
  transmit(queue: TxQueue, address: number, length: number): void {
    const now = this.engine.now;
    const { trace } = this.engine;
    if (trace.recording) {
      const started = now - this.costs.dmaReadFrame;
      const detail = `read ${length} bytes as ${hexId(queue.requesterId)}`;
      const bytes = hexOf(this.host.bytes, address, length);
      trace.step(DEVICE, DMA, started, now, detail, bytes, `function ${queue.functionIndex}`);
    }
    const filter = this.#filters.get(macKeyAt(this.host, address));
    const inside = filter === undefined ? -1 : Math.floor(filter / QUEUE_CODES);
    if (inside < 0 || inside === queue.functionIndex) {
      this.#wiring.line.send(length, now);
      return;
    }
    const to = this.#wiring.loopback.claim();
    if (to < 0) {
      this.filtered++;
      return;
    }
    this.host.copy(to, address, length);
    this.#wiring.loopback.send(length, now);
  }

  #newWalks(): number {
    const walks = this.#wiring.iommu.walks;
    const since = walks - this.#walks;
    this.#walks = walks;
    return since;
  }

  #addFunction(requesterId: number, queues: number): number {
    const index = this.functions.length;
    const { vectors } = this.registers;
    const { lines } = vectors.of(index);
    const own = vectors.own(index);
    const added = new NicFunction(index, requesterId, this.#link, this.registers, own);
    added.onReceiveChecksums = (value) => {
      this.receiveChecksums = value;
    };
    for (let q = 0; q < queues; q++) {
      vectors.need(index, 2 * q + 1);
      added.rx.push(new RxQueue(this, index, requesterId, lines[2 * q]));
      added.tx.push(new TxQueue(this, index, requesterId, lines[2 * q + 1]));
    }
    this.functions.push(added);
    return index;
  }
}

/** STATUS bits 7:6 for a speed: 10, 100, 1000 Mb/s and everything above. */
function speedBits(megabits: number): number {
  return megabits >= 1000 ? 2 : megabits >= 100 ? 1 : 0;
}
