/** The names under which work is kept: `cell:01-the-ledger/compare`, and `done:cell:…` once it has run. */

export type Kind = 'cell' | 'exercise' | 'quiz';

export interface Item {
  kind: Kind;
  lesson: string;
  name: string;
}

/** What is kept of an item that was run, passed or answered. */
export interface Done {
  /** ISO 8601. */
  when: string;
  passed: boolean;
}

const NAME = /^(cell|exercise|quiz):([\w-]{1,80})\/([\w-]{1,80})$/;

/** The playground's own cell, and lessons' cells that a reader opened in it. */
const IN_PLAYGROUND = /^playground:[\w-]{1,80}\/[\w-]{1,80}$/;

/** Whether work of the playground is kept under the name. It belongs to no lesson. */
export function isPlayground(name: string): boolean {
  return name === 'playground' || IN_PLAYGROUND.test(name);
}

/** Whether a cell's or an exercise's text, machine files and knobs are kept under the name. */
export function isSheet(name: string): boolean {
  return /^(cell|exercise):/.test(name) ? itemOf(name) !== undefined : IN_PLAYGROUND.test(name);
}

export function nameOf({ kind, lesson, name }: Item): string {
  return `${kind}:${lesson}/${name}`;
}

/** The item that a name belongs to; undefined for a name of another kind or with something odd in it. */
export function itemOf(name: string): Item | undefined {
  const [, kind, lesson, item] = NAME.exec(name.replace(/^done:/, '')) ?? [];
  return lesson && item ? { kind: kind as Kind, lesson, name: item } : undefined;
}

/** Id of its element in the lesson's page. */
export function idOf({ kind, name }: Pick<Item, 'kind' | 'name'>): string {
  return `${kind === 'quiz' ? 'question' : kind}-${name}`;
}

export const LESSON = /^\d\d-[a-z0-9-]{1,60}$/;
