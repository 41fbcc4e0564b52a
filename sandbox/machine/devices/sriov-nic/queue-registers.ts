import {
  DESCRIPTOR_SHIFT,
  QUEUE_BASE_HIGH,
  QUEUE_BASE_LOW,
  QUEUE_BUFFER_SIZE,
  QUEUE_CONTROL,
  QUEUE_DROP,
  QUEUE_DROPS,
  QUEUE_ENABLE,
  QUEUE_HEAD,
  QUEUE_LENGTH,
  QUEUE_TAIL,
} from './spec.ts';

/** The register block of one queue. The file is the truth; what it means is a getter. */
export class QueueRegisters {
  readonly file = new Uint32Array(0x40 >> 2);

  get base(): number {
    return this.file[QUEUE_BASE_HIGH >> 2] * 4294967296 + this.file[QUEUE_BASE_LOW >> 2];
  }

  /** Descriptors in the ring. */
  get entries(): number {
    return this.file[QUEUE_LENGTH >> 2] >>> DESCRIPTOR_SHIFT;
  }

  get enabled(): boolean {
    return (this.file[QUEUE_CONTROL >> 2] & QUEUE_ENABLE) !== 0;
  }

  get head(): number {
    return this.file[QUEUE_HEAD >> 2];
  }

  set head(value: number) {
    this.file[QUEUE_HEAD >> 2] = value;
  }

  get tail(): number {
    return this.file[QUEUE_TAIL >> 2];
  }

  /** Bytes of a receive buffer; 0 until software says. */
  get bufferSize(): number {
    return (this.file[QUEUE_BUFFER_SIZE >> 2] & 0x7f) * 1024;
  }

  /** Whether software wants frames dropped and counted that find no buffer. */
  get drops(): boolean {
    return (this.file[QUEUE_BUFFER_SIZE >> 2] & QUEUE_DROP) !== 0;
  }

  /** Bus address of descriptor `index`. */
  descriptor(index: number): number {
    return this.base + (index << DESCRIPTOR_SHIFT);
  }

  /** Stores a write, keeping reserved bits 0; a head or tail beyond the ring is kept and means an empty ring. */
  write(offset: number, value: number): void {
    if (offset === QUEUE_BASE_LOW) this.file[QUEUE_BASE_LOW >> 2] = value & ~0x7f;
    else if (offset === QUEUE_LENGTH) this.file[QUEUE_LENGTH >> 2] = value & 0xfff80;
    else if (offset === QUEUE_HEAD || offset === QUEUE_TAIL)
      this.file[offset >> 2] = value & 0xffff;
    else if (offset < 0x40 && offset !== QUEUE_DROPS) this.file[offset >> 2] = value;
  }

  /** Whether hardware owns the descriptor at the head. */
  get owns(): boolean {
    const { head, tail, entries } = this;
    return this.enabled && head !== tail && head < entries && tail < entries;
  }
}
