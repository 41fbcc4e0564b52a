import { RX_L4_CHECKED, RX_L4_ERROR, RX_UDP_CHECKED } from '../devices/sriov-nic/offload-spec.ts';
import type { RxRing } from '../devices/sriov-nic/rings.ts';
import type { HostMemory } from '../memory/host-memory.ts';
import { ScatterList } from '../memory/scatter-list.ts';
import { CoalescedHeader, ENDED, REFUSED } from '../net/coalescing.ts';
import { SWITCH } from '../partition/ledger.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';

/** Frames in the making at once: as many as the lists of Linux's stack begin with (an assumption here). */
const MOST_FRAMES = 8;
/** Segments of one: a list of pieces, with some left for what the switch does to it. */
const MOST_SEGMENTS = 28;
/** Bytes of a segment that are looked at: two lines of the cache. */
const HEADER_LINES = 128;

const GOOD = RX_L4_CHECKED;
const VERDICT = RX_L4_CHECKED | RX_L4_ERROR | RX_UDP_CHECKED;

class LongFrame {
  readonly header = new CoalescedHeader();
  readonly list = new ScatterList();
  readonly held: number[] = [];
}

/**
 * Receive segment coalescing in the virtual switch (RSC in the vSwitch, Windows Server 2019): what the
 * physical NIC has received becomes long frames before the switch looks an address up. A long frame is a list
 * of the NIC's buffers, which the ring lends until the frame is forwarded. What is behind a port that does
 * not take long frames gets the segments again, cut in software.
 *
 * Only segments whose checksums the NIC has found right are coalesced. A frame is held back until the NIC has
 * nothing more, never longer. Each segment costs the look at its headers, at the price of two lines
 * that are not in the cache: an assumption (decision 0021).
 */
export class ReceiveCoalescer {
  #host: HostMemory;
  #ring: RxRing;
  #forward: (processor: VirtualProcessor, list: ScatterList) => void;
  #frames = Array.from({ length: MOST_FRAMES }, () => new LongFrame());
  #single = new ScatterList();
  #turn = 0;

  constructor(
    host: HostMemory,
    ring: RxRing,
    forward: (processor: VirtualProcessor, list: ScatterList) => void,
  ) {
    this.#host = host;
    this.#ring = ring;
    this.#forward = forward;
  }

  /** Takes the ring's next frame, which is ready. */
  take(processor: VirtualProcessor): void {
    const { readyLength: length, status, buffer: at } = this.#ring;
    const { costs } = processor.lp;
    processor.charge(processor.kernel, SWITCH, costs.copyCold * HEADER_LINES, 'coalesce');
    const host = this.#host;
    const good = (status & VERDICT) === GOOD;
    const frame = this.#frames.find(({ header }) => header.isOf(host, at));
    if (frame !== undefined) {
      const result = good ? frame.header.add(host, at, length) : REFUSED;
      if (result !== REFUSED) {
        const { headers } = frame.header;
        frame.list.push(at + headers, length - headers);
        frame.held.push(this.#ring.hold());
        if (result === ENDED || frame.held.length === MOST_SEGMENTS) this.#end(processor, frame);
        return;
      }
      this.#end(processor, frame);
    }
    if (!good || !this.#begin(processor, at, length, status))
      this.#pass(processor, at, length, status);
  }

  /** The NIC has nothing more: what is in the making goes on its way. */
  flush(processor: VirtualProcessor): void {
    for (const frame of this.#frames) if (frame.held.length > 0) this.#end(processor, frame);
  }

  #begin(processor: VirtualProcessor, at: number, length: number, status: number): boolean {
    let frame = this.#frames.find(({ held }) => held.length === 0);
    if (frame === undefined) {
      frame = this.#frames[this.#turn];
      this.#turn = (this.#turn + 1) % MOST_FRAMES;
      this.#end(processor, frame);
    }
    if (!frame.header.begin(this.#host, at, length)) return false;
    frame.list.clear();
    frame.list.push(at, length);
    frame.list.checked = status;
    frame.held.push(this.#ring.hold());
    return true;
  }

  #pass(processor: VirtualProcessor, at: number, length: number, status: number): void {
    this.#single.clear();
    this.#single.add(at, length);
    this.#single.checked = status;
    this.#forward(processor, this.#single);
    this.#ring.advance();
  }

  #end(processor: VirtualProcessor, { header, list, held }: LongFrame): void {
    if (header.segments > 1) {
      header.write(this.#host, list.addresses[0]);
      list.offload = header.offload();
    }
    header.segments = 0;
    this.#forward(processor, list);
    for (const index of held) this.#ring.giveBack(index);
    held.length = 0;
  }
}
