import type { KnobSpec, KnobValue, Report } from '../../../sandbox/runner/index.ts';

/** What a browser keeps of one cell or exercise. Reading it never runs anything. */
export interface Saved {
  /** The reader's text, and the hash of the lesson's text it was made from. */
  text?: string;
  hash?: string;
  /** Edited machine and lab files by project path. */
  files?: Record<string, string>;
  knobs?: KnobSpec[];
  /** Values for knobs that no run has asked for yet, by their labels. */
  given?: Record<string, KnobValue>;
  baseline?: Baseline;
  /** What the reader had before the cell was given something else: Reset brings it back. */
  before?: Pick<Saved, 'text' | 'hash' | 'files' | 'knobs' | 'given' | 'baseline'>;
  hints?: number;
  passed?: boolean;
}

/** A comparison that later ones are held against. It is checked with the runner's schema before it is used. */
export interface Baseline {
  /** ISO 8601. */
  when: string;
  knobs: Record<string, KnobValue>;
  report: Report;
  /** Tells the code that made it from other code; left out for the lesson's own. */
  code?: string;
}

const PREFIX = 'two-checkboxes:v1:';

/** Something small kept under a name; undefined when storage is off, empty or unreadable. */
export function read<T>(name: string): T | undefined {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

/** Keeps a value, or forgets the name when it holds nothing. False when the browser refuses. */
export function write(name: string, value: unknown): boolean {
  try {
    const empty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
    if (value === undefined || empty) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
