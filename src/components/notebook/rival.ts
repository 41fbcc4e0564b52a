import { names, read } from '../store/index.ts';
import { asSaved } from '../store/saved.ts';
import type { Saved } from './store.ts';

/**
 * Where a tab keeps its version of a cell while another tab has a rival one. Each page that is open has a slot
 * of its own and holds a lock of that name, so that a later page can tell a slot that nobody owns any more.
 */

const PAGE = Math.random().toString(36).slice(2, 10);
const LOCK = 'two-checkboxes:page:';

let held = false;

export function slotOf(name: string): string {
  hold();
  return `rival:${PAGE}:${name}`;
}

/** The version of a page that went before its reader had chosen, and where it is kept. */
export async function orphanOf(name: string): Promise<{ slot: string; saved: Saved } | undefined> {
  const slots = names().filter((slot) => slot.startsWith('rival:') && ownedName(slot) === name);
  if (slots.length === 0) return undefined;
  const open = await openPages();
  const slot = slots.find((candidate) => !open.has(candidate.split(':')[1] ?? ''));
  return slot ? { slot, saved: asSaved(read(slot)).saved } : undefined;
}

function ownedName(slot: string): string {
  return slot.split(':').slice(2).join(':');
}

function hold(): void {
  if (held || !navigator.locks) return;
  held = true;
  void navigator.locks.request(LOCK + PAGE, () => new Promise(() => {}));
}

async function openPages(): Promise<Set<string>> {
  if (!navigator.locks) return new Set([PAGE]);
  const { held: locks = [] } = await navigator.locks.query();
  return new Set([PAGE, ...locks.map(({ name = '' }) => name.replace(LOCK, ''))]);
}
