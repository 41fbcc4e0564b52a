import { DMA_WRITE, FAULT_MESSAGE_RESERVED } from './spec.ts';

/** Fault recording registers that the unit has when nothing else is said. */
const RECORDS = 8;
/** Fourth word of a record (VT-d 10.4.14): fault, and a read rather than a write. */
const RECORD_FAULT = 0x80000000;
const RECORD_READ = 0x40000000;

/** A fault recording register, read. `address` is that of the page: a record has no lower bits. */
export interface FaultRecord {
  requesterId: number;
  /** The page's address in bytes; of an interrupt, the index that its message had. */
  address: number;
  access: 'read' | 'write';
  /** Reason number; FAULT_TEXT has the words. */
  reason: number;
}

/**
 * The unit's primary fault log: a small ring of 128-bit registers that software reads and clears. When the
 * next one in turn is not cleared yet, the fault is lost and the overflow flag set; as VT-d has it (7.3.1),
 * nothing more is recorded until software clears the flag.
 */
export class FaultRecording {
  /** Registers as software reads them: four words a record. */
  readonly words: Uint32Array;
  /** Set when a fault found no room; software clears it. */
  overflow = false;
  /** Faults that were recorded, and those that were not. */
  recorded = 0;
  lost = 0;
  #next = 0;

  /** @param records how many registers, 1 to 256 */
  constructor(records = RECORDS) {
    this.words = new Uint32Array(records * 4);
  }

  get size(): number {
    return this.words.length / 4;
  }

  /** Keeps the fault of an interrupt message with `index`: it stands in the upper 16 bits of the address. */
  recordMessage(requesterId: number, index: number, reason: number): void {
    this.record(requesterId, index * 2 ** 48, reason, DMA_WRITE);
  }

  /** Keeps a fault of `requesterId` at `address` (bytes, up to 64 bits as far as a Number is exact). */
  record(requesterId: number, address: number, reason: number, access: number): void {
    const { words } = this;
    const at = this.#next * 4;
    if (this.overflow || (words[at + 3] & RECORD_FAULT) !== 0) {
      this.overflow = true;
      this.lost++;
      return;
    }
    const known = address >= 0 && address < 2 ** 64 ? address : 0;
    words[at] = (known % 4294967296) & ~0xfff;
    words[at + 1] = known / 4294967296;
    words[at + 2] = requesterId;
    const read = (access & DMA_WRITE) === 0 ? RECORD_READ : 0;
    words[at + 3] = RECORD_FAULT | read | (reason & 0xff);
    this.recorded++;
    this.#next = this.#next + 1 === this.size ? 0 : this.#next + 1;
  }

  /** Whether any record holds a fault. */
  get pending(): boolean {
    return this.firstPending >= 0;
  }

  /** Index of the first record with a fault, or -1. */
  get firstPending(): number {
    for (let i = 0; i < this.size; i++) if ((this.words[i * 4 + 3] & RECORD_FAULT) !== 0) return i;
    return -1;
  }

  /** Record `index`, or undefined when it holds no fault. */
  read(index: number): FaultRecord | undefined {
    const at = index * 4;
    if ((this.words[at + 3] & RECORD_FAULT) === 0) return undefined;
    const top = this.words[at + 3];
    const high = this.words[at + 1];
    const reason = top & 0xff;
    return {
      requesterId: this.words[at + 2] & 0xffff,
      address: reason < FAULT_MESSAGE_RESERVED ? high * 4294967296 + this.words[at] : high >>> 16,
      access: (top & RECORD_READ) !== 0 ? 'read' : 'write',
      reason,
    };
  }

  /** Takes every fault out, the oldest first, and the overflow flag with them. */
  drain(): FaultRecord[] {
    const found: FaultRecord[] = [];
    for (let i = 0; i < this.size; i++) {
      const index = (this.#next + i) % this.size;
      const record = this.read(index);
      if (record !== undefined) found.push(record);
      this.clear(index);
    }
    this.overflow = false;
    return found;
  }

  /** Software writes 1 to the record's fault bit. */
  clear(index: number): void {
    this.words[index * 4 + 3] &= ~RECORD_FAULT;
  }
}
