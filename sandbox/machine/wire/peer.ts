import type { Engine, Handler, Timer } from '../engine/engine.ts';
import type { Gaps } from '../engine/gaps.ts';
import type { HostMemory } from '../memory/host-memory.ts';
import type { FlowCheck } from '../net/flow-check.ts';
import type { FlowDescription } from '../net/frame.ts';
import { FrameTemplate } from '../net/frame-template.ts';
import type { FrameReceiver, Link } from './link.ts';

/** Told of each frame that the peer sends. */
export interface PeerListener {
  sent(flow: number, sequence: number, time: number): void;
}

/** How the peer sends a flow. */
export interface PeerPlan {
  /** Frames in all. */
  limit: number;
  /** Picoseconds between frames; 0 as fast as the window allows. */
  period: number;
  /** The times between frames where they are not all `period`, which then is their mean. */
  gaps?: Gaps;
  /** Frames that may be on their way when the period is 0. */
  window: number;
  start: number;
}

/** One flow from the peer: by its own clock, or as the window and the link let it. */
class PeerFlow implements Handler {
  sent = 0;
  credit: number;
  readonly plan: PeerPlan;
  readonly flow: number;
  readonly template: FrameTemplate;
  #peer: RemotePeer;
  #timer: Timer;

  constructor(
    peer: RemotePeer,
    engine: Engine,
    host: HostMemory,
    flow: FlowDescription,
    plan: PeerPlan,
  ) {
    this.#peer = peer;
    this.flow = flow.flow;
    this.plan = plan;
    this.credit = plan.window;
    this.template = new FrameTemplate(host, flow);
    this.#timer = engine.timer(this);
    if (plan.period > 0 && plan.limit > 0) this.#timer.schedule(plan.start);
  }

  /** Whether it may send one more frame now. */
  get ready(): boolean {
    return this.plan.period === 0 && this.credit > 0 && this.sent < this.plan.limit;
  }

  handle(): void {
    if (this.#peer.emit(this, this.sent)) this.sent++;
    const { limit, gaps, period } = this.plan;
    if (this.sent < limit) this.#timer.schedule(this.#peer.now + (gaps?.next() ?? period));
  }
}

/**
 * The station at the far end of the link: sends flows, checks every frame it gets, answers requests.
 * It is no model of a machine: it has no processor and no cost but a fixed turn-around for replies.
 */
export class RemotePeer implements FrameReceiver, Handler {
  /** Sends a reply for each frame of a flow that it has a plan for. */
  replies = false;
  /** From the arrival of a request to the start of its reply, in picoseconds. */
  turnaround = 0;
  readonly check: FlowCheck;
  #engine: Engine;
  #host: HostMemory;
  #link: Link;
  #listener: PeerListener;
  #flows: PeerFlow[] = [];
  #pump: Timer;
  /** Since when every window that it could send through is closed; Infinity while one is open. */
  #closedSince = Infinity;
  #closed = 0;
  #turn = 0;
  /** Requests to be answered: flow, sequence number, and when. */
  #requests: { flow: number; sequence: number; due: number }[] = [];

  /** @param link the direction towards the machine */
  constructor(
    engine: Engine,
    host: HostMemory,
    link: Link,
    check: FlowCheck,
    listener: PeerListener,
  ) {
    this.#engine = engine;
    this.#host = host;
    this.#link = link;
    this.check = check;
    this.#listener = listener;
    this.#pump = engine.timer(this);
  }

  get now(): number {
    return this.#engine.now;
  }

  /** Adds a flow to send. For replies the plan's limit and window are those of the requests. */
  addFlow(flow: FlowDescription, plan: PeerPlan): void {
    this.#flows.push(new PeerFlow(this, this.#engine, this.#host, flow, plan));
    if (plan.period === 0 && !this.replies && !this.#pump.pending) this.#pump.schedule(plan.start);
  }

  /** A frame of `flow` has been consumed at the other end: the window opens by one. */
  consumed(flow: number, at: number): void {
    if (this.replies || this.#flows.length === 0) return;
    const target = this.#flows.find((candidate) => candidate.flow === flow);
    if (target === undefined || target.plan.period > 0) return;
    target.credit++;
    if (this.#pump.pending) return;
    const next = Math.max(at, this.#link.busyUntil, this.now);
    this.#closed = this.windowClosedUntil(next);
    this.#closedSince = Infinity;
    this.#pump.schedule(next);
  }

  /** Whether it sends as fast as windows let it. */
  get windowed(): boolean {
    return !this.replies && this.#flows.some(({ plan }) => plan.period === 0);
  }

  /** Picoseconds for which, up to `now`, it had frames to send and every window was closed. */
  windowClosedUntil(now: number): number {
    return this.#closed + Math.max(0, now - this.#closedSince);
  }

  /** A frame off the wire. */
  receive(address: number, length: number): void {
    const flow = this.check.check(address, length, this.now);
    if (flow < 0 || !this.replies) return;
    const { sequence } = this.check;
    this.#requests.push({ flow, sequence, due: this.now + this.turnaround });
    if (!this.#pump.pending) this.#pump.schedule(this.#requests[0].due);
  }

  /** The link is free, or a reply is due: sends one frame. */
  handle(): void {
    if (this.replies) {
      this.#reply();
      return;
    }
    for (let i = 0; i < this.#flows.length; i++) {
      const flow = this.#flows[(this.#turn + i) % this.#flows.length];
      if (!flow.ready) continue;
      this.#turn = (this.#turn + i + 1) % this.#flows.length;
      flow.credit--;
      if (this.emit(flow, flow.sent)) flow.sent++;
      this.#pump.schedule(Math.max(this.now, this.#link.busyUntil));
      return;
    }
    if (this.#flows.some(({ plan, sent }) => sent < plan.limit)) this.#closedSince = this.now;
  }

  /** Puts frame `sequence` of `flow` on the link; returns false when there is no room on it. */
  emit(flow: PeerFlow, sequence: number): boolean {
    const at = this.#link.claim();
    if (at < 0) return false;
    this.#listener.sent(flow.flow, sequence, this.now);
    const length = flow.template.write(at, sequence);
    this.#link.send(length, this.now);
    return true;
  }

  /** Answers the oldest request: the reply has its sequence number, and its length. */
  #reply(): void {
    const request = this.#requests.shift();
    const flow = this.#flows.find((candidate) => candidate.flow === request?.flow);
    if (flow !== undefined && request !== undefined) this.emit(flow, request.sequence);
    if (this.#requests.length > 0) this.#pump.schedule(Math.max(this.now, this.#requests[0].due));
  }
}
