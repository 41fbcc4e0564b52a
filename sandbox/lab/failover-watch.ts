import {
  checkSteps,
  checkTraffic,
  type LeavingOptions,
  machineOnVf,
  TRAFFIC,
  takeStep,
} from './failover.ts';
import { type BothWays, FailoverMachine, type FailoverTraffic } from './failover-machine.ts';
import type { ChartReport, TableReport } from './report.ts';
import { UsageError } from './usage.ts';

/** What arrived in an interval. */
export interface PathSample {
  /** Middle of the interval, in milliseconds. */
  at: number;
  /** Frames for the machine, by the path that brought them. */
  byVf: number;
  byVmbus: number;
  /** Frames of the machine at the far end. */
  arrivedOutside: number;
}

/** Something that happened. */
export interface FailoverMoment {
  /** Milliseconds. */
  at: number;
  what: string;
}

/** How a guest was asked to let its function go. */
export interface EjectReport {
  moments: FailoverMoment[];
  lost: BothWays;
  sent: BothWays;
}

/** How a machine gets its function. */
export interface ComingBackReport {
  moments: FailoverMoment[];
  samples: PathSample[];
  lost: BothWays;
}

const STATES = {
  synthetic: 'the guest has no VF: VMBus alone',
  paired: 'the guest pairs VF and adapter; its wait of 100 ms begins',
  opening: 'the VF is there and carries nothing',
  switching: 'the link of the VF is up; the guest asks for its path',
  vf: 'frames go by the VF',
  returning: 'the guest sends by VMBus, and asks the root for the same',
};
const BEFORE = 4;
const AFTER = 4;

/** Looks at a machine in intervals. */
class Watch {
  readonly samples: PathSample[] = [];
  #machine: FailoverMachine;
  #start: number;
  #interval: number;
  #last: PathSample;
  /** When it looked last. */
  #looked: number;

  /** @param interval milliseconds, @param before how far behind the zero of the samples it begins */
  constructor(machine: FailoverMachine, interval: number, before: number) {
    this.#machine = machine;
    this.#interval = interval;
    this.#start = machine.now + before * 1e9;
    this.#looked = machine.now;
    this.#last = this.#totals();
  }

