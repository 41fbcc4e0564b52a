import { tellTrouble } from './trouble.ts';

/**
 * The texts that this browser keeps by name, in localStorage, with the page's memory for what the browser
 * does not take. Beside each text stands its stamp: when it was written, and which foreign version the
 * writer had seen, so that another tab can tell a later version from a rival one.
 */

const KEPT = 'two-checkboxes:v1:';
const STAMPS = 'two-checkboxes:v1-when:';
const ASIDE = 'two-checkboxes:aside:';

export interface Stamp {
  /** Milliseconds since 1970; of two versions the later one has more. */
  when: number;
  /** `when` of the last version by another tab that this one was made from, or 0. */
  seen: number;
}

/** Why a name has another text than this page wrote. */
export type Source = 'tab' | 'recovered' | 'undo' | 'import' | 'reset';

type Listener = (name: string, source: Source) => void;
type Journal = (name: string, text: string | null, stamp: Stamp) => void;

const memory = new Map<string, string | null>();
const listeners = new Set<Listener>();
const asideInMemory = new Map<string, string>();
let journal: Journal | undefined;

/** The text kept under a name, or null. */
export function text(name: string): string | null {
  const held = memory.get(name);
  return held === undefined ? item(KEPT + name) : held;
}

export function stamp(name: string): Stamp {
  const [when = 0, seen = 0] = (item(STAMPS + name) ?? '').split(' ').map(Number);
  return Number.isFinite(when) && Number.isFinite(seen) ? { when, seen } : { when: 0, seen: 0 };
}

/**
 * Keeps a text under a name, or with null forgets it.
 * @returns false when the browser does not take it: then the page alone has it
 */
export function keep(name: string, value: string | null, made: Partial<Stamp> = {}): boolean {
  const before = stamp(name);
  const now = { when: Math.max(Date.now(), before.when + 1), seen: before.seen, ...made };
  const kept = put(name, value, now);
  if (kept) {
    memory.delete(name);
    for (const [waiting, held] of memory)
      if (put(waiting, held, stamp(waiting))) memory.delete(waiting);
  } else memory.set(name, value);
  journal?.(name, value, now);
  return kept;
}

/** As `keep`, and tells who shows that name. */
export function replace(
  name: string,
  value: string | null,
  source: Source,
  made?: Partial<Stamp>,
): void {
  keep(name, value, made);
  tell(name, source);
}

/** Every name under which something is kept. */
export function names(): string[] {
  const found = new Set(keys(KEPT));
  for (const [name, held] of memory) {
    if (held === null) found.delete(name);
    else found.add(name);
  }
  return [...found].sort();
}

/** Puts a text that cannot be read where no reader of that name finds it, for the export file. */
export function putAside(name: string, unreadable: string): void {
  const key = `${name}@${new Date().toISOString()}`;
  try {
    localStorage.setItem(ASIDE + key, unreadable);
  } catch {
    asideInMemory.set(key, unreadable);
  }
  keep(name, null);
  tellTrouble('unreadable');
}

export function aside(): Record<string, string> {
  const found = keys(ASIDE).map((key) => [key, item(ASIDE + key) ?? ''] as const);
  return Object.fromEntries([...found, ...asideInMemory]);
}

/** Calls `listener` when a name changes by another hand than the page's own `keep`. Returns how to end it. */
export function watch(listener: Listener): () => void {
  if (listeners.size === 0) addEventListener('storage', heard);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) removeEventListener('storage', heard);
  };
}

/** Everything kept from now on is also given to `second`. */
export function writeAlso(second: Journal): void {
  journal = second;
}

function heard({ key, storageArea }: StorageEvent): void {
  if (!key?.startsWith(KEPT) || storageArea !== localStorage) return;
  const name = key.slice(KEPT.length);
  memory.delete(name);
  tell(name, 'tab');
}

function tell(name: string, source: Source): void {
  for (const listener of listeners) listener(name, source);
}

function put(name: string, value: string | null, { when, seen }: Stamp): boolean {
  try {
    // The stamp goes first: a tab that hears of the text reads the stamp that belongs to it.
    localStorage.setItem(STAMPS + name, `${when} ${seen}`);
    if (value === null) localStorage.removeItem(KEPT + name);
    else localStorage.setItem(KEPT + name, value);
    return true;
  } catch (error) {
    const full = error instanceof DOMException && error.name === 'QuotaExceededError';
    tellTrouble(full ? 'full' : 'blocked');
    return false;
  }
}

function item(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keys(prefix: string): string[] {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length));
  } catch {
    return [];
  }
}
