import { type CopyPolicy, SAFE_COPIES } from '../machine/host/copy-policy.ts';
import { runPath } from './compare.ts';
import { completePolicy } from './copy-attacks.ts';
import { completeConfig } from './options.ts';
import type { PathReport, TableReport } from './report.ts';

/** What `copyCosts` takes. */
export interface CopyCostOptions {
  /** Frame sizes in bytes without FCS. */
  sizes?: readonly number[];
  /** Cost profile; 'sandybridge-2012' when left out. */
  profile?: string;
}

/** Cycles of copies for one frame of a size, by the copy. */
export interface CopyCost {
  frame: number;
  /** The guest's own copy into its send buffer; 0 where a frame goes as a list of pages. */
  guestSend: number;
  /** The root's copy of what the switch decides by. */
  sentHeaders: number;
  /** The root's copy of the whole frame, which no policy needs. */
  sentFrames: number;
  /** The root's copy into the receive buffer. */
  receivedFrames: number;
}

const SIZES = [60, 256, 512, 1024, 1514, 9014];
/** Paced, so that no frame depends on another one. */
const FRAMES = 20;

/**
 * What each copy costs, from the ledgers of runs that make it.
 * @throws UsageError for a size or a profile that there is not
 */
export function copyCosts({
  sizes = SIZES,
  profile = 'sandybridge-2012',
}: CopyCostOptions = {}): CopyCost[] {
  return sizes.map((frame) => {
    const run = (direction: 'tx' | 'rx', copies: Readonly<CopyPolicy>) =>
      runPath('vmbus', configFor(frame, profile, direction), { variant: { copies } });
    const sent = run('tx', SAFE_COPIES);
    const whole = run('tx', { ...SAFE_COPIES, sentFrames: true });
    return {
      frame,
      guestSend: copyCycles(sent, 'guest-kernel'),
      sentHeaders: copyCycles(sent, 'root-kernel'),
      sentFrames: copyCycles(whole, 'root-kernel'),
      receivedFrames: copyCycles(run('rx', SAFE_COPIES), 'root-kernel'),
    };
  });
}

/** A policy's copies at one frame size: cycles for a frame sent and a frame received, all actors. */
export function policyCost(
  policy: Partial<CopyPolicy>,
  { frame = 1514, profile = 'sandybridge-2012' }: { frame?: number; profile?: string } = {},
): number {
  const copies = completePolicy(policy);
  const cycles = (['tx', 'rx'] as const).map((direction) => {
    const run = runPath('vmbus', configFor(frame, profile, direction), { variant: { copies } });
    return copyCycles(run, 'root-kernel') + copyCycles(run, 'guest-kernel');
  });
  return cycles[0] + cycles[1];
}

/** The costs as a table, a row for each size. */
export function copyCostTable(
  costs: readonly CopyCost[],
  title = 'Cycles of copies for a frame',
): TableReport {
  const names = ['Guest, into its send buffer', 'Root, sent headers', 'Root, whole sent frame'];
  return {
    kind: 'table',
    title,
    columns: [
      { name: 'Frame', unit: 'B' },
      ...[...names, 'Root, received frame'].map((name) => ({ name })),
    ],
    rows: costs.map(({ frame, guestSend, sentHeaders, sentFrames, receivedFrames }) => [
      frame,
      ...[guestSend, sentHeaders, sentFrames, receivedFrames].map(Math.round),
    ]),
  };
}

function configFor(frame: number, profile: string, direction: 'tx' | 'rx') {
  const load = 'paced' as const;
  return completeConfig({ paths: ['vmbus'], frame, profile, direction, load, frames: FRAMES });
}

function copyCycles({ ledger, deliveredFrames }: PathReport, actor: string): number {
  const row = ledger.find(({ who, what }) => who === actor && what === 'copy');
  return (row?.cycles ?? 0) / Math.max(1, deliveredFrames);
}
