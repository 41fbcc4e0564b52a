import type { HostMemory } from '../../memory/host-memory.ts';
import { ScatterList } from '../../memory/scatter-list.ts';
import { RNDIS_HEADER } from '../../vmbus/rndis.ts';
import type { SharedPages } from './shared-pages.ts';

/** Sections that are kept for the replies to control requests. */
const CONTROL_SECTIONS = 16;

/** The receive buffer that a guest has shared: sections of equal size, taken and given back by number. */
export class ReceiveSections {
  readonly sectionSize: number;
  readonly count: number;
  #host: HostMemory;
  #pages: SharedPages;
  #free: number[];
  #control: number[];
  #firstControl: number;
  #lent: number;
  #addresses: Float64Array;

  /** @param lent sections, from the first on, that the NIC fills: they are never taken here */
  constructor(host: HostMemory, pages: SharedPages, sectionSize: number, lent: number) {
    this.#lent = lent;
    this.#host = host;
    this.#pages = pages;
    this.sectionSize = sectionSize;
    this.count = Math.floor(pages.bytes / sectionSize);
    this.#firstControl = Math.max(0, this.count - CONTROL_SECTIONS);
    const all = Array.from({ length: this.count }, (_, i) => i);
    this.#free = all.slice(lent, this.#firstControl).reverse();
    this.#control = all.slice(this.#firstControl);
    this.#addresses = Float64Array.from(all, (i) => pages.span(i * sectionSize, sectionSize));
  }

  /** A free section for a frame, or -1. */
  take(): number {
    return this.#free.pop() ?? -1;
  }

  /** `count` free sections, or none at all. */
  takeSome(count: number): number[] {
    const { length } = this.#free;
    return count > length ? [] : this.#free.splice(length - count).reverse();
  }

  /** A free section for a reply, or -1. */
  takeControl(): number {
    return this.#control.pop() ?? -1;
  }

  give(section: number): void {
    if (section >= this.#firstControl) this.#control.push(section);
    else if (section >= this.#lent) this.#free.push(section);
  }

  /** Puts `size` bytes of header of a frame into a section; host address of where the frame goes, or -1. */
  putHeader(section: number, header: Uint32Array, size: number): number {
    const address = this.#addresses[section];
    if (address < 0 || (address & 1) !== 0) {
      this.putBytes(section, new Uint8Array(header.buffer, 0, size));
      return address < 0 ? -1 : address + size;
    }
    const { u16 } = this.#host;
    for (let i = 0, half = address >>> 1; i < size / 4; i++, half += 2) {
      u16[half] = header[i];
      u16[half + 1] = header[i] >>> 16;
    }
    return address + size;
  }

  /** Puts a frame into a section that is not in one piece, behind its header of `offset` bytes. */
  putFrame(section: number, frame: ScatterList, offset: number): void {
    const bytes = new Uint8Array(frame.length);
    for (let i = 0; i < frame.length; i++) bytes[i] = frame.byte(this.#host, i);
    this.putBytes(section, bytes, offset);
  }

  /** The section that the NIC has filled with a frame at host address `at`; -1 when it is none of those. */
  lentAt(at: number): number {
    const section = (at - RNDIS_HEADER - this.#addresses[0]) / this.sectionSize;
    return Number.isInteger(section) && section >= 0 && section < this.#lent ? section : -1;
  }

  /** Puts bytes at `offset` of a section. */
  putBytes(section: number, bytes: Uint8Array, offset = 0): void {
    const list = new ScatterList();
    this.#pages.addTo(list, section * this.sectionSize + offset, bytes.length);
    let done = 0;
    for (let i = 0; i < list.count; i++) {
      this.#host.bytes.set(bytes.subarray(done, done + list.lengths[i]), list.addresses[i]);
      done += list.lengths[i];
    }
  }
}
