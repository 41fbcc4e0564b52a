import { type BothWays, FailoverMachine, type FailoverTraffic } from './failover-machine.ts';
import type { TableReport } from './report.ts';
import { UsageError } from './usage.ts';

/** What the root does to take a virtual function from a machine. */
export type LeavingStep = 'switch-path' | 'move-filter' | 'delete-vport' | 'reset-vf' | 'free-vf';

/** The steps, in the order of Windows' documentation; the guest's path comes first. */
export const LEAVING_STEPS: readonly LeavingStep[] = [
  'switch-path',
  'move-filter',
  'delete-vport',
  'reset-vf',
  'free-vf',
];

/** What each step does, in words. */
export const STEP_NAMES: Record<LeavingStep, string> = {
  'switch-path': 'tell the guest to send by VMBus',
  'move-filter': 'move the filter to the default VPort',
  'delete-vport': 'delete the VPort of the VF',
  'reset-vf': 'reset the VF',
  'free-vf': 'free the VF',
};

/** How a machine leaves its virtual function. */
export interface LeavingOptions extends Partial<FailoverTraffic> {
  /** In this order; any may be left out, none may come twice. */
  steps: readonly LeavingStep[];
  /** Milliseconds that a step takes, 1 to 1000. */
  stepTime?: number;
}

/** One step as it was taken. */
export interface TakenStep {
  step: LeavingStep;
  /** Milliseconds after the first step. */
  at: number;
  /** False when the driver refused it: then nothing was done. */
  accepted: boolean;
  /** Frames that were lost until the next step. */
  lost: BothWays;
}

/** How it went. */
export interface LeavingReport {
  steps: TakenStep[];
  /** In all. */
  lost: BothWays;
  late: number;
  sent: BothWays;
  /** Whether the function is free again, and the guest has no path but VMBus. */
  free: boolean;
}

/** Traffic when an option is left out. */
export const TRAFFIC = { rate: 10_000, frame: 1000, seed: 1 };
/** From the offer of a function until frames go by it, and a little more, in milliseconds. */
const TAKEOVER = 110;
/** After the last step, until the machine is at rest. */
const SETTLE = 5;
/** More than this the path over VMBus does not carry on one processor of the root, both ways. */
const MAX_RATE = 40_000;

/**
 * Brings a machine with a virtual function up, lets frames flow in both directions, and takes the function
 * away step by step. Lost frames are those that were sent and did not arrive.
 * @throws UsageError for steps, rates or times that cannot be
 */
export function leaveVf(options: LeavingOptions): LeavingReport {
  const { steps, stepTime = 5 } = options;
  checkSteps(steps, stepTime);
  const machine = machineOnVf(options);
  const first = { sent: machine.sent, at: machine.now };
  const taken = steps.map((step) => {
    const before = { at: (machine.now - first.at) / 1e9, sent: machine.sent };
    const accepted = takeStep(machine, step);
    machine.run(stepTime);
    return { step, accepted, ...before, until: machine.sent };
  });
  const end = machine.sent;
  machine.run(SETTLE);
  const { counts, failover, vf } = machine;
  return {
    steps: taken.map(({ step, at, accepted, sent, until }) => ({
      step,
      at,
      accepted,
      lost: machine.missing(sent, until),
    })),
    lost: machine.missing(first.sent, end),
    late: counts.out.late + counts.in.late,
    sent: { out: end.out - first.sent.out, in: end.in - first.sent.in },
    free: vf?.allocated === false && failover.state === 'synthetic',
  };
}

/** A machine whose frames go by its virtual function. @throws UsageError */
export function machineOnVf(options: Partial<FailoverTraffic>): FailoverMachine {
  const { rate = TRAFFIC.rate, frame = TRAFFIC.frame, seed = TRAFFIC.seed, profile } = options;
  checkTraffic(rate, frame);
  const machine = new FailoverMachine({ rate, frame, seed, profile });
  machine.allocate();
  machine.run(TAKEOVER);
  return machine;
}

/** @throws UsageError */
export function checkTraffic(rate: number, frame: number): void {
  if (!(rate >= 10 && rate <= MAX_RATE))
    throw new UsageError(`rate: ${rate} is not between 10 and ${MAX_RATE} frames a second`);
  if (!(Number.isInteger(frame) && frame >= 100 && frame <= 1514))
    throw new UsageError(`frame: ${frame} is not a whole number of bytes from 100 to 1514`);
}

/** @throws UsageError */
export function checkSteps(steps: readonly LeavingStep[], stepTime: number): void {
  for (const [i, step] of steps.entries()) {
    if (!LEAVING_STEPS.includes(step))
      throw new UsageError(`steps: ${step} is none of ${LEAVING_STEPS.join(', ')}`);
    if (steps.indexOf(step) !== i) throw new UsageError(`steps: ${step} comes twice`);
  }
  if (!(stepTime >= 1 && stepTime <= 1000))
    throw new UsageError(`stepTime: ${stepTime} is not between 1 and 1000 milliseconds`);
}

/** The root takes one step. @returns whether it was accepted */
export function takeStep(machine: FailoverMachine, step: LeavingStep): boolean {
  if (step === 'delete-vport') return machine.deleteVPort();
  if (step === 'reset-vf') return machine.resetVf();
  if (step === 'free-vf') return machine.freeVf();
  if (step === 'switch-path') machine.announceSynthetic();
  else machine.moveFilter('default');
  return true;
}

/** The steps of a leave as a table: what each cost. */
export function leavingTable({ steps, lost, sent, free }: LeavingReport): TableReport {
  const total = lost.in + lost.out;
  return {
    kind: 'table',
    title: free
      ? `${total} of ${sent.in + sent.out} frames lost`
      : `${total} of ${sent.in + sent.out} frames lost, and the VF is not free`,
    columns: [
      { name: 'Step' },
      { name: 'At', unit: 'ms' },
      { name: 'Answer' },
      { name: 'Lost on the way in' },
      { name: 'Lost on the way out' },
    ],
    rows: steps.map(({ step, at, accepted, lost: here }) => [
      STEP_NAMES[step],
      Math.round(at),
      accepted ? 'done' : 'refused',
      here.in,
      here.out,
    ]),
  };
}
