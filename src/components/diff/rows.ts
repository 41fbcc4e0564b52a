import { diffLines } from 'diff';

/** A line of a unified difference, or a run of equal lines that is left out. */
export type DiffRow =
  | { kind: 'same' | 'added' | 'removed'; text: string }
  | { kind: 'gap'; lines: number };

export interface Difference {
  rows: DiffRow[];
  added: number;
  removed: number;
}

/** Equal lines shown on either side of a change. */
const CONTEXT = 3;
/** Edits beyond which two texts have nothing in common worth searching for. */
const MOST_EDITS = 1_500;

/** What turns `before` into `after`, line by line. A newline more or less at the end is no difference. */
export function difference(before: string, after: string): Difference {
  const [old, now] = [ended(before), ended(after)];
  const changes = diffLines(old, now, { maxEditLength: MOST_EDITS }) ?? [
    { value: old, removed: true, added: false },
    { value: now, removed: false, added: true },
  ];
  const rows: DiffRow[] = [];
  let [added, removed] = [0, 0];
  for (const [i, change] of changes.entries()) {
    const lines = change.value.replace(/\n$/, '').split('\n');
    if (change.value === '') continue;
    if (change.added) added += lines.length;
    if (change.removed) removed += lines.length;
    const kind = change.added ? 'added' : change.removed ? 'removed' : 'same';
    const shown = lines.map((text): DiffRow => ({ kind, text }));
    const [head, tail] = [i === 0 ? 0 : CONTEXT, i === changes.length - 1 ? 0 : CONTEXT];
    const hidden = lines.length - head - tail;
    if (kind !== 'same' || hidden < 2) rows.push(...shown);
    else
      rows.push(
        ...shown.slice(0, head),
        { kind: 'gap', lines: hidden },
        ...shown.slice(lines.length - tail),
      );
  }
  return { rows, added, removed };
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
