import { ScatterList } from '../../memory/scatter-list.ts';
import { RX_COUNT_MASK, RX_COUNT_SHIFT, RX_NEXT_MASK, RX_NEXT_SHIFT } from './coalescing-spec.ts';
import { RX_L4_CHECKED, RX_L4_ERROR } from './offload-spec.ts';
import type { RxRing } from './rings.ts';
import { RX_END_OF_PACKET } from './spec.ts';

/** A received frame in the buffers of its descriptors, addresses as the driver gave them to the device. */
export class RxChain {
  readonly pieces = new ScatterList();
  readonly descriptors: number[] = [];
  /** Segments that the device has coalesced; 1 for an ordinary frame. */
  segments = 0;
  /** Whether it says that TCP's or UDP's checksum is right. */
  verified = false;
}

/**
 * The driver's side of coalescing: descriptors come in the order of the ring, and each but a frame's last
 * says which one goes on with its frame.
 */
export class RxChains {
  #ring: RxRing;
  #open = new Map<number, RxChain>();
  #idle: RxChain[] = [];

  constructor(ring: RxRing) {
    this.#ring = ring;
  }

  /** Takes the ring's next descriptor, which is ready; its frame when that is complete. */
  take(): RxChain | undefined {
    const ring = this.#ring;
    const { status, index } = ring;
    const chain = this.#open.get(index) ?? this.#fresh();
    this.#open.delete(index);
    chain.pieces.push(ring.buffer, ring.readyLength);
    chain.segments += (ring.types >>> RX_COUNT_SHIFT) & RX_COUNT_MASK;
    chain.descriptors.push(ring.hold());
    if ((status & RX_END_OF_PACKET) === 0) {
      this.#open.set((status >>> RX_NEXT_SHIFT) & RX_NEXT_MASK, chain);
      return undefined;
    }
    chain.segments = Math.max(1, chain.segments);
    chain.verified = (status & (RX_L4_CHECKED | RX_L4_ERROR)) === RX_L4_CHECKED;
    return chain;
  }

  /** The frame has been used: its buffers are the device's again. */
  release(chain: RxChain): void {
    for (const index of chain.descriptors) this.#ring.giveBack(index);
    chain.descriptors.length = 0;
    chain.pieces.clear();
    chain.segments = 0;
    this.#idle.push(chain);
  }

  #fresh(): RxChain {
    return this.#idle.pop() ?? new RxChain();
  }
}
