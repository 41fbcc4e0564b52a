import { replace, text } from './index.ts';

/** One way back: what stood under each name before a reset or an import. */
export interface Undo {
  words: string;
  /** Milliseconds since 1970 until which it is offered. */
  until: number;
  before: Record<string, string | null>;
}

const KEY = 'two-checkboxes:undo';
const OFFERED_MS = 30_000;

let current: Undo | undefined;

/** What stands under these names now. */
export function snapshot(names: readonly string[]): Undo['before'] {
  return Object.fromEntries(names.map((name) => [name, text(name)]));
}

/** Offers the way back to what stood before, for half a minute or until the next change. */
export function offerUndo(words: string, before: Undo['before']): void {
  current = { words, until: Date.now() + OFFERED_MS, before };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Blocked or too large: the page itself still has it.
    dropKept();
  }
  void show();
}

/** Offers again what the page offered before it was loaded anew. */
export function offerAgain(): void {
  try {
    const kept = sessionStorage.getItem(KEY);
    if (kept === null) return;
    current = checked(JSON.parse(kept));
  } catch {
    current = undefined;
  }
  if (current && current.until > Date.now()) void show();
  else dropUndo();
}

export function applyUndo(): void {
  if (!current) return;
  const { before } = current;
  dropUndo();
  for (const [name, value] of Object.entries(before)) replace(name, value, 'undo');
}

/** The reader went on: there is no way back any more. */
export function dropUndo(): void {
  if (!current && !document.querySelector('.kept-undo')) return;
  current = undefined;
  dropKept();
  for (const bar of document.querySelectorAll('.kept-undo')) bar.remove();
}

async function show(): Promise<void> {
  const { showUndo } = await import('./undo-bar.ts');
  if (current) showUndo(current);
}

function dropKept(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept then.
  }
}

function checked(value: unknown): Undo | undefined {
  const { words, until, before } = Object(value) as Partial<Undo>;
  if (typeof words !== 'string' || typeof until !== 'number') return undefined;
  const names = Object.values(Object(before));
  const fits = names.every((kept) => kept === null || typeof kept === 'string');
  return fits && before ? { words, until, before } : undefined;
}
