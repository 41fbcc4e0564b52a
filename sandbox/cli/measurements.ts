import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ValidationRow } from '../lab/validation/report.ts';
import { parseRows } from '../lab/validation/row.ts';

const FOLDER = fileURLToPath(new URL('../../content/measurements/', import.meta.url));

/** The published rows of the course: a file each, whose name is the row's id behind `val-`. */
export function publishedRows(): ValidationRow[] {
  const entries = globSync(`${FOLDER}*.json`)
    .sort()
    .map((path) => ({
      id: basename(path, '.json').replace(/^val-/, ''),
      ...(JSON.parse(readFileSync(path, 'utf8')) as object),
    }));
  return parseRows('content/measurements', entries);
}

/**
 * Rows of a reader's file. A row that states no experiment and has the id of one of the course's is run
 * as that one.
 */
export function rowsOfFile(name: string, document: unknown): ValidationRow[] {
  const known = new Map(publishedRows().map((row) => [row.id, row]));
  return parseRows(name, document).map((row) => {
    const { experiment, reading, notExpressed } = known.get(row.id) ?? {};
    if (row.experiment !== undefined || row.notExpressed !== undefined) return row;
    if (experiment === undefined) return { ...row, notExpressed };
    return parseRows(name, [{ ...row, experiment, reading }])[0];
  });
}
