import * as v from 'valibot';
import { ReportSchema } from '../../../sandbox/runner/reports.ts';

/** What a link or a file may carry. All of it comes from strangers. */

const MOST_CHARS = 200_000;
const MOST_FILES = 40;
const MOST_KNOBS = 50;

const text = v.pipe(v.string(), v.maxLength(MOST_CHARS));
const label = v.pipe(v.string(), v.minLength(1), v.maxLength(300));
/** A file of machine or lab by its project path: no dot but in the ending, so it leads nowhere else. */
const path = v.pipe(
  v.string(),
  v.regex(/^sandbox\/(machine|lab)(\/[A-Za-z0-9_-]{1,60}){0,6}\/[A-Za-z0-9_-]{1,60}\.ts$/),
);
const knobs = v.pipe(
  v.record(
    label,
    v.union([v.pipe(v.number(), v.finite()), v.pipe(v.string(), v.maxLength(300)), v.boolean()]),
  ),
  v.maxEntries(MOST_KNOBS),
);
const hash = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_.-]{1,80}$/));

const CellShareSchema = v.strictObject({
  kind: v.literal('cell'),
  lesson: v.pipe(v.string(), v.regex(/^[0-9]{2}-[a-z0-9-]{1,60}$/)),
  cell: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,60}$/)),
  /** Of the lesson's text that it was made from. */
  hash: v.optional(hash),
  /** Of the machine's files that the changed ones were made from. */
  machine: v.optional(hash),
  text: v.optional(text),
  files: v.optional(v.pipe(v.record(path, text), v.maxEntries(MOST_FILES))),
  knobs: v.optional(knobs),
  baseline: v.optional(
    v.strictObject({
      when: v.pipe(v.string(), v.isoTimestamp(), v.maxLength(40)),
      knobs,
      report: v.pipe(
        ReportSchema,
        v.check(({ kind }) => kind === 'compare', 'a baseline is a comparison'),
      ),
    }),
  ),
});
export type CellShare = v.InferOutput<typeof CellShareSchema>;

/** The playground checks its state by itself. */
const PlaygroundShareSchema = v.strictObject({
  kind: v.literal('playground'),
  state: v.record(v.string(), v.unknown()),
});

const ShareSchema = v.variant('kind', [CellShareSchema, PlaygroundShareSchema]);
export type Share = v.InferOutput<typeof ShareSchema>;

/** Something that can be neither made nor opened; the message is for a reader. */
export class ShareError extends Error {}

/** Names by which one could reach what all objects have in common. */
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** The share in a text of JSON. @throws ShareError */
export function readShare(json: string): Share {
  let value: unknown;
  try {
    value = JSON.parse(json, (key, inner) => {
      if (FORBIDDEN.has(key)) throw new ShareError(`it has something of the name “${key}”`);
      return inner;
    });
  } catch (error) {
    throw error instanceof ShareError ? error : new ShareError('it is damaged');
  }
  return checkShare(value);
}

/** A copy that has nothing but what may be there. @throws ShareError that names the first thing wrong */
export function checkShare(value: unknown): Share {
  let parsed: v.SafeParseResult<typeof ShareSchema>;
  try {
    parsed = v.safeParse(ShareSchema, value, { abortEarly: true });
  } catch {
    throw new ShareError('it is damaged');
  }
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const where = v.getDotPath(issue)?.slice(0, 100);
  throw new ShareError(
    where ? `what it has as “${where}” cannot be` : 'it has nothing that can be opened',
  );
}
