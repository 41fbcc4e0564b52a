import type { HostMemory } from '../memory/host-memory.ts';
import {
  checkFrame,
  type FlowDescription,
  FRAME_GOOD,
  FRAME_NOT_OURS,
  flowOf,
  macKey,
  macKeyAt,
  PAYLOAD_OFFSET,
  sequenceOf,
} from './frame.ts';

/** Who wants to know what arrived: the payload lies at `address` for the duration of the call. */
export interface ArrivalListener {
  /** A frame that is good, at its end of the path, at `time` (ps). */
  arrived(flow: number, sequence: number, address: number, length: number, time: number): void;
  /** Something that the workload did not send as it came; `address` is the whole frame. */
  stray(address: number, length: number, time: number): void;
}

/**
 * The end of the flows: checks every frame's length and checksums over every byte, the station addresses
 * in front of them, and its place in its flow. A damaged, repeated or late frame is a fault and is not delivered; a gap is a loss.
 */
export class FlowCheck {
  /** Frames found damaged. */
  damaged = 0;
  /** Frames that came twice or behind a later one. */
  misplaced = 0;
  /** Frames missing before one that arrived. */
  lost = 0;
  delivered = 0;
  deliveredBytes = 0;
  /** Sequence number of the frame that was delivered last. */
  sequence = 0;
  #host: HostMemory;
  #expected: Uint32Array;
  /** Lengths of each flow's frames: of all, 0 while it is not known, and by sequence where they vary. */
  #length: Uint16Array;
  #lengths: (Uint16Array | undefined)[];
  /** Keys of destination and source of each flow; -1 while they are not known. */
  #addresses: Float64Array;
  #listener: ArrivalListener;

  /** @param flows number of flows, numbered from 0 */
  constructor(host: HostMemory, flows: number, listener: ArrivalListener) {
    this.#host = host;
    this.#expected = new Uint32Array(flows);
    this.#length = new Uint16Array(flows);
    this.#lengths = new Array<Uint16Array | undefined>(flows).fill(undefined);
    this.#addresses = new Float64Array(2 * flows).fill(-1);
    this.#listener = listener;
  }

  /** From now on a frame of the flow with other station addresses, or of another length, is a damaged one. */
  expect({ flow, source, destination, length, lengths }: FlowDescription): void {
    this.#length[flow] = length;
    this.#lengths[flow] = lengths;
    this.#addresses[2 * flow] = macKey(destination.high, destination.low);
    this.#addresses[2 * flow + 1] = macKey(source.high, source.low);
  }

  /** Checks the frame at `address`; returns its flow when it was delivered, else -1. */
  check(address: number, length: number, time: number): number {
    const host = this.#host;
    const verdict = checkFrame(host, address, length);
    if (verdict === FRAME_NOT_OURS) {
      this.#listener.stray(address, length, time);
      return -1;
    }
    const flow = flowOf(host, address);
    const sequence = sequenceOf(host, address);
    if (
      verdict !== FRAME_GOOD ||
      !this.#isAddressed(flow, address) ||
      !this.#hasLength(flow, sequence, length)
    ) {
      this.damaged++;
      this.#listener.stray(address, length, time);
      return -1;
    }
    const expected = this.#expected[flow];
    if (sequence < expected) {
      this.misplaced++;
      return -1;
    }
    this.lost += sequence - expected;
    this.#expected[flow] = sequence + 1;
    this.sequence = sequence;
    this.delivered++;
    this.deliveredBytes += length;
    this.#listener.arrived(flow, sequence, address + PAYLOAD_OFFSET, length - PAYLOAD_OFFSET, time);
    return flow;
  }

  #hasLength(flow: number, sequence: number, length: number): boolean {
    const lengths = this.#lengths[flow];
    const expected =
      lengths === undefined ? this.#length[flow] : lengths[sequence % lengths.length];
    return expected === length || expected === 0;
  }

  #isAddressed(flow: number, address: number): boolean {
    if (flow >= this.#expected.length) return false;
    const destination = this.#addresses[2 * flow];
    if (destination < 0) return true;
    return (
      destination === macKeyAt(this.#host, address) &&
      this.#addresses[2 * flow + 1] === macKeyAt(this.#host, address + 6)
    );
  }
}
