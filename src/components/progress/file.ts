import * as v from 'valibot';
import { aside, names, stamp, text } from '../store/index.ts';
import { isSheet, itemOf } from './names.ts';

/** The file that a reader's work is exported to and imported from. Everything in one is a stranger's. */

export const FORMAT = 'two-checkboxes';
export const VERSION = 1;
/** More than a browser keeps for a site, in bytes. */
export const MOST_BYTES = 10_000_000;
const MOST_ENTRIES = 5_000;
const MOST_DEPTH = 40;
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

const Text = v.pipe(v.string(), v.maxLength(1_000_000));
const Short = v.pipe(v.string(), v.maxLength(200));
const Plain = v.union([Short, v.number(), v.boolean()]);

/** No list: the library takes one for an object. */
const Named = v.custom<object>(
  (value) => Object.prototype.toString.call(value) === '[object Object]',
);

const SavedSchema = v.looseObject({
  text: v.optional(Text),
  hash: v.optional(Short),
  files: v.optional(v.record(Short, Text)),
  knobs: v.optional(
    v.array(
      v.looseObject({
        type: v.picklist(['number', 'choice', 'switch']),
        label: Short,
        value: Plain,
      }),
    ),
  ),
  hints: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100))),
  passed: v.optional(v.boolean()),
});
const QuizSchema = v.looseObject({ right: v.optional(v.boolean()) });
const DoneSchema = v.object({ when: v.pipe(v.string(), v.isoTimestamp()), passed: v.boolean() });

const FileSchema = v.object({
  format: v.literal(FORMAT),
  version: v.pipe(v.number(), v.integer(), v.minValue(1)),
  when: v.optional(Short),
  entries: v.pipe(Named, v.record(Short, v.object({ when: v.number(), value: v.unknown() }))),
  aside: v.optional(v.record(Short, v.string())),
});

export interface Entry {
  name: string;
  /** Milliseconds since 1970. */
  when: number;
  value: unknown;
}

export interface Work {
  entries: Entry[];
  /** Names of entries that are left out, each with the reason in words. */
  leftOut: { name: string; why: string }[];
}

/** A file that is not taken; the message says why in words for its reader. */
export class FileError extends Error {}

/** Everything that this browser keeps of a reader's work, as one JSON text. */
export function exportText(now: Date): string {
  const entries: Record<string, { when: number; value: unknown }> = {};
  for (const name of names()) {
    if (!schemaOf(name)) continue;
    try {
      entries[name] = { when: stamp(name).when, value: JSON.parse(text(name) ?? 'null') };
    } catch {
      // Whoever reads it next puts it aside.
    }
  }
  const file = {
    format: FORMAT,
    version: VERSION,
    when: now.toISOString(),
    entries,
    aside: aside(),
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}

/** @throws FileError when the text is no file of ours, or one of a newer course */
export function parseFile(json: string): Work {
  if (json.length > MOST_BYTES) throw new FileError('It is larger than 10 MB.');
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new FileError(`It is not JSON: ${(error as Error).message}`);
  }
  const { format, version } = Object(value) as Record<string, unknown>;
  if (format !== FORMAT) throw new FileError('It is not a file of this course.');
  if (typeof version === 'number' && version > VERSION)
    throw new FileError(
      `It was written by a newer version of the course (format ${version}; this page reads ${VERSION}).`,
    );
  const trouble = troubleIn(value);
  if (trouble) throw new FileError(trouble);
  const file = v.safeParse(FileSchema, value);
  if (!file.success)
    throw new FileError(`It is damaged: ${v.getDotPath(file.issues[0]) ?? 'its frame'} is wrong.`);
  return sorted(file.output.entries);
}

function sorted(entries: v.InferOutput<typeof FileSchema>['entries']): Work {
  const work: Work = { entries: [], leftOut: [] };
  const all = Object.entries(entries);
  if (all.length > MOST_ENTRIES) throw new FileError(`It has more than ${MOST_ENTRIES} entries.`);
  for (const [name, { when, value }] of all) {
    const schema = schemaOf(name);
    const found = schema && v.safeParse(schema, value);
    if (!found) work.leftOut.push({ name, why: 'this page does not know what it is' });
    else if (!found.success) {
      const where = v.getDotPath(found.issues[0]);
      work.leftOut.push({ name, why: `${where ? `its ${where}` : 'it'} is not as it should be` });
    } else work.entries.push({ name, when: Math.min(when, Date.now()), value: found.output });
  }
  return work;
}

function schemaOf(name: string): v.GenericSchema<unknown, unknown> | undefined {
  if (name === 'playground' || name === 'profile:own') return v.pipe(Named, v.looseObject({}));
  if (isSheet(name)) return v.pipe(Named, SavedSchema);
  if (!itemOf(name)) return undefined;
  return v.pipe(Named, name.startsWith('done:') ? DoneSchema : QuizSchema);
}

/** Goes through the whole value without calling itself: what nests deeply must not exhaust the stack. */
function troubleIn(value: unknown): string | undefined {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_DEPTH) return `It nests more than ${MOST_DEPTH} deep.`;
    const next: unknown[] = [];
    for (const part of level) {
      if (typeof part !== 'object' || part === null) continue;
      for (const key of Object.keys(part)) {
        if (FORBIDDEN.has(key))
          return `It has an entry called ${key}, which no work of a reader has.`;
        next.push((part as Record<string, unknown>)[key]);
      }
    }
    level = next;
  }
  return undefined;
}
