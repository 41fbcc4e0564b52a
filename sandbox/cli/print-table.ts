/** Prints rows under the first one, numbers to the right. */
export function printTable(rows: (string | number)[][]): void {
  const text = rows.map((row) => row.map(format));
  const widths = text[0].map((_, i) => Math.max(...text.map((row) => row[i]?.length ?? 0)));
  for (const [r, row] of text.entries()) {
    const cells = row.map((cell, i) =>
      typeof rows[r][i] === 'number' ? cell.padStart(widths[i]) : cell.padEnd(widths[i]),
    );
    console.log(cells.join('  ').trimEnd());
  }
}

/** A number as a table has it. */
export function format(value: string | number): string {
  if (typeof value === 'string') return value;
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(Math.abs(value) < 10 ? 3 : 1);
}
