import { hexOf } from '../../engine/hex.ts';
import { DMA_READ, DMA_WRITE } from '../../iommu/iommu.ts';
import { PAGE_SIZE } from '../../memory/host-memory.ts';
import { DEVICE, DMA } from '../../partition/ledger.ts';
import type { SriovNic } from './nic.ts';
import { QueueRegisters } from './queue-registers.ts';
import { checkedStatus } from './rx-offload.ts';
import { hexId, RX_DONE, RX_END_OF_PACKET } from './spec.ts';
import type { CauseLine } from './vector.ts';

/**
 * A receive queue: software gives it empty buffers up to the tail; each frame takes as many as it needs
 * and its descriptors are written back with length and status. Without a buffer the frame is dropped.
 */
export class RxQueue {
  readonly registers = new QueueRegisters();
  readonly requesterId: number;
  readonly functionIndex: number;
  readonly vector: CauseLine;
  /** Frames dropped for want of a buffer (RQDPC). */
  dropped = 0;
  #nic: SriovNic;

  constructor(nic: SriovNic, functionIndex: number, requesterId: number, vector: CauseLine) {
    this.#nic = nic;
    this.functionIndex = functionIndex;
    this.requesterId = requesterId;
    this.vector = vector;
  }

  write(offset: number, value: number): void {
    this.registers.write(offset, value);
  }

  stop(): void {
    this.registers.file.fill(0);
  }

  /** A frame for this queue, in the MAC's buffer. */
  receive(address: number, length: number): void {
    const { registers } = this;
    const { bufferSize } = registers;
    if (bufferSize === 0 || this.#free() < Math.ceil(length / bufferSize)) {
      this.dropped++;
      return;
    }
    const nic = this.#nic;
    nic.ledger.charge(DEVICE, DMA, 0);
    const start = nic.engine.now;
    const enabled = nic.receiveChecksums;
    const checked = enabled === 0 ? 0 : checkedStatus(nic.host, address, length, enabled);
    for (let done = 0; done < length; ) {
      const piece = Math.min(length - done, bufferSize);
      const at = registers.descriptor(registers.head);
      const descriptor = nic.translate(this, at, DMA_READ | DMA_WRITE);
      if (descriptor < 0) return;
      const buffer = nic.host.read32(descriptor) + nic.host.read32(descriptor + 4) * 4294967296;
      if (!this.#store(buffer, address + done, piece)) return;
      done += piece;
      const status = done === length ? RX_DONE | RX_END_OF_PACKET | checked : RX_DONE;
      nic.host.write32(descriptor, 0);
      nic.host.write32(descriptor + 4, 0);
      nic.host.write32(descriptor + 12, piece);
      nic.host.write32(descriptor + 8, status);
      registers.head = registers.head + 1 === registers.entries ? 0 : registers.head + 1;
    }
    const visible = nic.scheduleStore(length);
    if (nic.engine.trace.recording) {
      const bytes = hexOf(nic.host.bytes, address, length);
      const detail = `write ${length} bytes as ${hexId(this.requesterId)}`;
      const place = `function ${this.functionIndex}`;
      nic.engine.trace.step(DEVICE, DMA, start, visible, detail, bytes, place);
    }
    this.vector.cause(visible);
  }

  #free(): number {
    const { registers } = this;
    if (!registers.owns) return 0;
    const free = registers.tail - registers.head;
    return free < 0 ? free + registers.entries : free;
  }

  #store(address: number, from: number, length: number): boolean {
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
