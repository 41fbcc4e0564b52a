import type { KnobSpec } from '../../../sandbox/runner/index.ts';

export { read, write } from '../store/index.ts';

/** What a browser keeps of one cell or exercise. Reading it never runs anything. */
export interface Saved {
  /** The reader's text, and the hash of the lesson's text it was made from. */
  text?: string;
  hash?: string;
  /** Edited machine and lab files by project path. */
  files?: Record<string, string>;
  knobs?: KnobSpec[];
  hints?: number;
  passed?: boolean;
}
