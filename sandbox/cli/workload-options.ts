import type { ParseArgsOptionsConfig } from 'node:util';
import { readCapture } from '../conformance/read-file.ts';
import type { CompareOptions } from '../lab/options.ts';
import { recordingOf } from '../lab/workload/recorded.ts';
import { toNumber } from './numbers.ts';

/** The options of `compare` that say how frames come, as `parseArgs` takes them. */
export const WORKLOAD_WORDS = {
  arrivals: { type: 'string' },
  sizes: { type: 'string' },
  pcap: { type: 'string' },
  'in-flight': { type: 'string' },
  'app-share': { type: 'string' },
} satisfies ParseArgsOptionsConfig;

type Values = { [name in keyof typeof WORKLOAD_WORDS]?: string };

/** Adds what the words say to `options`. @throws UsageError for a word that is no number, or a file that is no capture */
export function addWorkload(options: CompareOptions, values: Values): void {
  const { arrivals, sizes, pcap } = values;
  if (arrivals !== undefined) options.arrivals = arrivals as CompareOptions['arrivals'];
  if (sizes !== undefined)
    options.sizes =
      sizes === 'imix' ? sizes : sizes.split(',').map((word) => toNumber('sizes', word));
  if (pcap !== undefined) options.recorded = recordingOf(readCapture(pcap, '--pcap'));
  for (const [word, name] of [
    ['in-flight', 'inFlight'],
    ['app-share', 'appShare'],
  ] as const) {
    const value = values[word];
    if (value !== undefined) options[name] = toNumber(word, value);
  }
}
