import type { KnobValue } from '../../../sandbox/runner/index.ts';
import type { Given } from '../notebook/cell.ts';
import type { Saved } from '../notebook/store.ts';
import { type Panels, panelsFrom } from './fields.ts';

/** A cell of a lesson by its folder and its name. */
export interface CellName {
  lesson: string;
  cell: string;
}

/** What a browser keeps of the playground, beside what its cells keep of themselves. */
export interface PlaygroundRecord {
  panels: Panels;
  /** The lesson's cell that is open; the panels' own without one. */
  open?: CellName;
  /** What was there before the panels, or a link, took its place. */
  before?: Before;
}

/** Settings of the panels, the lesson's cell that was open, and what the reader had made of the code. */
export interface Before extends Given {
  panels?: Panels;
  open?: CellName;
}

/** The name under which it is kept. */
export const RECORD = 'playground';

const NAME = /^[a-z0-9][a-z0-9-]{0,79}$/;
const PATH = /^sandbox\/(?:machine|lab)\/(?!.*\.\.)[\w./-]+$/;
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

/** What was kept, as far as it is that. */
export function recordFrom(value: unknown): PlaygroundRecord {
  const open = cellName(own(value, 'open'));
  const before = beforeFrom(own(value, 'before'));
  return {
    panels: panelsFrom(own(value, 'panels')),
    ...(open && { open }),
    ...(Object.keys(before).length > 0 && { before }),
  };
}

/** What was kept, or came with a link, of panels and code. */
export function beforeFrom(value: unknown): Before {
  const open = cellName(own(value, 'open'));
  const panels = own(value, 'panels');
  const values = Object.entries(own(value, 'knobs') ?? {}).filter(
    ([label, knob]) => label.length <= 300 && isKnobValue(knob),
  );
  return {
    ...codeFrom(value),
    ...(panels !== undefined && { panels: panelsFrom(panels) }),
    ...(open && { open }),
    ...(values.length > 0 && values.length <= 50 && { knobs: Object.fromEntries(values) }),
  };
}

/** What a reader made of a lesson's cell, to be given to another. */
export function givenFrom(saved: unknown): Given {
  const specs = own(saved, 'knobs') as Saved['knobs'];
  const values = Array.isArray(specs)
    ? specs.flatMap((spec): [string, KnobValue][] => {
        const label = own(spec, 'label');
        const value = own(spec, 'value');
        return typeof label === 'string' && isKnobValue(value) ? [[label, value]] : [];
      })
    : [];
  return { ...codeFrom(saved), ...(values.length > 0 && { knobs: Object.fromEntries(values) }) };
}

function codeFrom(value: unknown): Pick<Given, 'text' | 'files'> {
  const text = own(value, 'text');
  const files = Object.entries(own(value, 'files') ?? {}).filter(
    ([path, file]) => PATH.test(path) && isText(file),
  );
  return {
    ...(isText(text) && { text }),
    ...(files.length > 0 && { files: Object.fromEntries(files) }),
  };
}

function own(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST;
}

function isKnobValue(value: unknown): value is KnobValue {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
