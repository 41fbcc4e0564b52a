import type { HostMemory } from '../memory/host-memory.ts';
import { PAGE_SIZE } from '../memory/host-memory.ts';
import type { ScatterList } from '../memory/scatter-list.ts';
import { COPY } from '../partition/ledger.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import { HEADER_COPY } from './copy-policy.ts';

const HEADER_SLOT = 64;

/** Memory of the root into which it copies what guests must not change any more: a place for each list. */
export class PrivateMemory {
  #host: HostMemory;
  #maxFrame: number;
  #headers = 0;
  #headersLeft = 0;
  #frameOf = new WeakMap<ScatterList, number>();

  /** @param maxFrame longest frame that is copied whole, in bytes */
  constructor(host: HostMemory, maxFrame: number) {
    this.#host = host;
    this.#maxFrame = maxFrame;
  }

  /** Copies the start of `frame` and puts the copy in its place; false when the list has no room for it. */
  copyHeader(processor: VirtualProcessor, frame: ScatterList): boolean {
    if (frame.headPlace === 0) frame.headPlace = this.#newHeader();
    const at = frame.headPlace;
    const length = Math.min(HEADER_COPY, frame.length);
    if (!frame.replaceHead(this.#host, at, length)) return false;
    processor.charge(processor.kernel, COPY, processor.lp.costs.copyCold * length, 'copy headers');
    return true;
  }

  /** Copies the whole of `frame`, which from then on lies here; false when it is too long. */
  copyFrame(processor: VirtualProcessor, frame: ScatterList): boolean {
    const { length } = frame;
    if (length > this.#maxFrame) return false;
    const at = this.frameFor(frame);
    frame.copyTo(this.#host, at);
    frame.clear();
    frame.add(at, length);
    const { costs } = processor.lp;
    processor.copyFrame(processor.kernel, length, costs.copyCold, 'copy the sent frame');
    return true;
  }

  /** The root's place for the whole of a frame in `list`. */
  frameFor(list: ScatterList): number {
    let at = this.#frameOf.get(list);
    if (at === undefined) {
      at = this.#host.allocate(this.#maxFrame);
      this.#frameOf.set(list, at);
    }
    return at;
  }

  #newHeader(): number {
    if (this.#headersLeft === 0) {
      this.#headers = this.#host.allocate(PAGE_SIZE);
      this.#headersLeft = PAGE_SIZE / HEADER_SLOT;
    }
    return this.#headers + --this.#headersLeft * HEADER_SLOT;
  }
}
