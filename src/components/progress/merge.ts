import type { Saved } from '../notebook/store.ts';
import { textOf } from '../store/index.ts';
import type { Entry, Work } from './file.ts';
import { type Done, isSheet, itemOf } from './names.ts';

/** What an imported file would change here, before anything is changed. */
export interface Plan {
  /** Work that is not here: it is taken. */
  added: Change[];
  /** Work that differs from what is here: the reader decides for each. */
  rivals: Rival[];
  /** Marks, hints and answers that are not here: both sides' are kept. */
  reached: Change[];
  /** Entries that change nothing. */
  same: number;
  /** Lessons that this site does not have; their work is kept all the same. */
  strange: string[];
  leftOut: Work['leftOut'];
}

export interface Change {
  name: string;
  value: unknown;
}

export interface Rival extends Change {
  /** The file's was written later than the one here. */
  newer: boolean;
  /** What is kept if the reader does not take the file's: the union of what both have reached. */
  otherwise: unknown;
}

interface Here {
  value: unknown;
  when: number;
}

/**
 * @param here what is kept under a name now
 * @param lessons the lessons of this site
 */
export function planImport(
  work: Work,
  here: (name: string) => Here | undefined,
  lessons: ReadonlySet<string>,
): Plan {
  const plan: Plan = {
    added: [],
    rivals: [],
    reached: [],
    same: 0,
    strange: [],
    leftOut: work.leftOut,
  };
  const strange = new Set<string>();
  for (const entry of work.entries) {
    const lesson = itemOf(entry.name)?.lesson;
    if (lesson && !lessons.has(lesson)) strange.add(lesson);
    place(plan, entry, here(entry.name));
  }
  plan.strange = [...strange].sort();
  return plan;
}

/** The texts to keep, by name, when the reader takes the file's version of the rivals in `taken`. */
export function changesOf(plan: Plan, taken: ReadonlySet<string>): Map<string, string | null> {
  const changes = new Map<string, string | null>();
  for (const { name, value } of [...plan.added, ...plan.reached]) changes.set(name, textOf(value));
  for (const { name, value, otherwise } of plan.rivals)
    changes.set(name, textOf(taken.has(name) ? value : otherwise));
  return changes;
}

function place(plan: Plan, { name, when, value }: Entry, here: Here | undefined): void {
  const mine = here?.value;
  if (mine === undefined) plan.added.push({ name, value });
  else if (alike(mine, value)) plan.same++;
  else if (name.startsWith('done:'))
    reach(plan, name, mine, unionOfDone(mine as Done, value as Done));
  else if (name.startsWith('quiz:'))
    reach(plan, name, mine, unionOfQuiz(mine as Quiz, value as Quiz));
  else if (isSheet(name)) placeSheet(plan, name, mine as Saved, value as Saved, when > here!.when);
  else plan.rivals.push({ name, value, newer: when > here!.when, otherwise: mine });
}

function placeSheet(plan: Plan, name: string, mine: Saved, theirs: Saved, newer: boolean): void {
  const reached = {
    ...pick('hints', Math.max(mine.hints ?? 0, theirs.hints ?? 0)),
    ...pick('passed', mine.passed || theirs.passed),
  };
  const otherwise = { ...mine, ...reached };
  const value = { ...theirs, ...reached };
  const written = ({ text, files }: Saved) => textOf({ text, files });
  if (written(mine) === written(theirs) || written(theirs) === written({}))
    reach(plan, name, mine, { ...value, ...otherwise });
  else if (written(mine) === written({}))
    plan.added.push({ name, value: { ...value, ...otherwise } });
  else plan.rivals.push({ name, value, newer, otherwise });
}

function pick<T>(key: string, value: T): Record<string, T> {
  return value ? { [key]: value } : {};
}

function reach(plan: Plan, name: string, mine: unknown, value: unknown): void {
  if (alike(mine, value)) plan.same++;
  else plan.reached.push({ name, value });
}

function unionOfDone(mine: Done, theirs: Done): Done {
  return theirs.passed && !mine.passed ? theirs : mine;
}

interface Quiz {
  right?: boolean;
}

function unionOfQuiz(mine: Quiz, theirs: Quiz): Quiz {
  return mine.right === undefined || (theirs.right && !mine.right) ? theirs : mine;
}

/** Equal but for the order of keys. */
function alike(one: unknown, other: unknown): boolean {
  return JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(parts.map(([key, part]) => [key, ordered(part)]));
}
