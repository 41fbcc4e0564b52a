import type { Engine, Handler, Timer } from '../engine/engine.ts';
import type { Gaps } from '../engine/gaps.ts';
import { READ, WRITE } from '../memory/guest-memory.ts';
import type { FlowDescription } from '../net/frame.ts';
import { FrameTemplate } from '../net/frame-template.ts';
import { APPLICATION, NETWORK_STACK, SYSTEM_CALL } from '../partition/ledger.ts';
import type { Task, VirtualProcessor } from '../partition/virtual-processor.ts';
import { tick } from './clock.ts';
import type { NetDevice } from './net-device.ts';

/** Told of each frame that an application hands to its stack, before anything else happens to it. */
export interface SendListener {
  sent(flow: number, sequence: number, time: number): void;
}

/** How a flow's application sends. */
export interface SendPlan {
  /** Frames to send in all. */
  limit: number;
  /** 0: as fast as the system takes them. Otherwise picoseconds between frames, by the guest's clock. */
  period: number;
  /** The times between frames where they are not all `period`, which then is their mean. */
  gaps?: Gaps;
  /** Frames handed over back to back each time the application runs; 1 or more. */
  burst: number;
  /** Frames it may send before anything comes back, without a period: requests under way. */
  window: number;
  /** When the first frame is due, in picoseconds. */
  start: number;
}

/**
 * An application that sends one flow, and the socket under it. Each frame costs a system call and the
 * stack's work, is built in a buffer of the driver, and is handed to the driver.
 */
export class SendingSocket implements Task, Handler {
  sent = 0;
  readonly flow: number;
  readonly queue: number;
  #engine: Engine;
  #device: NetDevice;
  #template: FrameTemplate;
  #plan: SendPlan;
  #listener: SendListener;
  #timer: Timer;
  /** Since when it waits for the driver to have room; Infinity while it does not. */
  #waitingSince = Infinity;
  #waited = 0;
  /** Frames the application wants sent and has not handed over. */
  #owed = 0;
  /** Frames it has wanted sent so far. */
  #wanted = 0;

  constructor(
    engine: Engine,
    device: NetDevice,
    queue: number,
    flow: FlowDescription,
    plan: SendPlan,
    listener: SendListener,
  ) {
    this.#engine = engine;
    this.#device = device;
    this.queue = queue;
    this.flow = flow.flow;
    this.#template = new FrameTemplate(device.memory.host, flow);
    this.#plan = plan;
    this.#listener = listener;
    this.#timer = engine.timer(this);
  }

  /** Begins: at once when it sends as fast as it can, by its clock otherwise. */
  start(): void {
    const { period, window, start } = this.#plan;
    if (period > 0) {
      this.#timer.schedule(start);
      return;
    }
    this.#want(window);
    if (this.#owed > 0) this.#device.processorOf(this.queue).post(this, 0, start);
  }

  /** One more frame may go: what a reply allows. */
  sendNext(processor: VirtualProcessor): void {
    this.#want(1);
    if (this.#owed > 0) processor.post(this, 0, processor.local);
  }

  /** The clock is due: its interrupt comes first, then the application that waited for it. */
  handle(): void {
    const processor = this.#device.processorOf(this.queue);
    this.#want(this.#plan.burst);
    tick(processor, this.#engine.now);
    processor.post(this, 0, this.#engine.now);
    if (this.#wanted < this.#plan.limit) this.#timer.schedule(this.#engine.now + this.#gap());
  }

  /** There is room again. */
  room(processor: VirtualProcessor): void {
    if (!this.#waiting) return;
    this.#waited = this.waitedUntil(processor.local);
    this.#waitingSince = Infinity;
    processor.post(this, 0, processor.local);
  }

  /** The application runs: hands over one frame, and comes again while it owes more. */
  run(processor: VirtualProcessor): void {
    if (this.#waiting || this.#owed === 0) return;
    const gpa = this.#device.claim(this.queue);
    if (gpa < 0) {
      this.#waitingSince = processor.local;
      return;
    }
    const { costs } = processor.lp;
    this.#listener.sent(this.flow, this.sent, processor.local);
    processor.charge(processor.user, APPLICATION, 0);
    processor.charge(processor.kernel, SYSTEM_CALL, costs.syscall);
    processor.charge(processor.kernel, NETWORK_STACK, costs.stack);
    const at = this.#device.memory.span(gpa, this.#template.length, READ | WRITE);
    const length = this.#template.write(at, this.sent);
    processor.lp.move(processor.kernel, NETWORK_STACK, length);
    this.sent++;
    this.#owed--;
    const more = this.#owed > 0 && this.sent % this.#plan.burst !== 0;
    this.#device.send(this.queue, length, more);
    if (this.#owed > 0) processor.post(this, 0, processor.local);
  }

  /** Picoseconds for which, up to `now`, the application had to wait because the driver had no room. */
  waitedUntil(now: number): number {
    return this.#waited + Math.max(0, now - this.#waitingSince);
  }

  get #waiting(): boolean {
    return this.#waitingSince !== Infinity;
  }

  /** From this run of the application to the next, in picoseconds. */
  #gap(): number {
    const { burst, gaps, period } = this.#plan;
    if (gaps === undefined) return period * burst;
    let sum = 0;
    for (let i = 0; i < burst; i++) sum += gaps.next();
    return sum;
  }

  #want(frames: number): void {
    const allowed = Math.min(frames, this.#plan.limit - this.#wanted);
    this.#owed += allowed;
    this.#wanted += allowed;
  }
}
