import type { MsixTable } from '../../bus/pci/msix-table.ts';
import type { NicRegisters } from './nic-registers.ts';
import { REG_RXCSUM, RXCSUM_IP, RXCSUM_L4 } from './offload-spec.ts';
import type { RegisterWindow } from './register-block.ts';
import type { RxQueue } from './rx-queue.ts';
import {
  LINK_SPEEDS,
  PF_QUEUE_STEP,
  PF_RX_BASE,
  PF_TX_BASE,
  REG_LINK_SPEED,
  VF_QUEUE_STEP,
  VF_RX_BASE,
  VF_TX_BASE,
} from './spec.ts';
import type { TxQueue } from './tx-queue.ts';
import type { InterruptVector } from './vector.ts';

/** The speed of the NIC's link, in Mb/s. */
export interface LinkSpeed {
  readonly megabits: number;
  readonly fastest: number;
  set(megabits: number): void;
}

/**
 * One function of the NIC: its window of registers, its queues and its vectors. A driver holds its own
 * function and nothing else of the device.
 */
export class NicFunction {
  readonly index: number;
  readonly requesterId: number;
  readonly rx: RxQueue[] = [];
  readonly tx: TxQueue[] = [];
  /** By cause bit of its own. */
  readonly vectors: readonly InterruptVector[];
  /** The remapping index of each vector, where the root has set it up itself. */
  readonly messages: (number | undefined)[] = [];
  /** Its MSI-X table, which sends every other vector's message. */
  readonly msix: MsixTable | undefined;
  /** Whether its registers answer: its memory space is decoded, and it is somebody's. */
  decoding = true;
  /** Accesses to registers that only the physical function has: writes ignored, reads answered with ones. */
  refused = 0;
  /** Called when the physical function's driver has said which checksums are checked. */
  onReceiveChecksums: (value: number) => void = () => {};
  #link: LinkSpeed;
  /** Everything that is no queue. */
  #window: RegisterWindow;
  #rxBase: number;
  #txBase: number;
  /** Bytes of a queue's registers, a power of two, as a shift. */
  #shift: number;

  /**
   * @param link the NIC's link, whose speed the physical function may set and any may read
   * @param vectors those of this function
   * @param send takes the messages of its MSI-X table
   */
  constructor(
    index: number,
    requesterId: number,
    link: LinkSpeed,
    registers: NicRegisters,
    vectors: readonly InterruptVector[],
    msix?: MsixTable,
  ) {
    this.#link = link;
    this.#window = index === 0 ? registers.file : registers.window(index - 1);
    this.vectors = vectors;
    this.msix = msix;
    this.index = index;
    this.requesterId = requesterId;
    const physical = index === 0;
    this.#rxBase = physical ? PF_RX_BASE : VF_RX_BASE;
    this.#txBase = physical ? PF_TX_BASE : VF_TX_BASE;
    this.#shift = 31 - Math.clz32(physical ? PF_QUEUE_STEP : VF_QUEUE_STEP);
  }

  /** A 32-bit register write that leaves the processor at `at`. Unlisted offsets are ignored. */
  write(offset: number, value: number, at: number): void {
    if (!this.decoding) return;
    const tx = offset - this.#txBase;
    if (tx >= 0 && tx < this.tx.length << this.#shift) {
      this.tx[tx >> this.#shift].write(this.#inQueue(tx), value, at);
      return;
    }
    const rx = offset - this.#rxBase;
    if (rx >= 0 && rx < this.rx.length << this.#shift) {
      this.rx[rx >> this.#shift].write(this.#inQueue(rx), value);
      return;
    }
    if (offset === REG_LINK_SPEED) {
      this.#setSpeed(value);
      return;
    }
    if (offset === REG_RXCSUM && this.index === 0)
      this.onReceiveChecksums(value & (RXCSUM_IP | RXCSUM_L4));
    this.#window.write(offset, value, at);
  }

  /** A 32-bit register read; unlisted offsets read 0. */
  read(offset: number): number {
    if (!this.decoding) return 0xffffffff;
    if (offset === REG_LINK_SPEED) return this.#speed();
    const tx = offset - this.#txBase;
    if (tx >= 0 && tx < this.tx.length << this.#shift)
      return this.tx[tx >> this.#shift].registers.file[this.#inQueue(tx) >> 2] ?? 0;
    const rx = offset - this.#rxBase;
    if (rx >= 0 && rx < this.rx.length << this.#shift)
      return this.rx[rx >> this.#shift].read(this.#inQueue(rx));
    return this.#window.read(offset);
  }

  /** The receive queue for a flow. */
  receiveQueueFor(hash: number): RxQueue {
    return this.rx[hash % this.rx.length];
  }

  /** Stops every queue. */
  stop(): void {
    for (const queue of this.tx) queue.stop();
    for (const queue of this.rx) queue.stop();
  }

  /** Offset in one queue's registers of an offset, not negative, in those of all. */
  #inQueue(offset: number): number {
    return offset & ((1 << this.#shift) - 1);
  }

  #speed(): number {
    if (this.index === 0) return this.#link.megabits;
    this.refused++;
    return 0xffffffff;
  }

  #setSpeed(megabits: number): void {
    if (this.index !== 0) this.refused++;
    else if (LINK_SPEEDS.includes(megabits) && megabits <= this.#link.fastest)
      this.#link.set(megabits);
  }
}
