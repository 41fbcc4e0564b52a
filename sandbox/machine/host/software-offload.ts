import type { FrameOffload } from '../memory/frame-offload.ts';
import { type HostMemory, PAGE_SIZE } from '../memory/host-memory.ts';
import { ScatterList, type ScatterOwner } from '../memory/scatter-list.ts';
import { VLAN_TAG_BYTES } from '../net/frame.ts';
import { fillChecksums, makeSegment } from '../net/segmentation.ts';
import { SWITCH } from '../partition/ledger.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import { isTagged } from './port-policy.ts';
import type { SwitchPort } from './virtual-switch.ts';

/** Frames that can be on their way: as many as a NIC's queue has descriptors. */
const MOST_FRAMES = 1024;
/** A frame begins where its IP header is aligned. */
const SKEW = 2;

/**
 * Completes frames in software where what is behind a port does not: in memory of the root, into which
 * payload is copied and summed in one pass, segment by segment.
 *
 * Each segment costs that pass, at the price of a copy of bytes that are not in the cache, and from the
 * second one on what the switch's handling of a frame costs. Both are assumptions (decision 0015).
 */
export class SoftwareOffload implements ScatterOwner {
  /** Frames made. */
  made = 0;
  #host: HostMemory;
  #free: ScatterList[] = [];
  #places = new WeakMap<ScatterList, number>();
  #frames = 0;
  #page = 0;
  #left = 0;
  #stride: number;

  /** @param maxFrame longest frame without FCS and VLAN tag that is made, in bytes */
  constructor(host: HostMemory, maxFrame: number) {
    this.#host = host;
    this.#stride = (SKEW + maxFrame + VLAN_TAG_BYTES + 63) & ~63;
  }

  /** What `to` kept is through. */
  returned(list: ScatterList): void {
    this.#free.push(list);
  }

  /** Hands `to` the frames that `frame` becomes, as far as it takes them. Nobody keeps `frame` itself. */
  deliver(
    processor: VirtualProcessor,
    frame: ScatterList,
    offload: FrameOffload,
    to: SwitchPort,
  ): void {
    const headers = offload.headers + (isTagged(this.#host, frame) ? VLAN_TAG_BYTES : 0);
    const payload = frame.length - headers;
    const step = offload.segment === 0 ? payload : offload.segment;
    if (SKEW + headers + Math.min(step, payload) > this.#stride) return;
    for (let from = 0; from === 0 || from < payload; from += step) {
      const count = Math.min(step, payload - from);
      const list = this.#take();
      if (list === undefined) return;
      this.#make(list, frame, offload, headers, from, count);
      const { costs } = processor.lp;
      processor.copyFrame(processor.kernel, list.length, costs.copyCold, 'complete a frame');
      if (from > 0) processor.charge(processor.kernel, SWITCH, costs.virtualSwitch, 'a segment');
      this.made++;
      if (!to.deliver(processor, list)) this.returned(list);
      if (step === 0) return;
    }
  }

  /** A list with room for a frame; undefined when all are on their way. */
  #take(): ScatterList | undefined {
    const known = this.#free.pop();
    if (known !== undefined || this.#frames === MOST_FRAMES) return known;
    this.#frames++;
    if (this.#left === 0) {
      this.#left = Math.max(1, Math.floor(PAGE_SIZE / this.#stride));
      this.#page = this.#host.allocate(Math.max(PAGE_SIZE, this.#stride));
    }
    const list = new ScatterList();
    list.owner = this;
    this.#places.set(list, this.#page + --this.#left * this.#stride + SKEW);
    return list;
  }

  #make(
    list: ScatterList,
    frame: ScatterList,
    offload: FrameOffload,
    headers: number,
    from: number,
    count: number,
  ): void {
    const host = this.#host;
    const at = this.#places.get(list) ?? 0;
    list.clear();
    list.add(at, headers + count);
    frame.copyPart(host, 0, headers, at);
    frame.copyPart(host, headers + from, count, at + headers);
    if (offload.segment === 0) fillChecksums(host, at, list.length, offload);
    else {
      const last = headers + from + count >= frame.length;
      makeSegment(host, at, list.length, offload, from, last);
    }
  }
}
