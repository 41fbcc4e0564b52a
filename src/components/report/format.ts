/** Numbers as a book sets them: thin spaces in long numbers and before units, three digits that matter. */

/** Narrow no-break space, between groups of digits and before a unit. */
export const THIN = '\u202f';
/** What stands for a number that is not one. */
export const NONE = '–';

function group(digits: string): string {
  return digits.length < 5 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, THIN);
}

/**
 * A plain number: integers exactly, others to about three significant digits, never in exponent form
 * between 1e-4 and 1e15. Not a number or infinite: a dash.
 */
export function number(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  const size = Math.abs(value);
  if (size >= 1e15) return value.toExponential(2).replace('e+', `${THIN}×${THIN}10^`);
  const sign = value < 0 ? '−' : '';
  if (size >= 100 || Number.isInteger(value)) return sign + group(String(Math.round(size)));
  if (size < 1e-4) return size === 0 ? '0' : `${sign}<${THIN}0.0001`;
  const decimals = size >= 10 ? 1 : size >= 1 ? 2 : Math.min(6, 2 - Math.floor(Math.log10(size)));
  return sign + size.toFixed(decimals).replace(/\.?0+$/, '');
}

/** A number with its unit; without a unit just the number. */
export function quantity(value: number, unit?: string): string {
  const text = number(value);
  return unit && text !== NONE ? `${text}${THIN}${unit}` : text;
}

function scaled(value: number, units: readonly string[], step: number): string {
  if (!Number.isFinite(value)) return NONE;
  let scaledValue = value;
  let index = 0;
  while (index < units.length - 1 && Math.abs(scaledValue) >= step) {
    scaledValue /= step;
    index += 1;
  }
  return quantity(scaledValue, units[index]);
}

/** A duration given in nanoseconds, in ns, µs, ms or s. */
export function nanoseconds(value: number): string {
  return scaled(value, ['ns', 'µs', 'ms', 's'], 1000);
}

/** A duration given in microseconds. */
export function microseconds(value: number): string {
  return Number.isFinite(value) ? nanoseconds(value * 1000) : NONE;
}

/** A bit rate given in Gb/s, in Gb/s or Mb/s: bits, never bytes. */
export function gigabits(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  return Math.abs(value) >= 0.1 || value === 0
    ? quantity(value, 'Gb/s')
    : quantity(value * 1000, 'Mb/s');
}

/** A count of bytes as it is up to 64 KiB, then in KiB and MiB. */
export function bytes(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  if (value < 65_536) return quantity(value, 'B');
  return value < 1_048_576 ? quantity(value / 1024, 'KiB') : quantity(value / 1_048_576, 'MiB');
}

/** A share between 0 and 1 as per cent. */
export function percent(share: number): string {
  return quantity(share * 100, '%');
}

/** An unsigned number in hexadecimal with at least `width` digits, as in 0x0000001f. */
export function hex(value: number, width = 8): string {
  const whole = Number.isFinite(value) ? Math.max(0, Math.floor(value)) : 0;
  return `0x${whole.toString(16).padStart(width, '0')}`;
}
