import type { CompareConfig, PathName } from '../report.ts';
import type { CoalescingPlace } from './figures.ts';

const MEBIBYTE = 1 << 20;
/** What a path has when coalescing is simply on. A virtual function's guest does it itself, see decision 0021. */
const USUAL: Partial<Record<PathName, CoalescingPlace>> = {
  native: 'nic',
  vmbus: 'switch',
  sriov: 'stack',
};

/** Where a guest's received segments are coalesced on a path; undefined where they are not. */
export function coalescingOf(
  path: PathName,
  { bulk, direction }: CompareConfig,
): CoalescingPlace | undefined {
  if (bulk === undefined || direction === 'tx' || bulk.coalescing === false) return undefined;
  return bulk.coalescing === true ? USUAL[path] : bulk.coalescing;
}

/** Bytes that a guest needs beside the usual, for frames that are to be cut. */
export function bulkMemory({ bulk }: CompareConfig, queues: number): number {
  return bulk?.segmentation === true ? 4 * MEBIBYTE * queues : 0;
}
