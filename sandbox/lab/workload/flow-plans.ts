import { SECOND } from '../../machine/engine/engine.ts';
import { type Gaps, PoissonGaps, RecordedGaps } from '../../machine/engine/gaps.ts';
import type { SendPlan } from '../../machine/guest/sending-socket.ts';
import { type FlowDescription, type MacAddress, makeMac } from '../../machine/net/frame.ts';
import type { PeerPlan } from '../../machine/wire/peer.ts';
import { PACED } from '../options.ts';
import type { CompareConfig } from '../report.ts';
import { FLOW_WINDOW, WINDOW_FRAMES } from './options.ts';
import { dealOut, type QueueRecording } from './recorded.ts';
import { lengthsOf } from './sizes.ts';

/** When and how a workload's flows send, each the same number of frames but for a remainder. */
export class FlowPlans {
  /** Picoseconds between frames of a flow, of varying ones the mean; 0 for as fast as possible. */
  readonly period: number;
  #config: CompareConfig;
  #flows: number;
  #start: number;
  #lengths: Uint16Array | undefined;
  /** By queue, shared by the machines. */
  #recordings: readonly QueueRecording[];

  /** @param start of the run, in picoseconds */
  constructor(config: CompareConfig, start: number) {
    const { load, queues, sizes, recorded } = config;
    this.#config = config;
    this.#flows = config.vms * queues;
    this.#start = start;
    const rate = load === 'paced' ? PACED : load;
    this.period = rate === 'max' ? 0 : Math.round(SECOND / (rate / queues));
    if (sizes !== undefined) this.#lengths = Uint16Array.from(lengthsOf(sizes));
    this.#recordings =
      recorded === undefined
        ? []
        : Array.from({ length: queues }, (_, queue) => dealOut(recorded, queue, queues));
  }

  /** Longest time, in picoseconds, that may pass between two frames while a sender by the clock is not through. */
  get longestGap(): number {
    const { arrivals } = this.#config;
    const recorded = this.#recordings.map(({ gaps }) => gaps.reduce((a, b) => Math.max(a, b), 0));
    // A gap of 32 means comes once in 8e13 frames.
    return Math.max(this.period * (arrivals === 'poisson' ? 32 : 1), ...recorded);
  }

  /** The frames of `flow` between a guest and the peer, out of the guest or into it. */
  describe(flow: number, guest: MacAddress, outward: boolean): FlowDescription {
    const peer = makeMac(2, 0);
    const { frame, seed, queues } = this.#config;
    const lengths = this.#recordings[flow % queues]?.lengths ?? this.#lengths;
    const [source, destination] = outward ? [guest, peer] : [peer, guest];
    return { flow, source, destination, length: frame, lengths, seed };
  }

  /** @param burst frames that the application hands over back to back */
  send(flow: number, burst: number): SendPlan {
    const limit = this.#limit(flow);
    const { direction, inFlight = 1 } = this.#config;
    const window = direction === 'rr' ? inFlight : limit;
    return { limit, window, burst, period: this.period, ...this.#timing(flow, 0) };
  }

  peer(flow: number): PeerPlan {
    const window = Math.max(1, Math.min(FLOW_WINDOW, Math.floor(WINDOW_FRAMES / this.#flows)));
    const limit = this.#limit(flow);
    if (this.#config.direction === 'rr')
      return { limit, window, period: 0, start: this.#startOf(flow) };
    return { limit, window, period: this.period, ...this.#timing(flow, 1) };
  }

  /** Frames of flow `flow` when the run's frames are shared out evenly. */
  #limit(flow: number): number {
    const { frames } = this.#config;
    if (frames === undefined) return 0xffffffff;
    return Math.floor(frames / this.#flows) + (flow < frames % this.#flows ? 1 : 0);
  }

  /** Flows start one after another, spread over a period, so that they do not march in step. */
  #startOf(flow: number): number {
    return this.#start + Math.floor((flow * this.period) / this.#flows) + flow * 1000;
  }

  /** When a flow's first frame is due, and the times between the others where they vary. */
  #timing(flow: number, end: number): { start: number; gaps?: Gaps } {
    const { arrivals, seed, queues } = this.#config;
    const recording = this.#recordings[flow % queues];
    if (recording !== undefined)
      return {
        start: this.#startOfMachine(flow) + recording.start,
        gaps: new RecordedGaps(recording.gaps),
      };
    if (arrivals !== 'poisson') return { start: this.#startOf(flow) };
    const gaps = new PoissonGaps(this.period, seed ^ Math.imul(2 * flow + end + 1, 0x9e3779b9));
    return { start: this.#start + gaps.next(), gaps };
  }

  /** Where a machine begins to play its recording: the machines spread over one of its frames. */
  #startOfMachine(flow: number): number {
    const { queues, vms } = this.#config;
    const machine = Math.floor(flow / queues);
    return this.#start + Math.floor((machine * this.period) / (queues * vms)) + machine * 1000;
  }
}
