import type { KnobSpec, KnobValue, Report } from '../../../sandbox/runner/index.ts';

export { read, write } from '../store/index.ts';

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
  /** What the reader had before the cell was given something else, and before that: Reset brings it back. */
  before?: Pick<Saved, 'text' | 'hash' | 'files' | 'knobs' | 'given' | 'baseline' | 'before'>;
  hints?: number;
  passed?: boolean;
  /** The reader's text that a solution took the place of, so that it can come back. */
  mine?: string;
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

/** A comparison that later ones are held against. It is checked with the runner's schema before it is used. */
export interface Baseline {
  /** ISO 8601. */
  when: string;
  knobs: Record<string, KnobValue>;
  report: Report;
}
