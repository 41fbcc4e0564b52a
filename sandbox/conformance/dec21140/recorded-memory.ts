import type { BusMaster } from '../../machine/devices/dec21140/device.ts';
import type { BusRecord, DmaRecord } from '../recording.ts';
import * as spec from './spec.ts';

const DESCRIPTOR = 16;

/** What the model did with a record of DMA: bytes that it read or wrote there, the bytes it wrote. */
export interface Touch {
  bytes: number;
  written: Uint8Array | undefined;
}

/** A transfer of the model's for which the recorded device has none. */
export interface Stray {
  what: 'read' | 'write';
  address: number;
  length: number;
}

/**
 * Guest memory as a recording knows it. The driver changes it unseen, so what stands at an address is
 * what the recorded device read there next, unless the model asks earlier than that device did:
 * - A transmit descriptor that is read later than within this access is not yet owned: the driver hands
 *   it over just before it says so.
 * - A receive descriptor that is next read as owned counts as owned at once, as the driver fills its
 *   ring ahead; one that is next read as not owned was not owned before either, for only the device
 *   takes ownership away. So the model suspends where the recorded device is about to find nothing.
 */
export class RecordedMemory implements BusMaster {
  readonly touched: (Touch | undefined)[] = [];
  strays: Stray[] = [];
  /** A receive descriptor was not owned when the model looked, since this was last set to false. */
  starved = false;
  #records: readonly BusRecord[];
  #reads = new Map<number, number[]>();
  #writes = new Map<number, number[]>();
  /** Index of the record in which a descriptor at an address was last given back. */
  #given = new Map<number, number>();
  #now = -1;
  #end = 0;
  /** Where the receive process goes next, as far as the recording shows. */
  #receiveNext = -1;
  #receiveBase = -1;
  #skip = 0;

  constructor(records: readonly BusRecord[]) {
    this.#records = records;
    for (const [index, record] of records.entries()) {
      if (record.op !== 'dmar' && record.op !== 'dmaw') continue;
      const table = record.op === 'dmar' ? this.#reads : this.#writes;
      const list = table.get(record.address);
      if (list) list.push(index);
      else table.set(record.address, [index]);
    }
  }

  /** From here on the model acts on record `now`; the recorded device's own actions end before `end`. */
  begin(now: number, end: number): void {
    this.#now = now;
    this.#end = end;
  }

  /** The driver's ring: CSR3, and the bytes between descriptors that CSR0 says. */
  setReceiveBase(address: number): void {
    this.#receiveBase = this.#receiveNext = address;
  }

  setSkip(bytes: number): void {
    this.#skip = bytes;
  }

