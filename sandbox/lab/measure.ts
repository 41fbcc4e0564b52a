import type { HostMemory } from '../machine/memory/host-memory.ts';
import type { ArrivalListener } from '../machine/net/flow-check.ts';
import { PAYLOAD_OFFSET } from '../machine/net/frame.ts';
import { LatencyRecord } from './metrics/latency.ts';
import type { HistogramBucket } from './report.ts';
import { Sha256 } from './sha256.ts';

/** Frames of a flow that may be under way without their send times being forgotten. */
const IN_FLIGHT = 16384;

/**
 * The measurement of one run: when each frame was handed over and when it arrived, and a digest of what
 * arrived. Round trips are measured from the request's send to the reply's arrival.
 */
export class Measurement implements ArrivalListener {
  delivered = 0;
  deliveredBytes = 0;
  strays = 0;
  firstSent = Infinity;
  lastSent = 0;
  lastArrived = 0;
  /** Called with the flow of each frame that arrived. */
  onArrival: ((flow: number, time: number) => void) | undefined;
  #host: HostMemory;
  #sentAt: Float64Array[];
  #digests: Sha256[] | undefined;
  #latencies = new LatencyRecord();

  /** @param digest whether to hash payloads: a benchmark of the machine leaves it out */
  constructor(host: HostMemory, flows: number, digest: boolean) {
    this.#host = host;
    this.#sentAt = Array.from({ length: flows }, () => new Float64Array(IN_FLIGHT));
    if (digest) this.#digests = Array.from({ length: flows }, () => new Sha256());
  }

  sent(flow: number, sequence: number, time: number): void {
    this.#sentAt[flow][sequence % IN_FLIGHT] = time;
    if (time < this.firstSent) this.firstSent = time;
    this.lastSent = time;
  }

  arrived(flow: number, sequence: number, address: number, length: number, time: number): void {
    this.count(flow, sequence, length + PAYLOAD_OFFSET, time);
    this.took(flow, address, length);
    this.onArrival?.(flow, time);
  }

  /** Counts a frame, or a segment of a stream, of `bytes`. */
  count(flow: number, sequence: number, bytes: number, time: number): void {
    this.delivered++;
    this.#latencies.add(time - this.#sentAt[flow][sequence % IN_FLIGHT]);
    this.deliveredBytes += bytes;
    if (time > this.lastArrived) this.lastArrived = time;
  }

  /** Takes payload in the order of the flow. */
  took(flow: number, address: number, length: number): void {
    this.#digests?.[flow].update(this.#host.bytes, address, length);
  }

  stray(): void {
    this.strays++;
  }

  /**
   * SHA-256 over the payloads of the flow in order of sequence; with several flows, over their digests
   * in order of flow. Empty when payloads are not hashed.
   */
  digest(): string {
    const digests = this.#digests?.map((digest) => digest.digest()) ?? [];
    if (digests.length < 2) return digests[0] ?? '';
    const all = new Sha256();
    for (const hex of digests)
      all.update(Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)));
    return all.digest();
  }

  /** For each of `shares`, the latency in microseconds that this share of the frames stayed at or under. */
  latencies(shares: readonly number[]): number[] {
    return this.#latencies.shares(shares);
  }

  /** How many frames took how long. */
  histogram(): HistogramBucket[] {
    return this.#latencies.histogram();
  }
}
