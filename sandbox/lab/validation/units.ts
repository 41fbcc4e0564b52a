import { UsageError } from '../usage.ts';

/** What a figure measures. Two figures of one quantity can be compared whatever units they are printed in. */
export type Quantity = 'bits' | 'frames' | 'time' | 'cycles/byte' | 'cycles' | 'count' | 'share';

interface Unit {
  of: Quantity;
  /** In the quantity's base: bits a second, frames a second, seconds, or one. */
  size: number;
}

/** Units that published rows come in. */
const UNITS: Readonly<Record<string, Unit>> = {
  'b/s': { of: 'bits', size: 1 },
  'Mb/s': { of: 'bits', size: 1e6 },
  'Gb/s': { of: 'bits', size: 1e9 },
  'MB/s': { of: 'bits', size: 8e6 },
  'GB/s': { of: 'bits', size: 8e9 },
  /** As the article prints it; read as Gb/s, see the lesson on five to seven. */
  'GB/sec [sic]': { of: 'bits', size: 1e9 },
  'MiB/s': { of: 'bits', size: 8 * 1024 * 1024 },
  pps: { of: 'frames', size: 1 },
  kpps: { of: 'frames', size: 1e3 },
  Mpps: { of: 'frames', size: 1e6 },
  s: { of: 'time', size: 1 },
  ms: { of: 'time', size: 1e-3 },
  us: { of: 'time', size: 1e-6 },
  ns: { of: 'time', size: 1e-9 },
  'cycles/byte': { of: 'cycles/byte', size: 1 },
  cycles: { of: 'cycles', size: 1 },
  count: { of: 'count', size: 1 },
  accesses: { of: 'count', size: 1 },
  exits: { of: 'count', size: 1 },
  interrupts: { of: 'count', size: 1 },
  cores: { of: 'share', size: 1 },
  ratio: { of: 'share', size: 1 },
  percent: { of: 'share', size: 0.01 },
};

/** @throws UsageError that names the units there are */
export function findUnit(name: string): Unit {
  if (Object.hasOwn(UNITS, name)) return UNITS[name];
  throw new UsageError(
    `unit '${name}' is not one the model has figures in: ${Object.keys(UNITS).join(', ')}`,
  );
}