  readInto(address: number, target: Uint8Array, offset: number, length: number): number {
    target.fill(0, offset, offset + length);
    const index = this.#nextCovering(address);
    const record = index === undefined ? undefined : (this.#records[index] as DmaRecord);
    if (index === undefined || record === undefined)
      return this.#unknown(address, target, offset, length);
    const from = address - record.address;
    const bytes = record.data.subarray(from, from + length);
    target.set(bytes, offset);
    this.#touch(index).bytes += bytes.length;
    if (bytes.length < length) this.#stray('read', address + bytes.length, length - bytes.length);
    if (record.what === 'rdes') this.#serveReceive(record);
    if (record.what === 'tdes' && index >= this.#end) {
      this.#touch(index).bytes -= bytes.length;
      if (from < 4) target[offset + 3 - from] &= 0x7f;
    }
    return length;
  }

  writeFrom(address: number, source: Uint8Array, offset: number, length: number): number {
    const bytes = source.slice(offset, offset + length);
    for (let index = this.#now + 1; index < this.#end; index++) {
      const record = this.#records[index];
      if (record.op !== 'dmaw' || this.#isFull(index, record)) continue;
      const at = address - record.address;
      if (at < 0 || at >= record.data.length + slack(record)) continue;
      const touch = this.#touch(index);
      touch.written ??= new Uint8Array(record.data.length);
      touch.written.set(bytes.subarray(0, Math.max(0, record.data.length - at)), at);
      touch.bytes += length;
      if (record.what !== 'rxbuf') this.#given.set(record.address, index);
      return length;
    }
    this.#stray('write', address, length);
    return length;
  }

  /** Whether the receive descriptor that the recorded device reads after record `index` is owned there. */
  refilled(address: number, index: number): boolean {
    const next = this.#reads.get(address)?.find((candidate) => candidate > index);
    return next === undefined || isOwned(this.#records[next] as DmaRecord);
  }

  #isFull(index: number, record: DmaRecord): boolean {
    return record.what !== 'rxbuf' && this.touched[index] !== undefined;
  }

  #touch(index: number): Touch {
    const touch = this.touched[index] ?? { bytes: 0, written: undefined };
    this.touched[index] = touch;
    return touch;
  }

  /** The next record, after now, of a read that covers `address`. */
  #nextCovering(address: number): number | undefined {
    let best: number | undefined;
    for (const start of [address, address - 4, address - 8, address - 12]) {
      const after = Math.max(this.#now, this.#given.get(start) ?? -1);
      const index = firstAfter(this.#reads.get(start), after);
      if (index === undefined || (best !== undefined && best <= index)) continue;
      const record = this.#records[index] as DmaRecord;
      if (start === address || isDescriptor(record)) best = index;
    }
    if (best !== undefined && best < this.#end) return best;
    return this.#withinBuffer(address) ?? best;
  }

  /** A buffer of this access that the model reads in pieces. */
  #withinBuffer(address: number): number | undefined {
    for (let index = this.#now + 1; index < this.#end; index++) {
      const record = this.#records[index];
      if (record.op !== 'dmar' || isDescriptor(record)) continue;
      if (address >= record.address && address < record.address + record.data.length) return index;
    }
    return undefined;
  }

  #unknown(address: number, target: Uint8Array, offset: number, length: number): number {
    const known = [address, address - 4, address - 8, address - 12].find((start) => {
      const last = this.#reads.get(start)?.at(-1);
      return last !== undefined && isDescriptor(this.#records[last] as DmaRecord);
    });
    const record = known === undefined ? undefined : this.#last(known);
    const inReceive = address >= this.#receiveNext && address < this.#receiveNext + DESCRIPTOR;
    if (record === undefined && !inReceive) this.#stray('read', address, length);
    const from = record === undefined ? address - this.#receiveNext : address - record.address;
    if (record !== undefined) target.set(record.data.subarray(from, from + length), offset);
    if (from < 4 && from + length > 3) {
      const owned = record === undefined ? inReceive : record.what === 'rdes';
      target[offset + 3 - from] = owned ? 0x80 : target[offset + 3 - from] & 0x7f;
    }
    if (record?.what === 'rdes') this.#serveReceive(record, true);
    return length;
  }

  #last(address: number): DmaRecord {
    return this.#records[this.#reads.get(address)?.at(-1) ?? 0] as DmaRecord;
  }

  /** The model saw this receive descriptor: remembers where the next one is, and whether it was owned. */
  #serveReceive(record: DmaRecord, asOwned = isOwned(record)): void {
    if (!asOwned) {
      this.starved = true;
      return;
    }
    const control = spec.word(record.data, 4);
    if ((control & spec.END_OF_RING) !== 0) this.#receiveNext = this.#receiveBase;
    else if ((control & spec.CHAINED) !== 0) this.#receiveNext = spec.word(record.data, 12);
    else this.#receiveNext = record.address + DESCRIPTOR + this.#skip;
  }

  #stray(what: Stray['what'], address: number, length: number): void {
    this.strays.push({ what, address, length });
  }
}

/** Bytes behind a receive buffer's data that the model may write: the FCS, which is not compared. */
const slack = (record: DmaRecord): number => (record.what === 'rxbuf' ? 4 : 0);

export const isDescriptor = (record: DmaRecord): boolean => /^[rt]des$/.test(record.what);

export const isOwned = (record: DmaRecord): boolean => (spec.word(record.data, 0) & spec.OWN) !== 0;

/** The first of ascending `list` above `after`. */
function firstAfter(list: readonly number[] | undefined, after: number): number | undefined {
  if (list === undefined) return undefined;
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] > after) high = middle;
    else low = middle + 1;
  }
  return list[low];
}
