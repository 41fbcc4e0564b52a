import {
  CSR5_STATUS,
  CSR6_OPERATION,
  CSR12_GENERAL_PURPOSE,
  FULL_DUPLEX,
  START_RECEIVE,
  START_TRANSMIT,
  THRESHOLD_MODE,
} from '../../devices/dec21140/spec.ts';
import { type Handler, SECOND, type Timer } from '../../engine/engine.ts';
import type { GuestMemory } from '../../memory/guest-memory.ts';
import type { GuestCode, Task, VirtualProcessor } from '../../partition/virtual-processor.ts';
import { tick } from '../clock.ts';
import {
  ABILITY_10_FULL,
  ABILITY_100,
  ABILITY_100_FULL,
  ABILITY_T4,
  PHY_PARTNER,
  PHY_STATUS,
  STATUS_LINK,
} from './mii.ts';
import type { PortRead } from './ports.ts';
import { TulipProbe } from './probe.ts';
import { MODE_100, PROCESS_STATES } from './registers.ts';

/** From opening the adapter, or from finding no link, to the next look at the PHY; picoseconds. */
export const FIRST_LINK_CHECK = 3 * SECOND;
const LINK_CHECK_PERIOD = 60 * SECOND;
/** How long a stopping process is waited for: 1.3 ms, in steps of 10 microseconds. */
const STOP_POLLS = 130;
const STOP_POLL_MICROSECONDS = 10;
const RUNNING = START_RECEIVE | START_TRANSMIT;
/** What the last link check found. */
export interface LinkState {
  up: boolean;
  /** Mb/s: what the label says. Nothing in an emulated adapter takes that long. */
  speed: 10 | 100;
  fullDuplex: boolean;
}

/** Keeps the chip's operating mode in step with the link, by a timer. */
export class TulipMedia extends TulipProbe implements Handler, Task {
  link: LinkState = { up: false, speed: 100, fullDuplex: false };
  /** Times both processes were stopped and started again. */
  restarts = 0;
  /** Stops that did not end in time. */
  stopFailures = 0;
  /** Both processes were told to stop and not to start again: that they are stopped is no news. */
  protected stopping = false;
  #timer: Timer;
  #work: (() => GuestCode)[] = [];

  constructor(memory: GuestMemory, processor: VirtualProcessor) {
    super(memory, processor);
    this.#timer = processor.lp.engine.timer(this, 0, true);
  }

  /** The timer is due: the clock's interrupt first, then the check. */
  handle(): void {
    const { processor } = this;
    tick(processor, processor.lp.engine.now);
    this.enqueue(() => this.checkLink());
  }

  /** The processor got to the driver's next piece of work. */
  run(processor: VirtualProcessor): void {
    const next = this.#work.shift();
    if (next !== undefined) processor.start(next(), processor.local);
  }

  /** Has `code` run when the processor has nothing under way; one such piece of work at a time. */
  protected enqueue(code: () => GuestCode): void {
    const { processor } = this;
    this.#work.push(code);
    processor.post(this, 0, Math.max(processor.local, processor.lp.engine.now));
  }

  protected scheduleLinkCheck(delay = FIRST_LINK_CHECK): void {
    const { lp } = this.processor;
    this.#timer.schedule(Math.max(lp.local, lp.engine.now) + delay);
  }

  protected cancelLinkCheck(): void {
    this.#timer.cancel();
  }

  /** CSR6 for the link as it is known, without starting anything. */
  protected get operatingMode(): number {
    const { speed, fullDuplex } = this.link;
    return MODE_100 | (fullDuplex ? FULL_DUPLEX : 0) | (speed === 10 ? THRESHOLD_MODE : 0);
  }

  /**
   * Asks the PHY for link and partner, and when the duplex mode or the speed is another, stops both
   * processes, changes it and starts them. Comes again after a minute, sooner without a link.
   */
  protected *checkLink(): GuestCode {
    if (this.identity === undefined) return;
    const { address, advertised } = this.identity.phy;
    yield* this.in(CSR12_GENERAL_PURPOSE);
    const status = yield* this.readPhy(address, PHY_STATUS);
    const partner = yield* this.readPhy(address, PHY_PARTNER);
    const before = this.operatingMode;
    this.link = linkFrom(status, advertised & partner, this.link);
    if (this.operatingMode !== before) yield* this.restart();
    this.scheduleLinkCheck(this.link.up ? LINK_CHECK_PERIOD : FIRST_LINK_CHECK);
  }

  /** Stops both processes and starts them, where they were, in the mode that the link asks for. */
  protected *restart(more = 0): GuestCode {
    this.restarts++;
    const csr6 = yield* this.in(CSR6_OPERATION);
    yield* this.stopProcesses(csr6);
    const kept = csr6 & ~(FULL_DUPLEX | THRESHOLD_MODE);
    yield* this.out(CSR6_OPERATION, (kept | this.operatingMode | RUNNING | more) >>> 0);
    this.stopping = false;
    yield* this.in(CSR6_OPERATION);
  }

  /** Clears both start bits of `csr6` and waits until the states say that both have stopped. */
  protected *stopProcesses(csr6: number): GuestCode {
    this.stopping = true;
    yield* this.out(CSR6_OPERATION, (csr6 & ~RUNNING) >>> 0);
    if ((yield* this.waitStopped()) !== 0) this.stopFailures++;
  }

  /** @returns the process states that are left: 0 when both have stopped */
  protected *waitStopped(): PortRead {
    let states = 0;
    for (let polls = 0; polls < STOP_POLLS; polls++) {
      states = (yield* this.in(CSR5_STATUS)) & PROCESS_STATES;
      if (states === 0) break;
      this.wait(STOP_POLL_MICROSECONDS);
    }
    return states;
  }
}

/** The best that both ends can do; without a link, what there was before. */
function linkFrom(status: number, common: number, before: LinkState): LinkState {
  if (status === 0xffff || (status & STATUS_LINK) === 0) return { ...before, up: false };
  const best = [ABILITY_100_FULL, ABILITY_T4, ABILITY_100, ABILITY_10_FULL].find(
    (ability) => (common & ability) !== 0,
  );
  const fast = best !== undefined && best >= ABILITY_100;
  return {
    up: true,
    speed: fast ? 100 : 10,
    fullDuplex: best === ABILITY_100_FULL || best === ABILITY_10_FULL,
  };
}
