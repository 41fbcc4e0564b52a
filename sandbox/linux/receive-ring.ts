import type { BusRecord, DmaRecord } from '../conformance/recording.ts';
import { CSR3_RECEIVE_LIST } from '../machine/devices/dec21140/spec.ts';
import type { MemoryRead } from './happening.ts';

const DESCRIPTOR = 16;
/** The top byte of a descriptor that belongs to the chip. */
const OWNED = 0x80;

/**
 * The receive ring of a recording, filled ahead as the driver fills it. The recorded device looks at a
 * descriptor only when a frame is there; a 21140 does so when it starts and behind each frame. So what
 * was read later has to be there sooner.
 */
export class ReceiveRing {
  #records: readonly BusRecord[];

  constructor(records: readonly BusRecord[]) {
    this.#records = records;
  }

  /** What record `index` makes true of the ring: the driver names it, or a descriptor comes back to it. */
  after(index: number): MemoryRead[] {
    const record = this.#records[index];
    if (record.op === 'iow' && record.offset === CSR3_RECEIVE_LIST) return this.#filled(index);
    if (record.op !== 'dmaw' || record.what !== 'rdes') return [];
    const next = this.#reads(index).find(({ address }) => address === record.address);
    return next ? [memory(next.address, next.data)] : [];
  }

  /** All descriptors that will be read, and one that is never reached. */
  #filled(index: number): MemoryRead[] {
    const first = new Map<number, DmaRecord>();
    for (const read of this.#reads(index))
      if (!first.has(read.address)) first.set(read.address, read);
    const all = [...first.values()].map(({ address, data }) => memory(address, data));
    const { value: base } = this.#records[index] as { value: number };
    const beyond = Math.max(base - DESCRIPTOR, ...first.keys()) + DESCRIPTOR;
    return [...all, memory(beyond, Uint8Array.of(0, 0, 0, OWNED, 0, 0, 0, 0))];
  }

  /** Reads of receive descriptors after record `index`, until the driver names another ring. */
  #reads(index: number): DmaRecord[] {
    const later = this.#records.slice(index + 1);
    const end = later.findIndex((one) => one.op === 'iow' && one.offset === CSR3_RECEIVE_LIST);
    const own = end < 0 ? later : later.slice(0, end);
    return own.filter((one): one is DmaRecord => one.op === 'dmar' && one.what === 'rdes');
  }
}

const memory = (address: number, data: Uint8Array): MemoryRead => ({
  kind: 'memory',
  address,
  data,
});
