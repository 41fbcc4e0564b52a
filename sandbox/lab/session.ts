import { keepOwnProfile } from './profile/own.ts';
import type { KnobDialog, KnobSpec, Report } from './report.ts';
import type { SweepProgress } from './sweep/report.ts';
import { UsageError } from './usage.ts';

/** Values that a reader gave to knobs, by label. */
export type KnobValues = Record<string, number | string | boolean>;

/** Threads that do tasks: up to `size` at once. A task and its result are plain data. */
export interface TaskPool {
  readonly size: number;
  /** Rejects with what the task threw. */
  run(task: unknown): Promise<unknown>;
}

/** What a run gives the lab: values of knobs, and where reports go. */
export interface SessionOptions {
  knobs: KnobValues;
  emit(report: Report): void;
  /** Told of the points of a sweep while it goes on. */
  progress?(progress: SweepProgress): void;
  pool?: TaskPool;
  /** What the reader keeps as a profile of their own, unchecked. */
  profile?: unknown;
}

/** What the lab keeps for the cell that is running. */
interface Session extends SessionOptions {
  asked: KnobSpec[];
  /** Sweeps that were begun. */
  sweeps: number;
}

const NO_RUN: SessionOptions = { knobs: {}, emit: () => {} };
let session: Session = { ...NO_RUN, asked: [], sweeps: 0 };

/** Starts a cell's run: `knobs` is what `knob` will answer, `emit` gets what the cell shows. */
export function beginSession(options: SessionOptions): void {
  keepOwnProfile(options.profile);
  session = { ...options, asked: [], sweeps: 0 };
}

/** Ends the run and returns the knobs that the cell asked for, in order. */
export function endSession(): { knobs: KnobSpec[] } {
  const { asked } = session;
  session = { ...NO_RUN, asked: [], sweeps: 0 };
  keepOwnProfile(undefined);
  return { knobs: asked };
}

/** The threads of the run, if it has any. */
export function sessionPool(): TaskPool | undefined {
  return session.pool;
}

/** Where a sweep that begins tells of its points, and under which number; undefined where nobody listens. */
export function sessionProgress(): { id: number; tell(progress: SweepProgress): void } | undefined {
  const { progress } = session;
  return progress && { id: ++session.sweeps, tell: progress };
}

/** Puts a report on the page now, before the cell ends. */
export function show(report: Report): void {
  session.emit(report);
}

/** Words for the page. */
export function text(words: string): Report {
  return { kind: 'text', text: String(words) };
}

/** A slider: a number between `min` and `max`. */
export interface NumberKnob {
  min: number;
  max: number;
  step?: number;
  unit?: string;
}

/** A list of choices. */
export interface ChoiceKnob<T extends string | number> {
  choices: readonly T[];
}

/** A switch that is drawn as a checkbox in a settings dialog. */
export interface DialogKnob {
  dialog: KnobDialog;
}

/**
 * A control that the reader can move; the cell runs again with the new value.
 * @throws UsageError when the value the reader gave is not accepted, naming what is
 */
export function knob(label: string, initial: number, options: NumberKnob): number;
export function knob<T extends string | number>(
  label: string,
  initial: T,
  options: ChoiceKnob<T>,
): T;
export function knob(label: string, initial: boolean, options?: DialogKnob): boolean;
export function knob(
  label: string,
  initial: number | string | boolean,
  options?: NumberKnob | ChoiceKnob<string | number> | DialogKnob,
): number | string | boolean {
  const given = Object.hasOwn(session.knobs, label) ? session.knobs[label] : initial;
  const spec = specify(label, initial, given, options);
  if (session.asked.some((other) => other.label === label))
    throw new UsageError(`knob '${label}': there is one with this label already`);
  session.asked.push(spec);
  return spec.value;
}

function specify(
  label: string,
  initial: number | string | boolean,
  given: number | string | boolean,
  options?: NumberKnob | ChoiceKnob<string | number> | DialogKnob,
): KnobSpec {
  if (options === undefined || 'dialog' in options) {
    if (typeof given !== 'boolean' || typeof initial !== 'boolean')
      throw new UsageError(`knob '${label}': a number needs { min, max }, a choice { choices }`);
    const { dialog } = options ?? {};
    return { type: 'switch', label, value: given, default: initial, ...(dialog && { dialog }) };
  }
  if ('choices' in options) return specifyChoice(label, initial, given, options);
  const { min, max, step = 1, unit } = options;
  if (!(min < max)) throw new UsageError(`knob '${label}': min ${min} is not below max ${max}`);
  for (const value of [initial, given])
    if (typeof value !== 'number' || !(value >= min && value <= max))
      throw new UsageError(
        `knob '${label}': ${String(value)} is not a number from ${min} to ${max}${unit === undefined ? '' : ` ${unit}`}`,
      );
  return {
    type: 'number',
    label,
    value: given as number,
    default: initial as number,
    min,
    max,
    step,
    unit,
  };
}

function specifyChoice(
  label: string,
  initial: number | string | boolean,
  given: number | string | boolean,
  options: ChoiceKnob<string | number>,
): KnobSpec {
  const choices = [...options.choices];
  for (const value of [initial, given])
    if (!choices.includes(value as string | number))
      throw new UsageError(`knob '${label}': ${String(value)} is not one of ${choices.join(', ')}`);
  const value = given as string | number;
  return { type: 'choice', label, value, default: initial as string | number, choices };
}
