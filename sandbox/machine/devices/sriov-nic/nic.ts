import { MsixTable } from '../../bus/pci/msix-table.ts';
import type { Engine } from '../../engine/engine.ts';
import { hexOf } from '../../engine/hex.ts';
import type { InterruptRemapping } from '../../iommu/interrupt-remapping.ts';
import type { Iommu } from '../../iommu/iommu.ts';
import { type HostMemory, PAGE_SIZE } from '../../memory/host-memory.ts';
import type { MemoryBus } from '../../memory/memory-bus.ts';
import { type MacAddress, VLAN_TAG_BYTES } from '../../net/frame.ts';
import type { Costs } from '../../partition/costs.ts';
import { DEVICE, DMA, type Ledger } from '../../partition/ledger.ts';
import { VF_VECTORS } from './configuration-spec.ts';
import { DmaTiming } from './dma-timing.ts';
import { type LinkSpeed, NicFunction } from './function.ts';
import { COMPATIBLE_POOLS, compatibleQueue, MAX_POOLS, poolOf } from './layout.ts';
import { sendInterruptMessage } from './messages.ts';
import { NicRegisters } from './nic-registers.ts';
import { NicSwitch } from './nic-switch.ts';
import { nvmImage } from './nvm.ts';
import { PfSetup } from './pf-setup.ts';
import { RxQueue } from './rx-queue.ts';
import { hexId, requesterIdOfVf } from './spec.ts';
import { MPC, ROC, RUC, SSVPC, type Statistics } from './statistics.ts';
import { REG_QDE } from './switch-spec.ts';
import { TxQueue } from './tx-queue.ts';
import type { MessageSender } from './vector.ts';
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

/** Bytes that it buffers between wire and DMA (RXPBS of the 82576). */
const RECEIVE_FIFO_BYTES = 65536;

/** What the device is connected to. */
export interface NicWiring {
  engine: Engine;
  host: HostMemory;
  iommu: Iommu;
  remapping: InterruptRemapping;
  ledger: Ledger;
  costs: Costs;
  /** What its DMA shares with processors; memory that never limits when left out. */
  memory?: MemoryBus;
  /** Towards the physical switch. */
  line: TransmitPort;
  /** The other direction, which the NIC's flow control stops; none when left out. */
  partner?: { pause(until: number): void };
  /** Back into the NIC's own switch, for frames from one function to another. */
  loopback: TransmitPort;
  /** How fast the link is, in both directions; fixed when left out. */
  speed?: LinkSpeed;
  /** The station's address in the NVM, six bytes; 52:54:00:12:34:56 when left out. */
  station?: Uint8Array;
  /** The 82576 as it is: 8 virtual functions at most and 25 causes, with control registers at its offsets. */
  compatible?: boolean;
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
  /** Frames that found no buffer on a queue that does not count its drops (MPC). */
  overruns = 0;
  /** The switch between the functions and the wire. */
  readonly switching: NicSwitch;
  /** What the way from one function to another ends in. */
  readonly inside = {
    receive: (address: number, length: number) => this.switching.fromInside(address, length),
  };
  /** Its link to the host. */
  readonly dma: DmaTiming;
  /** Where the headers of a coalesced frame are made, in the NIC's own memory. */
  readonly headerStaging: number;
  /** RXCSUM: which checksums of received frames are checked. */
  receiveChecksums = 0;
  #wiring: NicWiring;
  #setup: PfSetup;
  /** By function: Bus Master Enable. */
  #masters = new Uint8Array(MAX_POOLS).fill(1);
  #link: LinkSpeed;
  /** PCI Express time of the receive buffer. */
  #receiveFifo: number;

