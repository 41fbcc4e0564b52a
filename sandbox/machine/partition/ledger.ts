/** Who can be charged. The order is that of the columns of the ledger. */
export const GUEST_USER = 0;
export const GUEST_KERNEL = 1;
export const HYPERVISOR = 2;
export const ROOT_KERNEL = 3;
export const ROOT_USER = 4;
export const DEVICE = 5;
export const WIRE = 6;
export const ACTORS = [
  'guest-user',
  'guest-kernel',
  'hypervisor',
  'root-kernel',
  'root-user',
  'device',
  'wire',
] as const;

/** What cycles are spent on. The order is that of the rows of the ledger. */
export const ACTIVITIES = [
  'application',
  'system call',
  'network stack',
  'driver',
  'interrupt',
  'intercept',
  'hypercall',
  'context switch',
  'emulation',
  'copy',
  'switch',
  'ring',
  'scheduling',
  'doorbell',
  'DMA',
  'serialisation',
] as const;
export const APPLICATION = 0;
export const SYSTEM_CALL = 1;
export const NETWORK_STACK = 2;
export const DRIVER = 3;
export const INTERRUPT = 4;
export const INTERCEPT = 5;
export const HYPERCALL = 6;
export const CONTEXT_SWITCH = 7;
export const EMULATION = 8;
export const COPY = 9;
export const SWITCH = 10;
export const RING = 11;
export const SCHEDULING = 12;
export const DOORBELL = 13;
export const DMA = 14;
export const SERIALISATION = 15;

/** Why a processor left a partition for the hypervisor. */
export const EXITS = [
  'port-io',
  'mmio',
  'hypercall-signal',
  'external-interrupt',
  'eoi',
  'apic-access',
  'halt',
  'timer',
  'root-interrupt',
  'root-eoi',
  'root-hypercall',
  'root-halt',
  'root-eom',
  'hypercall',
  'msr',
] as const;
export const EXIT_PORT_IO = 0;
export const EXIT_MMIO = 1;
export const EXIT_SIGNAL = 2;
export const EXIT_EXTERNAL_INTERRUPT = 3;
export const EXIT_EOI = 4;
export const EXIT_APIC_ACCESS = 5;
export const EXIT_HALT = 6;
export const EXIT_TIMER = 7;
export const EXIT_ROOT_INTERRUPT = 8;
export const EXIT_ROOT_EOI = 9;
export const EXIT_ROOT_HYPERCALL = 10;
export const EXIT_ROOT_HALT = 11;
/** A write to the SynIC's EOM register: more messages wait for the slot that was freed. */
export const EXIT_ROOT_EOM = 12;
/** A hypercall of a guest that signals no ring, such as a posted message. */
export const EXIT_HYPERCALL = 13;
/** An access of a guest to a synthetic MSR, such as EOM. */
export const EXIT_MSR = 14;

const COLUMNS = ACTIVITIES.length;

/**
 * Where every cycle goes, and every count that does not depend on what a cycle costs.
 *
 * Cycles are those of the logical processor that spent them. Devices and wire have no cycles: their
 * rows count what they did.
 */
export class Ledger {
  readonly cycles = new Float64Array(ACTORS.length * COLUMNS);
  readonly counts = new Float64Array(ACTORS.length * COLUMNS);
  readonly exits = new Float64Array(EXITS.length);
  /** Register accesses by guest drivers, intercepted or not. */
  deviceAccesses = 0;
  /** Hypercalls made by guests. */
  hypercalls = 0;
  /** Software copies of frame payload below the guest's network stack, and their bytes. */
  copies = 0;
  copiedBytes = 0;
  /** Interrupts of the network adapter that guests took. */
  interrupts = 0;
  /** Thread switches in the root. */
  contextSwitches = 0;

  charge(who: number, what: number, cycles: number): void {
    const at = who * COLUMNS + what;
    this.cycles[at] += cycles;
    this.counts[at]++;
  }

  /** Cycles that `what` took longer for lack of something; no occurrence of its own. */
  stall(who: number, what: number, cycles: number): void {
    this.cycles[who * COLUMNS + what] += cycles;
  }

  /** Exits of every cause. */
  get totalExits(): number {
    return this.exits.reduce((sum, count) => sum + count, 0);
  }

  /** Exits that a device access or a doorbell of a guest caused. */
  get ioExits(): number {
    return this.exits[EXIT_PORT_IO] + this.exits[EXIT_MMIO] + this.exits[EXIT_SIGNAL];
  }

  /** Cycles of one actor over everything it did. */
  cyclesOf(who: number): number {
    let sum = 0;
    for (let what = 0; what < COLUMNS; what++) sum += this.cycles[who * COLUMNS + what];
    return sum;
  }

  /** Cycles that `who` spent on `what`. */
  cyclesFor(who: number, what: number): number {
    return this.cycles[who * COLUMNS + what];
  }

  /** Times that `who` did `what`. */
  countOf(who: number, what: number): number {
    return this.counts[who * COLUMNS + what];
  }

  /** Rows with something in them, in the order of actors and activities. */
  rows(): { who: (typeof ACTORS)[number]; what: string; cycles: number; count: number }[] {
    return ACTORS.flatMap((who, actor) =>
      ACTIVITIES.map((what, activity) => {
        const at = actor * COLUMNS + activity;
        return { who, what, cycles: this.cycles[at], count: this.counts[at] };
      }),
    ).filter((row) => row.count > 0);
  }

  /** Starts again from zero: what a machine did while it was set up is not part of a measurement. */
  reset(): void {
    this.cycles.fill(0);
    this.counts.fill(0);
    this.exits.fill(0);
    this.deviceAccesses = 0;
    this.hypercalls = 0;
    this.copies = 0;
    this.copiedBytes = 0;
    this.interrupts = 0;
    this.contextSwitches = 0;
  }
}
