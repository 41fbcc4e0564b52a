import { UsageError } from '../../lab/usage.ts';
import { replayControl } from './control.ts';
import { type Family, familyOf } from './family.ts';
import { replayIntercept } from './intercept.ts';
import { isLayoutTable } from './layouts.ts';
import { replayNetvsc } from './netvsc.ts';
import { replayRing } from './ring.ts';
import { replaySynic } from './synic.ts';
import type { Difference, FamilyResult, VectorFile } from './vector-file.ts';
import { replayVpci } from './vpci.ts';
import { replayXferpages } from './xferpages.ts';

/** What became of a file. `notModelled` says why nothing of it was compared, or is null. */
export interface VectorReport {
  file: string;
  family: Family | 'layouts';
  steps: number;
  differences: number;
  notModelled: string | null;
  first: Difference[];
}

/** How a family is replayed, or why it is not. */
const FAMILIES: Record<Family, ((file: VectorFile) => FamilyResult) | string> = {
  ring: replayRing,
  xferpages: replayXferpages,
  synic: replaySynic,
  intercept: replayIntercept,
  control: replayControl,
  netvsc: replayNetvsc,
  storvsc: 'the machine has no synthetic disk yet',
  vpci: replayVpci,
};

/** Replays one file on the machine. @throws UsageError for a file of no known family, or a damaged one */
export function replayVectors(file: VectorFile): VectorReport {
  const name = file.name;
  if (isLayoutTable(file))
    return skipped(name, 'layouts', 'a table of layouts, which lab layouts compares');
  const family = familyOf(file);
  if (family === undefined)
    throw new UsageError(
      `${file.content.where}: of no known family; there is ${Object.keys(FAMILIES).join(', ')}`,
    );
  const replay = FAMILIES[family];
  if (typeof replay === 'string') return skipped(name, family, replay);
  const { steps, differences, first } = replay(file);
  return { file: name, family, steps, differences, notModelled: null, first };
}

function skipped(file: string, family: VectorReport['family'], notModelled: string): VectorReport {
  return { file, family, steps: 0, differences: 0, notModelled, first: [] };
}