  /** @param requesterId that of the physical function: bus, device and function in 16 bits */
  constructor(wiring: NicWiring, requesterId: number, queues: number) {
    this.#wiring = wiring;
    this.engine = wiring.engine;
    this.host = wiring.host;
    this.headerStaging = wiring.host.allocate(PAGE_SIZE);
    this.ledger = wiring.ledger;
    this.costs = wiring.costs;
    this.dma = new DmaTiming(wiring);
    this.#receiveFifo = this.dma.timeOf(RECEIVE_FIFO_BYTES);
    const { engine, line, speed } = wiring;
    const megabits = line.bitsPerSecond / 1e6;
    this.#link = speed ?? { megabits, fastest: megabits, set: () => {} };
    this.switching = new NicSwitch(wiring.host, this.functions, wiring.loopback, this.maxBytes);
    this.registers = new NicRegisters({
      engine,
      sender: this,
      nvm: nvmImage(wiring.station ?? STATION),
      wide: wiring.compatible !== true,
      linkUp: true,
      filters: this.switching.registers,
      speedBits: () => speedBits(this.#link.megabits),
      onReset: (functionIndex) => this.functions[functionIndex]?.stop(),
      onEnables: (receive, transmit) => this.switching.setPoolEnables(receive, transmit),
    });
    this.#countIn(this.registers.statistics);
    this.switching.onSpoof = () => this.registers.spoofed(engine.now);
    this.#setup = new PfSetup(this.switching.registers, line.maxFrame);
    this.#addFunction(requesterId, queues);
  }

  /**
   * Enables one more virtual function with `queues` queue pairs; returns its function index.
   * @throws RangeError after the 63rd, in the compatible part after the seventh: one pool is the physical
   * function's
   */
  enableVf(queues: number): number {
    const pools = this.#wiring.compatible === true ? COMPATIBLE_POOLS : MAX_POOLS;
    if (this.functions.length === pools)
      throw new RangeError(`enableVf: the NIC has ${pools - 1} virtual functions at most`);
    const requesterId = requesterIdOfVf(this.functions[0].requesterId, this.functions.length - 1);
    this.registers.addVirtual();
    return this.#addFunction(requesterId, queues);
  }

  /**
   * Gives virtual function `functionIndex` to somebody else, with `queues` queue pairs: what its last owner
   * has left in it is gone, and the registers that he holds answer no more.
   */
  renewVf(functionIndex: number, queues: number): void {
    const old = this.functions[functionIndex];
    this.resetVf(functionIndex);
    old.decoding = false;
    this.functions[functionIndex] = this.#makeFunction(functionIndex, old.requesterId, queues);
    this.switching.functionAdded();
  }

  /** Bus Master Enable of a function: without it it makes no requests. On until software says otherwise. */
  setBusMaster(functionIndex: number, on: boolean): void {
    this.#masters[functionIndex] = on ? 1 : 0;
  }

  /** A function-level reset: registers, queues, and where its messages go. */
  resetVf(functionIndex: number): void {
    const target = this.functions[functionIndex];
    if (target === undefined || functionIndex === 0) return;
    this.registers.resetVirtual(functionIndex - 1, this.engine.now);
    target.msix?.reset();
    this.setBusMaster(functionIndex, false);
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
    const { bytes } = this.host;
    this.registers.statistics.received(length, bytes[address], isBroadcastAt(bytes, address));
    this.switching.fromWire(address, length);
    if (this.dma.behind > this.#receiveFifo) this.#pausePartner();
  }

  /**
   * The receive buffer is full, since PCI Express is slower than the wire: the partner stops until it is
   * half empty (flow control of IEEE 802.3). The pause frame itself is not sent.
   */
  #pausePartner(): void {
    const emptied = this.dma.behind - this.#receiveFifo / 2;
    this.#wiring.partner?.pause(Math.round(this.engine.now + emptied));
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
    if (index === undefined) target.msix?.signal(vector, this.engine.now);
    else this.#wiring.remapping.deliver(target.requesterId, index, this.engine.now);
  }

  /**
   * Translates a queue's DMA address. A fault stops the function's queues, as the malicious-driver
   * detection of later parts of the family does, and is visible in the IOMMU's fault record.
   */
  translate(queue: TxQueue | RxQueue, address: number, access: number): number {
    const { functionIndex, requesterId } = queue;
    const at =
      this.#masters[functionIndex] !== 0
        ? this.#wiring.iommu.translate(requesterId, address, access)
        : -1;
    if (at < 0) this.functions[functionIndex].stop();
    return at;
  }

  /** When a frame whose doorbell arrives at `posted` has been read over PCI Express. */
  scheduleFetch(posted: number, length: number): number {
    const ready = this.dma.fetched(posted, length);
    const line = this.#wiring.line;
    const fifo = Math.round((TRANSMIT_FIFO_BYTES * 8e12) / line.bitsPerSecond);
    return Math.max(ready, line.busyUntil - fifo, this.engine.now);
  }

  /** When a frame written now can be seen by a processor. */
  scheduleStore(length: number): number {
    return this.dma.stored(length);
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
    const { switching, registers } = this;
    const lost = switching.spoofed + switching.congested;
    const leaving = switching.fromQueue(queue, address, length, tag);
    const counters = registers.countersOf(queue.functionIndex);
    if (leaving > 0) {
      const { bytes } = this.host;
      registers.statistics.transmitted(leaving, bytes[address], isBroadcastAt(bytes, address));
      counters?.transmitted(leaving, false);
      this.#wiring.line.send(leaving, now);
    } else if (lost === switching.spoofed + switching.congested)
      counters?.transmitted(length, true);
  }

  /** Counters that the switch keeps. */
  #countIn(statistics: Statistics): void {
    const { switching } = this;
    statistics.from(MPC, () => this.overruns);
    statistics.from(RUC, () => switching.undersize);
    statistics.from(ROC, () => switching.oversize);
    statistics.from(SSVPC, () => switching.spoofed);
  }

  #addFunction(requesterId: number, queues: number): number {
    const index = this.functions.length;
    this.functions.push(this.#makeFunction(index, requesterId, queues));
    this.#setup.functionsChanged(index);
    this.switching.functionAdded();
    return index;
  }

  #makeFunction(index: number, requesterId: number, queues: number): NicFunction {
    const { vectors } = this.registers;
    const { lines } = vectors.of(index);
    const table = new MsixTable(Math.max(VF_VECTORS, 2 * queues), (address, data, at) => {
      if (this.#masters[index] !== 0)
        sendInterruptMessage(this.#wiring, requesterId, address, data, at);
    });
    const msix = index === 0 ? undefined : table;
    const own = vectors.own(index);
    const added = new NicFunction(index, requesterId, this.#link, this.registers, own, msix);
    added.onReceiveChecksums = (value) => {
      this.receiveChecksums = value;
    };
    for (let q = 0; q < queues; q++) {
      vectors.need(index, 2 * q + 1);
      added.rx.push(new RxQueue(this, index, requesterId, lines[2 * q]));
      added.tx.push(new TxQueue(this, index, requesterId, lines[2 * q + 1]));
    }
    return added;
  }
}

/** STATUS bits 7:6 for a speed: 10, 100, 1000 Mb/s and everything above. */
function speedBits(megabits: number): number {
  return megabits >= 1000 ? 2 : megabits >= 100 ? 1 : 0;
}

function isBroadcastAt(bytes: Uint8Array, address: number): boolean {
  if (bytes[address] !== 0xff) return false;
  for (let i = 1; i < 6; i++) if (bytes[address + i] !== 0xff) return false;
  return true;
}
