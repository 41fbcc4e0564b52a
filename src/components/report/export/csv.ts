/** A table as data: text and plain numbers, before anybody rounds or groups them. */
export interface Sheet {
  columns: string[];
  rows: (string | number)[][];
}

/** What a spreadsheet takes for the start of a formula, after blanks or not, in narrow and in wide letters. */
const FORMULA = /^\s*[=+\-@＝＋－＠]|^[\t\r]/u;
const PLAIN_NUMBER = /^[+-]?\d+(\.\d+)?$/;

/**
 * A field by RFC 4180. Text that a spreadsheet would run is given an apostrophe first, which shows it as
 * text; a number that is none becomes an empty field.
 */
function field(value: string | number): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  const safe = FORMULA.test(value) && !PLAIN_NUMBER.test(value) ? `'${value}` : value;
  return /[",;\r\n\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Comma-separated values by RFC 4180: CRLF after every record, the same number of fields in each. */
export function toCsv({ columns, rows }: Sheet): string {
  const records = [columns, ...rows.map((row) => columns.map((_, i) => row[i] ?? ''))];
  return records.map((record) => `${record.map(field).join(',')}\r\n`).join('');
}
