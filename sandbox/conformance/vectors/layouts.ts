import { UsageError } from '../../lab/usage.ts';
import type { FieldPlace, Structure } from '../../machine/memory/structure.ts';
import type { Fields } from './fields.ts';
import type { VectorFile } from './vector-file.ts';

/** A difference between a structure of the machine and the table. `field` is '' for the structure itself. */
export interface LayoutDifference {
  struct: string;
  field: string;
  what: 'size' | 'place' | 'missing' | 'surplus';
  table: string;
  model: string;
}

/** The machine's structures against a table. `structs` counts those of the table that it models. */
export interface LayoutReport {
  structs: number;
  fieldsCompared: number;
  differences: LayoutDifference[];
  /** Structures of the table that the machine does not have. */
  notModelled: string[];
}

/** A structure as the table gives it: its size, and the place of each field in words. */
interface Row {
  size: string;
  fields: Map<string, string>;
}

/** Whether a file is a table of layouts, by its content. */
export function isLayoutTable({ content }: VectorFile): boolean {
  return Array.isArray(content.raw('structs'));
}

/**
 * Compares every structure of `ours` that the table has: its size, and offset and size of each field.
 * Members of members have dotted names; one of ours may stand for all of its members, and all of its
 * members for it.
 * @throws UsageError when the file is no table of layouts
 */
export function compareLayouts(file: VectorFile, ours: readonly Structure[]): LayoutReport {
  if (!isLayoutTable(file)) throw new UsageError(`${file.content.where}: not a table of layouts`);
  const table = new Map(
    file.content.list('structs').map((row) => [row.text('struct'), toRow(row)]),
  );
  const differences: LayoutDifference[] = [];
  const modelled = new Set<string>();
  let fieldsCompared = 0;
  for (const mine of ours) {
    const row = table.get(mine.name);
    if (row === undefined) continue;
    modelled.add(mine.name);
    fieldsCompared += compareStructure(mine, row, differences);
  }
  const notModelled = [...table.keys()].filter((name) => !modelled.has(name));
  return { structs: modelled.size, fieldsCompared, differences, notModelled };
}

/** Returns the fields that were compared. */
function compareStructure(mine: Structure, row: Row, differences: LayoutDifference[]): number {
  const differ = (
    field: string,
    what: LayoutDifference['what'],
    theirs: string,
    model: string,
  ): void => {
    differences.push({ struct: mine.name, field, what, table: theirs, model });
  };
  if (row.size !== `${mine.size}`) differ('', 'size', row.size, `${mine.size}`);
  const names = Object.keys(mine.fields);
  let compared = 0;
  for (const name of names) {
    const model = placeOf(mine.fields[name]);
    const theirs = row.fields.get(name);
    if (theirs === undefined) differ(name, 'surplus', 'none', model);
    else if (theirs !== model) differ(name, 'place', theirs, model);
    if (theirs !== undefined) compared++;
  }
  for (const [name, theirs] of row.fields)
    if (!names.some((own) => isSameOrWithin(own, name) || isSameOrWithin(name, own)))
      differ(name, 'missing', theirs, 'none');
  return compared;
}

/** Whether `name` is `outer` or a member of it. */
function isSameOrWithin(name: string, outer: string): boolean {
  return name === outer || name.startsWith(`${outer}.`);
}

function toRow(row: Fields): Row {
  const fields = row.list('fields').map((field): [string, string] => {
    const offset = field.number('offset');
    return [
      field.text('name'),
      field.raw('size') === null
        ? placeOf([offset, 0, field.number('bitOffset'), field.number('bitSize')])
        : placeOf([offset, field.number('size')]),
    ];
  });
  return { size: `${row.number('size')}`, fields: new Map(fields) };
}

function placeOf([offset, size, firstBit, bits]: FieldPlace): string {
  return firstBit === undefined
    ? `offset ${offset}, ${size} bytes`
    : `offset ${offset}, ${bits} bits from bit ${firstBit}`;
}
