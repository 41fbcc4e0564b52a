/** How a published figure was read, in words. */
export const EVIDENCE = {
  primary: 'read in the source itself',
  secondary: 'as another document quotes it',
  'figure-read': 'read off a chart',
  derived: 'derived',
  measured: 'measured for this course',
  recalled: 'recalled, and not read in the source',
} as const;

/** A value or a range with thin spaces between thousands. */
export function amount(value: number | readonly number[]): string {
  return [value]
    .flat()
    .map((n) => n.toLocaleString('en').replaceAll(',', '\u202f'))
    .join(' to ');
}

/** Three significant digits. */
export function rounded(value: number): string {
  return amount(Number(value.toPrecision(3)));
}

/** A unit as a text prints it. */
export function unitName(unit: string): string {
  return { us: 'µs', percent: '%', accesses: 'accesses', count: '' }[unit] ?? unit;
}
