import { compare } from '../compare.ts';
import type { CompareOptions } from '../options.ts';
import type { CompareReport } from '../report.ts';
import type { BulkSettings } from './options.ts';

/** What `bulk` takes: a transfer, and where and how often it runs, as for `compare`. */
export type BulkOptions = BulkSettings & Omit<CompareOptions, 'bulk'>;

/**
 * Streams of TCP segments on each path, with receive windows and acknowledgements: from the guests (`tx`),
 * to them (`rx`) or both at once. Frames of the report are segments, and bytes are payload; every byte is
 * checked where it arrives. Nothing is sent twice: a stream of which a segment is lost ends there, and the
 * report says how much is missing.
 * @throws UsageError for an option that cannot be
 */
export function bulk(options: BulkOptions = {}): Promise<CompareReport> {
  const { bytes, checksum, segmentation, coalescing, window, ipv6, ...rest } = options;
  const settings = { bytes, checksum, segmentation, coalescing, window, ipv6 };
  return compare({
    paths: ['vmbus', 'sriov'],
    ...rest,
    bulk: settings,
  });
}