  /** Milliseconds of the samples' clock. */
  at(time: number): number {
    return (time - this.#start) / 1e9;
  }

  run(milliseconds: number): void {
    const end = this.#machine.now + Math.round(milliseconds * 1e9);
    while (end - this.#machine.now > 1e6) {
      const next = Math.min(end, this.#looked + Math.round(this.#interval * 1e9));
      this.#machine.run((next - this.#machine.now) / 1e9);
      // What is left of an interval is no sample.
      if (next - this.#looked < 0.9e9 * this.#interval) return;
      const now = this.#totals();
      const { byVf, byVmbus, arrivedOutside } = this.#last;
      this.samples.push({
        at: (this.at(this.#looked) + this.at(next)) / 2,
        byVf: now.byVf - byVf,
        byVmbus: now.byVmbus - byVmbus,
        arrivedOutside: now.arrivedOutside - arrivedOutside,
      });
      this.#last = now;
      this.#looked = next;
    }
  }

  #totals(): PathSample {
    const { failover, counts } = this.#machine;
    const { vf, synthetic } = failover.counts;
    return {
      at: 0,
      byVf: vf.received,
      byVmbus: synthetic.received,
      arrivedOutside: counts.out.delivered,
    };
  }
}

/**
 * Takes a virtual function away step by step, and looks every `interval` milliseconds at what arrives.
 * @throws UsageError as leaveVf does
 */
export function watchLeaving(options: LeavingOptions, interval = 1): PathSample[] {
  const { steps, stepTime = 5 } = options;
  checkSteps(steps, stepTime);
  const machine = machineOnVf(options);
  const watch = new Watch(machine, interval, BEFORE);
  watch.run(BEFORE);
  for (const step of steps) {
    takeStep(machine, step);
    watch.run(stepTime);
  }
  watch.run(AFTER);
  return watch.samples;
}

/** What arrives, as lines. */
export function pathChart(title: string, samples: readonly PathSample[]): ChartReport {
  const line = (name: string, of: 'byVf' | 'byVmbus' | 'arrivedOutside') => ({
    name,
    points: samples.map((sample) => ({ x: sample.at, y: sample[of] })),
  });
  return {
    kind: 'chart',
    title,
    x: { label: 'Time', unit: 'ms' },
    y: { label: 'Frames that arrive' },
    series: [
      { ...line('in the machine, by the VF', 'byVf'), actor: 'device' },
      { ...line('in the machine, by VMBus', 'byVmbus'), actor: 'root-kernel' },
      { ...line('at the far end, from the machine', 'arrivedOutside'), actor: 'guest-kernel' },
    ],
  };
}

/**
 * The root asks the guest to let its function go, and waits. A guest that answers lets it go in order; from
 * one that does not it is taken after 60 s.
 * @throws UsageError for a rate or a size that cannot be
 */
export function ejectVf(
  options: Partial<FailoverTraffic> & { guestAnswers?: boolean } = {},
): EjectReport {
  const { guestAnswers = true } = options;
  const machine = machineOnVf(options);
  machine.guestAnswers = guestAnswers;
  const start = machine.now;
  const before = machine.sent;
  const told = machine.failover.history.length;
  const moments: FailoverMoment[] = [{ at: 0, what: 'the root asks the guest to let the VF go' }];
  machine.eject((how) => {
    const what =
      how === 'ejected'
        ? 'the guest has let the VF go; the root takes the channel back'
        : 'the root waits no longer: the VF is taken, unasked';
    moments.push({ at: (machine.now - start) / 1e9, what });
  });
  machine.run(guestAnswers ? 50 : 60_050);
  machine.moveFilter('default');
  machine.deleteVPort();
  machine.resetVf();
  machine.freeVf();
  const end = machine.sent;
  machine.run(AFTER);
  for (const { at, state } of machine.failover.history.slice(told))
    moments.push({ at: (at - start) / 1e9, what: STATES[state] });
  moments.sort((a, b) => a.at - b.at);
  return {
    moments,
    lost: machine.missing(before, end),
    sent: { out: end.out - before.out, in: end.in - before.in },
  };
}

/**
 * A machine that has a synthetic adapter alone gets a function, as after a migration: the root says so at 0,
 * and offers the function `offerAfter` milliseconds later.
 * @throws UsageError for a rate, a size or a time that cannot be
 */
export function comeBack(
  options: Partial<FailoverTraffic> & { offerAfter?: number } = {},
  interval = 25,
): ComingBackReport {
  const {
    rate = 1000,
    frame = TRAFFIC.frame,
    seed = TRAFFIC.seed,
    profile,
    offerAfter = 1000,
  } = options;
  checkTraffic(rate, frame);
  if (!(offerAfter >= 0 && offerAfter <= 5000))
    throw new UsageError(`offerAfter: ${offerAfter} is not between 0 and 5000 milliseconds`);
  const machine = new FailoverMachine({ rate, frame, seed, profile });
  const before = 4 * interval;
  const watch = new Watch(machine, interval, before);
  const first = machine.sent;
  watch.run(before);
  machine.announceVf();
  watch.run(offerAfter);
  const offered = watch.at(machine.now);
  machine.offerVf();
  watch.run(100 + before);
  const end = machine.sent;
  machine.run(AFTER);
  const moments = [
    { at: 0, what: 'the root tells the guest’s adapter that there is a VF' },
    { at: offered, what: 'the root offers the VF on a bus of its own' },
    ...machine.failover.history.map(({ at, state }) => ({ at: watch.at(at), what: STATES[state] })),
  ];
  return { moments, samples: watch.samples, lost: machine.missing(first, end) };
}

/** Moments as a table. */
export function momentTable(title: string, moments: readonly FailoverMoment[]): TableReport {
  return {
    kind: 'table',
    title,
    columns: [{ name: 'At', unit: 'ms' }, { name: 'What happens' }],
    rows: moments.map(({ at, what }) => [Math.round(at * 100) / 100, what]),
  };
}
