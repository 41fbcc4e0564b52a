import type { Limits } from './limits.ts';

/** What the page hands to a worker: one job, and with `again` more of the same code. */
export interface Job {
  nonce: string;
  /** `cell` shows what it exports; `measure` returns evidence of an exercise; `judge` weighs it. */
  mode: 'cell' | 'measure' | 'judge';
  /** Body of an async function: the reader's code. Empty for `judge`. */
  code: string;
  /** Body of an async function: the exercise's check. Empty for `cell`. */
  check: string;
  knobs: Record<string, number | string | boolean>;
  /** What the reader keeps as a profile of their own; the lab checks it. */
  profile?: unknown;
  evidence: unknown;
  /** What a check draws its cases from; the reader's code never sees it. 0 for a cell. */
  seed: number;
  limits: Limits;
  /** The code is the site's own, and may be run again in this worker: it is faster each time. */
  again: boolean;
}

/** The name of the reader's bundle in stack traces. */
export const CODE_NAME = 'two-checkboxes-cell.js';
