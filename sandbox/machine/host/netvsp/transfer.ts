import { type GuestMemory, READ } from '../../memory/guest-memory.ts';
import { PAGE_SIZE } from '../../memory/host-memory.ts';
import { ScatterList } from '../../memory/scatter-list.ts';
import { MAX_PAGE_RANGES, NO_SECTION, SEND_SECTION_SIZE } from '../../vmbus/nvsp.ts';
import { PACKET_IN_BAND } from '../../vmbus/ring.ts';
import type { AdapterState } from './control.ts';

/** First word of the ranges of a GPA-direct packet, and the word that counts them. */
const RANGES = 6;
const RANGE_COUNT = 5;

/** What a packet of the guest refers to: what is in its section, and then its ranges. */
export class Transfer {
  readonly list = new ScatterList();
  #memory: GuestMemory;
  #state: AdapterState;

  constructor(memory: GuestMemory, state: AdapterState) {
    this.#memory = memory;
    this.#state = state;
  }

  /** Collects what the message at word `at` of `packet`, a copy, refers to. False when it cannot be. */
  collect(packet: Uint32Array, at: number): boolean {
    const { list } = this;
    list.clear();
    const inBand = (packet[0] & 0xffff) === PACKET_IN_BAND;
    const section = packet[at + 2];
    const size = packet[at + 3];
    if (section === NO_SECTION) return !inBand && this.#addRanges(packet, at);
    const { send, sendSections } = this.#state;
    if (send === undefined || section >= sendSections || size > SEND_SECTION_SIZE) return false;
    if (!send.addTo(list, section * SEND_SECTION_SIZE, size)) return false;
    return inBand || this.#addRanges(packet, at);
  }

  /** The ranges of a GPA-direct packet, whose lists of pages end at word `end`. */
  #addRanges(packet: Uint32Array, end: number): boolean {
    const count = packet[RANGE_COUNT];
    if (count === 0 || count > MAX_PAGE_RANGES) return false;
    let at = RANGES;
    for (let range = 0; range < count; range++) {
      if (at + 4 > end) return false;
      const size = packet[at];
      const offset = packet[at + 1];
      const pages = Math.ceil((offset + size) / PAGE_SIZE);
      at += 2;
      if (offset >= PAGE_SIZE || size === 0 || at + 2 * pages > end) return false;
      for (let left = size, skip = offset; left > 0; at += 2, skip = 0) {
        const length = Math.min(left, PAGE_SIZE - skip);
        const page = packet[at] + packet[at + 1] * 4294967296;
        const address = this.#memory.translate(page * PAGE_SIZE + skip, READ);
        if (address < 0 || !this.list.add(address, length)) return false;
        left -= length;
      }
    }
    return true;
  }
}
