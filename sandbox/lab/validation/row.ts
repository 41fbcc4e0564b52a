import { UsageError } from '../usage.ts';
import type { RowUse, ValidationRow } from './report.ts';

/**
 * The rows of a document. Fields that are not needed here, such as source and platform, are passed over.
 * @param file names the document in messages
 * @throws UsageError that names the row, the field and what is accepted
 */
export function parseRows(file: string, document: unknown): ValidationRow[] {
  if (!Array.isArray(document)) throw new UsageError(`${file} is not a list of rows`);
  const seen = new Set<string>();
  return document.map((entry: unknown, i) => {
    const row = parseRow(`${file}, row ${i + 1}`, entry);
    if (seen.has(row.id)) throw new UsageError(`${file}: two rows are called '${row.id}'`);
    seen.add(row.id);
    return row;
  });
}

function parseRow(where: string, entry: unknown): ValidationRow {
  if (!isObject(entry)) throw new UsageError(`${where} is not an object`);
  const { id, unit } = entry;
  if (typeof id !== 'string' || id === '') throw new UsageError(`${where} has no id`);
  const at = `${where} (${id})`;
  if (typeof unit !== 'string') throw new UsageError(`${at} has no unit`);
  const row: ValidationRow = { id, unit, use: parseUse(at, entry.use), value: [0, 0] };
  for (const name of ['experiment', 'reading'] as const) {
    const part = entry[name];
    if (part === undefined) continue;
    if (!isObject(part)) throw new UsageError(`${at}: ${name} is not an object of options`);
    row[name] = part;
  }
  for (const name of ['notExpressed', 'note', 'gap'] as const)
    if (typeof entry[name] === 'string') row[name] = entry[name];
  if (row.experiment !== undefined && row.notExpressed !== undefined)
    throw new UsageError(`${at} has an experiment and a reason why it has none`);
  row.value = parseValue(at, entry.value, row.experiment !== undefined);
  return row;
}

function parseUse(at: string, use: unknown): RowUse {
  if (use === 'validate' || use === 'calibrate' || use === 'quote') return use;
  throw new UsageError(`${at}: use is '${String(use)}', not validate, calibrate or quote`);
}

/** Only a row that is simulated has to have a value that a simulation can be set against. */
function parseValue(at: string, value: unknown, simulated: boolean): ValidationRow['value'] {
  if (typeof value === 'number' && (value > 0 || !simulated)) return value;
  const list: unknown[] = Array.isArray(value) ? value : [];
  const [low, high] = list;
  if (list.length === 2 && typeof low === 'number' && typeof high === 'number')
    if (!simulated || (low >= 0 && high > 0 && high >= low)) return [low, high];
  if (!simulated) return [Number.NaN, Number.NaN];
  throw new UsageError(`${at}: value is not a number above 0 or a range [from, to]`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
