import type { Engine, Handler, Timer } from '../engine/engine.ts';
import { type GuestMemory, READ, WRITE } from '../memory/guest-memory.ts';
import { REFERENCE_TICK } from './synic-spec.ts';
import { MONITOR_PAGE, MONITOR_PARAMETER, MONITOR_TRIGGER_GROUP } from './synic-structures.ts';

export const MONITOR_GROUPS = 4;
export const TRIGGERS_PER_GROUP = 32;
/** What a trigger without a latency of its own gets: 100 us, the order that Linux comments name. */
const USUAL_LATENCY = 1000;
/** The hypervisor looks no more often than this, in ticks (10 us): a bound of this model. */
export const SHORTEST_LATENCY = 100;
/** A latency is 16 bits of ticks. */
export const LONGEST_LATENCY = 0xffff;
/** Tag of the timer that goes over all groups. */
const ROUND = MONITOR_GROUPS;
const { trigger_state, trigger_group, next_checktime, latency, parameter } = MONITOR_PAGE.at;
const GROUP_SIZE = MONITOR_TRIGGER_GROUP.size;
const { pending: PENDING, armed: ARMED } = MONITOR_TRIGGER_GROUP.at;

/** Makes the signal that a trigger stands for. */
export type ImplicitSignal = (connectionId: number, flag: number, at: number) => void;

/**
 * A page of monitored notifications. The guest sets a bit in it instead of making a hypercall; the
 * hypervisor looks at each group within the latency of its triggers, and makes their signals.
 *
 * The public texts do not say when the hypervisor sets the armed bits; here they are those of the
 * triggers that it looks at. What looking costs is not published: it is free here. A bit that the guest
 * stores without `trigger` is found every 100 us.
 */
export class MonitorPage implements Handler {
  /** Signals made for the guest. */
  signals = 0;
  #memory: GuestMemory;
  #gpa: number;
  #engine: Engine;
  #signal: ImplicitSignal;
  /** Looks that a guest's trigger asks for, by group; and what goes over all of them again and again. */
  #asked: Timer[];
  #round: Timer;
  /** When each trigger was set, on the clock of the processor that set it. */
  #setAt = new Float64Array(MONITOR_GROUPS * TRIGGERS_PER_GROUP);
  #closed = false;

  /** @param gpa a multiple of the page size */
  constructor(engine: Engine, memory: GuestMemory, gpa: number, signal: ImplicitSignal) {
    this.#engine = engine;
    this.#memory = memory;
    this.#gpa = gpa;
    this.#signal = signal;
    this.#asked = Array.from({ length: MONITOR_GROUPS }, (_, group) => engine.timer(this, group));
    this.#round = engine.timer(this, ROUND, true);
    this.handle(ROUND);
  }

  /**
   * The guest's part: sets the pending bit of trigger `id` at `at`, with no exit. A look before that does
   * not see it. The machine is not at rest until the hypervisor has looked.
   */
  trigger(id: number, at: number): void {
    if (!(id >= 0 && id < MONITOR_GROUPS * TRIGGERS_PER_GROUP) || this.#closed) return;
    const group = id >>> 5;
    const place = this.#gpa + trigger_group + group * GROUP_SIZE + PENDING;
    const pending = this.#memory.read32(place);
    const bit = 1 << (id & 31);
    if ((pending & bit) === 0) this.#setAt[id] = at;
    this.#memory.write32(place, (pending | bit) >>> 0);
    if (!this.#isEnabled(group)) return;
    const asked = this.#asked[group];
    const next = this.#nextLook(group, at);
    if (!asked.pending || asked.due > next) asked.schedule(next);
  }

  /** Called by the engine: looks at a group, or at all that nobody has asked for. */
  handle(tag: number): void {
    if (this.#closed) return;
    if (tag !== ROUND) {
      this.#look(tag);
      return;
    }
    const period = USUAL_LATENCY * REFERENCE_TICK;
    this.#round.schedule((Math.floor(this.#engine.now / period) + 1) * period);
    for (const [group, asked] of this.#asked.entries()) if (!asked.pending) this.#look(group);
  }

  /** The hypervisor looks no more. */
  close(): void {
    this.#closed = true;
    for (const timer of [this.#round, ...this.#asked]) timer.cancel();
  }

  #look(group: number): void {
    const memory = this.#memory;
    if (memory.translate(this.#gpa, READ | WRITE) < 0 || !this.#isEnabled(group)) return;
    const { now } = this.#engine;
    const next = this.#nextLook(group, now);
    const place = this.#gpa + trigger_group + group * GROUP_SIZE;
    const bits = memory.read32(place + PENDING);
    const pending = this.#visible(group, bits, now);
    if (pending !== 0) memory.write32(place + PENDING, (bits & ~pending) >>> 0);
    if (pending !== bits) this.#asked[group].schedule(next);
    let armed = 0;
    for (let i = 0; i < TRIGGERS_PER_GROUP; i++) {
      const trigger = group * TRIGGERS_PER_GROUP + i;
      if (this.#latencyOf(trigger) === 0) continue;
      armed |= 1 << i;
      const check = Math.floor(next / REFERENCE_TICK) % 4294967296;
      memory.write32(this.#gpa + next_checktime + trigger * 4, check);
    }
    memory.write32(place + ARMED, armed >>> 0);
    for (let left = pending; left !== 0; left &= left - 1)
      this.#fire(group * TRIGGERS_PER_GROUP + 31 - Math.clz32(left & -left), now);
  }

  /** Those of `bits` that are set by now: a processor's clock may be ahead of the machine's. */
  #visible(group: number, bits: number, now: number): number {
    let seen = bits;
    for (let left = bits; left !== 0; left &= left - 1) {
      const bit = left & -left;
      if (this.#setAt[group * TRIGGERS_PER_GROUP + 31 - Math.clz32(bit)] > now) seen &= ~bit;
    }
    return seen;
  }

  #fire(trigger: number, now: number): void {
    const place = this.#gpa + parameter + trigger * MONITOR_PARAMETER.size;
    const connection = this.#memory.read32(place + MONITOR_PARAMETER.at.connectionid);
    const flag = this.#memory.read32(place + MONITOR_PARAMETER.at.flagnumber) & 0xffff;
    this.signals++;
    this.#signal(connection & 0xffffff, flag, now);
  }

  #isEnabled(group: number): boolean {
    return (this.#memory.read32(this.#gpa + trigger_state) & (1 << group)) !== 0;
  }

  #latencyOf(trigger: number): number {
    const word = this.#memory.read32(this.#gpa + latency + (trigger & ~1) * 2);
    return (trigger & 1) === 0 ? word & 0xffff : word >>> 16;
  }

  /** When the group is looked at next: within the shortest latency of its triggers. */
  #nextLook(group: number, at: number): number {
    let shortest = Infinity;
    for (let i = 0; i < TRIGGERS_PER_GROUP; i++) {
      const ticks = this.#latencyOf(group * TRIGGERS_PER_GROUP + i);
      if (ticks > 0 && ticks < shortest) shortest = ticks;
    }
    if (shortest === Infinity) shortest = USUAL_LATENCY;
    const period = Math.max(shortest, SHORTEST_LATENCY) * REFERENCE_TICK;
    return (Math.floor(at / period) + 1) * period;
  }
}
