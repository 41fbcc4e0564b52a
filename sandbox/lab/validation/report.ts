import type { CalibrationRow } from '../profile/calibration.ts';
import type { PathName } from '../report.ts';

/** What was published and what it is used for. A row that went into a profile is `calibrate`. */
export type RowUse = 'validate' | 'calibrate' | 'quote';

/** Options of `compare` that state a row's own configuration; with `bulk`, a stream of segments. */
export type Experiment = Record<string, unknown>;

/** Another figure that the first is set against. What is left out is as in the first. */
export interface Against {
  path?: PathName;
  /** Options that differ. */
  experiment?: Experiment;
}

/** Which figure of an experiment answers a row: `(figure - minus) / over / per`. */
export interface Reading {
  path?: PathName;
  figure?: string;
  minus?: Against;
  over?: Against;
  per?: number;
}

/** A published figure, with the experiment that repeats it or the reason why none can. */
export interface ValidationRow {
  id: string;
  use: RowUse;
  unit: string;
  /** One value, or the range that was published. */
  value: number | [number, number];
  experiment?: Experiment;
  reading?: Reading;
  notExpressed?: string;
  note?: string;
  /** What the model lacks when it is outside the band: a mechanism, as far as one is known. */
  gap?: string;
}

/** One row simulated under its own configuration. */
export interface SimulatedRow {
  id: string;
  use: RowUse;
  unit: string;
  published: number | [number, number];
  simulated: number;
  /** Simulated over published; over the middle of a published range. */
  ratio: number;
  /** Within `BAND` of a single value, or within the published range. */
  within: boolean;
  experiment: Experiment;
  reading?: Reading;
  note?: string;
  gap?: string;
}

/** Rows of use `validate` alone: those that were simulated, and those of them within their bands. */
export interface ValidationSummary {
  simulated: number;
  within: number;
}

/** Rows, simulated or not. */
export interface ValidationReport {
  rows: SimulatedRow[];
  notExpressed: { id: string; why: string }[];
  summary: ValidationSummary;
}

/** Exactly the document that `lab validate --json` prints. */
export interface ValidationDocument extends ValidationReport {
  /** The sums of the parent's costs beside the aggregates, which are never charged. */
  calibration: CalibrationRow[];
}
