import type { Saved } from '../notebook/store.ts';
import { type Panels, panelsFrom } from './fields.ts';

/** A cell of a lesson by its folder and its name. */
export interface CellName {
  lesson: string;
  cell: string;
}

/** What the code pane holds, and who wrote it: a lesson, the reader, or else the panels. */
export interface Held extends Pick<Saved, 'text' | 'hash' | 'files' | 'knobs'> {
  open?: CellName;
  mine?: boolean;
}

/** What a browser keeps of the playground. */
export interface PlaygroundRecord extends Saved, Held {
  panels?: Panels;
  /** What the last opening or going back put away. */
  before?: Held;
}

/** The name under which it is kept. */
export const RECORD = 'playground';

const NAME = /^[a-z0-9][a-z0-9-]{0,79}$/;
const PATH = /^sandbox\/(?:machine|lab)\/[\w./-]+$/;
const LONGEST = 1_000_000;

/** A cell's name, if it is one. */
export function cellName(value: unknown): CellName | undefined {
  const lesson = own(value, 'lesson');
  const cell = own(value, 'cell');
  const good = (name: unknown): name is string => typeof name === 'string' && NAME.test(name);
  return good(lesson) && good(cell) ? { lesson, cell } : undefined;
}

/** The cell that an address such as `#open=11-two-checkboxes/boxes` asks for. */
export function cellInAddress(hash: string): CellName | undefined {
  const [, lesson, cell] = /^#open=([^/]+)\/([^/]+)$/.exec(hash) ?? [];
  return cellName({ lesson, cell });
}

/** What was kept of a pane, as far as it is that. */
export function heldFrom(value: unknown): Held {
  const held: Held = {};
  const open = cellName(own(value, 'open'));
  if (open) held.open = open;
  if (own(value, 'mine') === true) held.mine = true;
  const text = own(value, 'text');
  if (isText(text)) held.text = text;
  const hash = own(value, 'hash');
  if (typeof hash === 'string') held.hash = hash;
  const files = Object.entries(own(value, 'files') ?? {}).filter(
    ([path, file]) => PATH.test(path) && isText(file),
  );
  if (files.length > 0) held.files = Object.fromEntries(files);
  const knobs = own(value, 'knobs');
  if (Array.isArray(knobs)) held.knobs = knobs;
  return held;
}

export function recordFrom(value: unknown): PlaygroundRecord {
  const before = own(value, 'before');
  return {
    ...heldFrom(value),
    panels: panelsFrom(own(value, 'panels')),
    ...(before === undefined ? {} : { before: heldFrom(before) }),
  };
}

function own(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST;
}
