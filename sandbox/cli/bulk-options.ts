import type { ParseArgsOptionsConfig } from 'node:util';
import type { BulkSettings } from '../lab/bulk/options.ts';
import type { CompareOptions } from '../lab/options.ts';
import { UsageError } from '../lab/usage.ts';
import { toNumber } from './numbers.ts';

/** The options of `compare` that make it a bulk transfer, as `parseArgs` takes them. */
export const BULK_WORDS = {
  bulk: { type: 'boolean' },
  bytes: { type: 'string' },
  checksum: { type: 'string' },
  segmentation: { type: 'string' },
  coalescing: { type: 'string' },
  window: { type: 'string' },
  ipv6: { type: 'string' },
} satisfies ParseArgsOptionsConfig;

type Values = { bulk?: boolean } & { [name in Exclude<keyof typeof BULK_WORDS, 'bulk'>]?: string };

/** Adds what the words say to `options`. @throws UsageError for a word that cannot be, or without --bulk */
export function addBulk(options: CompareOptions, values: Values): void {
  const { bulk, bytes, window, coalescing } = values;
  if (bulk !== true) {
    const word = Object.keys(BULK_WORDS).find((name) => values[name as keyof Values] !== undefined);
    if (word !== undefined)
      throw new UsageError(`--${word} says how a bulk transfer goes: add --bulk`);
    return;
  }
  const settings: BulkSettings = {};
  if (bytes !== undefined) settings.bytes = toNumber('bytes', bytes);
  if (window !== undefined) settings.window = toNumber('window', window);
  for (const name of ['checksum', 'segmentation', 'ipv6'] as const) {
    const value = values[name];
    if (value !== undefined) settings[name] = isOn(name, value);
  }
  if (coalescing !== undefined) {
    const place = (['nic', 'switch', 'stack'] as const).find((each) => each === coalescing);
    settings.coalescing = place ?? isOn('coalescing', coalescing, ', nic, switch or stack');
  }
  options.bulk = settings;
  options.paths ??= ['vmbus', 'sriov'];
}

function isOn(name: string, value: string, others = ''): boolean {
  if (value === 'on' || value === 'off') return value === 'on';
  throw new UsageError(`--${name}: '${value}' is not on or off${others}`);
}
