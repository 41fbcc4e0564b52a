import { Random } from '../../machine/engine/random.ts';
import type { KnobValues } from '../session.ts';
import type { Fit } from './fits.ts';

/** One answer that a reader can choose. */
export interface QuizChoice<S> {
  text: string;
  /** Whether the run showed this; a Fit says how clearly. Of all choices exactly one must fit. */
  fits(seen: S): boolean | Fit;
  /** Told to a reader who chose this and was wrong: what to think of. Needed where it can be wrong. */
  why?: string;
}

/** Something that the run showed, as the page puts it beside the answer. */
export interface QuizFigure {
  name: string;
  value: number | string;
  unit?: string;
}

/**
 * A question whose key is computed: the site's build runs the model for each variant, and asks each choice
 * whether it fits what was seen. `V` are the parameters of a variant, `S` is what the run showed.
 */
export interface Quiz<V, S> {
  /** The cell of the same lesson whose run shows the answer, without `.ts`. */
  cell: string;
  /** The first is the one that the lesson's text goes with. */
  variants: readonly V[];
  question(variant: V): string;
  /** Runs the model, with a workload as small as the answer allows. */
  run(variant: V): S | Promise<S>;
  choices(variant: V): readonly QuizChoice<S>[];
  figures(seen: S, variant: V): readonly QuizFigure[];
  /** One or two sentences on why it is so; needed where the page has no words of its own. */
  because?(seen: S, variant: V): string;
  /** How the cell's knobs stand for this variant; without it as the lesson has them. */
  knobs?(variant: V): KnobValues;
  /** How far from the edge of a choice a figure must stay, as a share of it. 0.05 without this. */
  margin?: number;
}

/** A quiz as it is; the types of variant and run follow from what is written. */
export function quiz<const V, S>(question: Quiz<V, S>): Quiz<V, S> {
  return question;
}

/**
 * `count` different variants out of all combinations of `values`. The first takes the first value of each;
 * the others are drawn by `seed`.
 */
export function draw<const T extends Record<string, readonly unknown[]>>(
  values: T,
  count: number,
  seed = 1,
): { [K in keyof T]: T[K][number] }[] {
  type Variant = { [K in keyof T]: T[K][number] };
  const [first, ...others] = combinations(values) as [Variant, ...Variant[]];
  const random = new Random(seed);
  const drawn = [first];
  while (drawn.length < count && others.length > 0)
    drawn.push(...others.splice(random.below(others.length), 1));
  return drawn;
}

function combinations(values: Record<string, readonly unknown[]>): Record<string, unknown>[] {
  return Object.entries(values).reduce<Record<string, unknown>[]>(
    (all, [name, list]) => all.flatMap((one) => list.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}
