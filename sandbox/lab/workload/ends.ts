import type { SendListener } from '../../machine/guest/sending-socket.ts';
import type { HostMemory } from '../../machine/memory/host-memory.ts';
import { type ArrivalListener, FlowCheck } from '../../machine/net/flow-check.ts';
import { Measurement } from '../measure.ts';
import type { CompareConfig } from '../report.ts';

/** What happens at both ends of a workload's flows: who checks the frames, and who measures them. */
export class Ends {
  /** Of every frame that counts, in either direction. */
  readonly measurement: Measurement;
  /** Of each direction, where both count. */
  readonly ways: { tx: Measurement; rx: Measurement } | undefined;
  /** Check at the guests' end, and at the peer's. */
  readonly guestCheck: FlowCheck;
  readonly peerCheck: FlowCheck;
  /** Told of what guests send, and of what the peer sends. */
  readonly guestSends: SendListener;
  readonly peerSends: SendListener;

  /** @param digest whether to hash payloads */
  constructor(host: HostMemory, flows: number, { direction }: CompareConfig, digest: boolean) {
    const both = direction === 'both';
    this.measurement = new Measurement(host, both ? 2 * flows : flows, digest && !both);
    const { measurement } = this;
    const silent = { arrived: () => {}, stray: () => measurement.stray(), sent: () => {} };
    let atPeer: ArrivalListener & SendListener = direction === 'tx' ? measurement : silent;
    let atGuest: ArrivalListener & SendListener = direction === 'tx' ? silent : measurement;
    this.guestSends = measurement;
    this.peerSends = direction === 'rx' ? measurement : silent;
    if (both) {
      const way = () => new Measurement(host, flows, digest);
      this.ways = { tx: way(), rx: way() };
      atPeer = new OneWay(this.ways.tx, measurement, 0);
      atGuest = new OneWay(this.ways.rx, measurement, flows);
      this.guestSends = atPeer;
      this.peerSends = atGuest;
    }
    this.guestCheck = new FlowCheck(host, flows, atGuest);
    this.peerCheck = new FlowCheck(host, flows, atPeer);
  }

  /** Has `consumed` called for each frame of the peer's that an application has taken. */
  set onConsumed(consumed: (flow: number, time: number) => void) {
    (this.ways?.rx ?? this.measurement).onArrival = consumed;
  }

  /** Frames that counted and were still missing at the end, of `frames` or of those that were sent. */
  lost(config: CompareConfig): number {
    const { direction } = config;
    const out = direction === 'tx' || direction === 'both' ? missing(this.peerCheck, config) : 0;
    return direction === 'tx' ? out : out + missing(this.guestCheck, config);
  }
}

/** Frames of one direction that did not arrive, of `frames` or of those that were sent. */
export function missing(check: FlowCheck, { frames }: CompareConfig): number {
  return frames === undefined ? check.lost : Math.max(0, frames - check.delivered);
}

/** Frames of one direction: measured for themselves, and among those of both. */
class OneWay implements ArrivalListener, SendListener {
  #way: Measurement;
  #all: Measurement;
  #offset: number;

  /** @param offset added to the number of a flow among those of both directions */
  constructor(way: Measurement, all: Measurement, offset: number) {
    this.#way = way;
    this.#all = all;
    this.#offset = offset;
  }

  sent(flow: number, sequence: number, time: number): void {
    this.#way.sent(flow, sequence, time);
    this.#all.sent(this.#offset + flow, sequence, time);
  }

  arrived(flow: number, sequence: number, address: number, length: number, time: number): void {
    this.#all.arrived(this.#offset + flow, sequence, address, length, time);
    this.#way.arrived(flow, sequence, address, length, time);
  }

  stray(): void {
    this.#all.stray();
  }
}
