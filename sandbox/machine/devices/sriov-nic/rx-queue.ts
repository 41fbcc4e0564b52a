import { hexOf } from '../../engine/hex.ts';
import { DMA_READ, DMA_WRITE } from '../../iommu/iommu.ts';
import { PAGE_SIZE } from '../../memory/host-memory.ts';
import { DEVICE, DMA } from '../../partition/ledger.ts';
import { COALESCING_ENABLE, QUEUE_COALESCING } from './coalescing-spec.ts';
import type { SriovNic } from './nic.ts';
import { QueueRegisters } from './queue-registers.ts';
import { ReceiveCoalescing } from './rx-coalescing.ts';
import { checkedStatus } from './rx-offload.ts';
import { hexId, QUEUE_DROPS, RX_DONE, RX_END_OF_PACKET } from './spec.ts';
import type { CauseLine } from './vector.ts';

/** Status of a write-back, word 2: the VLAN tag stands in the descriptor; the frame never was on the wire. */
export const RX_TAG_STRIPPED = 1 << 3;
/** That looped frames have it is unverified. */
export const RX_LOOPED = 1 << 18;

/** What the write-back of a frame's last descriptor says beside its length: words 0, 1, 2 and 3 31:16. */
export interface RxNotes {
  types: number;
  hash: number;
  status: number;
  tag: number;
}

const NO_NOTES: RxNotes = { types: 0, hash: 0, status: 0, tag: 0 };

/**
 * A receive queue: software gives it empty buffers up to the tail; each frame takes as many as it needs
 * and its descriptors are written back with length and status. Without a buffer the frame is dropped.
 */
export class RxQueue {
  readonly registers = new QueueRegisters();
  readonly requesterId: number;
  readonly functionIndex: number;
  readonly vector: CauseLine;
  /** Frames dropped for want of a buffer. */
  dropped = 0;
  #nic: SriovNic;
  /** None until software turns coalescing on. */
  #coalescing: ReceiveCoalescing | undefined;

  constructor(nic: SriovNic, functionIndex: number, requesterId: number, vector: CauseLine) {
    this.#nic = nic;
    this.functionIndex = functionIndex;
    this.requesterId = requesterId;
    this.vector = vector;
  }

  write(offset: number, value: number): void {
    this.registers.write(offset, value);
  }

  /** A register read; the count of drops is cleared by it. */
  read(offset: number): number {
    const value = this.registers.file[offset >> 2] ?? 0;
    if (offset === QUEUE_DROPS) this.registers.file[QUEUE_DROPS >> 2] = 0;
    return value;
  }

  stop(): void {
    this.registers.file.fill(0);
    this.#coalescing?.stop();
  }

  /** RQDPC counts where software has chosen to drop; otherwise a lack of buffers is an overrun of the NIC's. */
  #drop(): void {
    const { registers } = this;
    this.dropped++;
    if (registers.drops || this.#nic.dropsOn(this)) registers.file[QUEUE_DROPS >> 2]++;
    else this.#nic.overruns++;
  }

  /** A frame for this queue, in the MAC's buffer. */
  receive(address: number, length: number, notes = NO_NOTES): void {
    const { registers } = this;
    const { bufferSize } = registers;
    if ((registers.file[QUEUE_COALESCING >> 2] & COALESCING_ENABLE) !== 0) {
      this.#coalescing ??= new ReceiveCoalescing(this.#nic, this);
      if (bufferSize > 0 && this.#coalescing.receive(address, length, notes)) return;
    }
    if (bufferSize === 0 || this.free < Math.ceil(length / bufferSize)) {
      this.#drop();
      return;
    }
    const nic = this.#nic;
    const enabled = nic.receiveChecksums;
    const checked = enabled === 0 ? 0 : checkedStatus(nic.host, address, length, enabled);
    for (let done = 0; done < length; ) {
      const piece = Math.min(length - done, bufferSize);
      const at = registers.descriptor(registers.head);
      const descriptor = nic.translate(this, at, DMA_READ | DMA_WRITE);
      if (descriptor < 0) return;
      const buffer = nic.host.read32(descriptor) + nic.host.read32(descriptor + 4) * 4294967296;
      if (!this.store(buffer, address + done, piece)) return;
      done += piece;
      const last = done === length;
      const status = last ? RX_DONE | RX_END_OF_PACKET | checked | notes.status : RX_DONE;
      nic.host.write32(descriptor, last ? notes.types : 0);
      nic.host.write32(descriptor + 4, last ? notes.hash : 0);
      nic.host.write32(descriptor + 12, last ? piece | (notes.tag << 16) : piece);
      nic.host.write32(descriptor + 8, status);
      registers.head = registers.head + 1 === registers.entries ? 0 : registers.head + 1;
    }
    this.vector.cause(this.count(address, length, notes));
  }

  /** Counts a frame that is taken; when its bytes, which cross PCI Express now, can be seen. */
  count(address: number, length: number, notes: RxNotes): number {
    const nic = this.#nic;
    const start = nic.engine.now;
    nic.ledger.charge(DEVICE, DMA, 0);
    const counters = nic.registers.countersOf(this.functionIndex);
    const group = (nic.host.bytes[address] & 1) !== 0;
    counters?.received(length, group, (notes.status & RX_LOOPED) !== 0);
    const visible = nic.scheduleStore(length);
    if (nic.engine.trace.recording) {
      const bytes = hexOf(nic.host.bytes, address, length);
      const detail = `write ${length} bytes as ${hexId(this.requesterId)}`;
      const place = `function ${this.functionIndex}`;
      nic.engine.trace.step(DEVICE, DMA, start, visible, detail, bytes, place);
    }
    return visible;
  }

  /** Descriptors that software has given and nothing was put into. */
  get free(): number {
    const { registers } = this;
    if (!registers.owns) return 0;
    const free = registers.tail - registers.head;
    return free < 0 ? free + registers.entries : free;
  }

  /** Writes to bus address `address`; false when the IOMMU refuses. */
  store(address: number, from: number, length: number): boolean {
    const nic = this.#nic;
    for (let done = 0; done < length; ) {
      const piece = Math.min(length - done, PAGE_SIZE - ((address + done) & (PAGE_SIZE - 1)));
      const to = nic.translate(this, address + done, DMA_WRITE);
      if (to < 0) return false;
      nic.host.copy(to, from + done, piece);
      done += piece;
    }
    return true;
  }
}
