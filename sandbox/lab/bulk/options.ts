import { makeMac } from '../../machine/net/frame.ts';
import { headersOf, MAX_WINDOW, WINDOW_SHIFT } from '../../machine/net/tcp.ts';
import type { CompareOptions } from '../options.ts';
import type { CompareConfig, PathName } from '../report.ts';
import { UsageError } from '../usage.ts';
import type { BulkConfig } from './figures.ts';

const MEBIBYTE = 1 << 20;
const LIMITS = { bytes: 256 * MEBIBYTE, frame: 640, durationMs: 5000 };
/** Bytes of all streams of one direction together, where nothing else is said. */
const USUAL_BYTES = 4 * MEBIBYTE;
/** Segments that the windows let be on their way: of all streams, and of one, so that rings hold them. */
const ALL_SEGMENTS = 384;
const STREAM_SEGMENTS = 240;
/** Fewest segments of a window: with fewer the sender could wait for an acknowledgement that is not due. */
const LEAST_SEGMENTS = 4;
const PATHS: readonly PathName[] = ['native', 'vmbus', 'sriov'];
const PLACES = ['nic', 'switch', 'stack'] as const;
/** What says how frames come, and says nothing of a stream. */
const NOT_OF_STREAMS = ['frames', 'sizes', 'recorded', 'arrivals', 'inFlight'] as const;
const KNOWN = ['bytes', 'checksum', 'segmentation', 'coalescing', 'window', 'ipv6'];

/** What `bulk` of a comparison takes; all of it may be left out. */
export type BulkSettings = Partial<BulkConfig>;

/**
 * Fills in what was left out of a bulk transfer and refuses what cannot be.
 * @throws UsageError that names the option, what was given and what is accepted
 */
export function completeBulk(config: CompareConfig, options: CompareOptions): void {
  const given: unknown = options.bulk;
  if (typeof given !== 'object' || given === null)
    throw new UsageError('bulk: give an object, {} for the usual transfer');
  const unknown = Object.keys(given).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`bulk has no option '${unknown}'; it has ${KNOWN.join(', ')}`);
  const odd = NOT_OF_STREAMS.find((name) => options[name] !== undefined);
  if (odd !== undefined) throw new UsageError(`${odd}: a bulk transfer has bytes, not frames`);
  const settings = given as BulkSettings;
  refuseConfig(config);
  const checksum = flag('checksum', settings.checksum, true);
  const segmentation = flag('segmentation', settings.segmentation, checksum);
  if (segmentation && !checksum)
    throw new UsageError('segmentation: whoever cuts frames fills checksums in; it takes checksum');
  const ipv6 = flag('ipv6', settings.ipv6, false);
  const coalescing = completeCoalescing(config, settings.coalescing, checksum);
  const window = completeWindow(config, settings.window, ipv6);
  config.bulk = { checksum, segmentation, coalescing, window, ipv6 };
  completeLength(config, options, settings);
}

/** Bytes of payload of a segment. */
export function segmentOf(config: CompareConfig, ipv6: boolean): number {
  const end = makeMac(1, 0);
  const ports = { sourcePort: 0, destinationPort: 0 };
  return config.frame - headersOf({ source: end, destination: end, ...ports, ipv6 });
}

function refuseConfig({ paths, direction, load, frame }: CompareConfig): void {
  const other = paths.find((path) => !PATHS.includes(path));
  if (other !== undefined)
    throw new UsageError(`paths: a bulk transfer takes ${PATHS.join(', ')}, not ${other}`);
  if (direction === 'rr') throw new UsageError('direction: a bulk transfer is tx, rx or both');
  if (load !== 'max')
    throw new UsageError('load: a bulk transfer goes as fast as its window lets it');
  if (frame < LIMITS.frame)
    throw new UsageError(
      `frame: ${frame} is less than ${LIMITS.frame}, the least of a bulk transfer`,
    );
}

function completeCoalescing(
  { paths, direction }: CompareConfig,
  value: unknown,
  checksum: boolean,
): BulkConfig['coalescing'] {
  if (value === undefined) return false;
  if (typeof value === 'boolean') {
    const inSwitch = value && paths.includes('vmbus') && direction !== 'tx';
    if (inSwitch && !checksum) throw new UsageError(NEEDS_CHECKSUM);
    return value;
  }
  const place = PLACES.find((candidate) => candidate === value);
  if (place === undefined)
    throw new UsageError(
      `coalescing: '${String(value)}' is not true, false or one of ${PLACES.join(', ')}`,
    );
  if (place === 'switch' && !checksum) throw new UsageError(NEEDS_CHECKSUM);
  const without = paths.find((path) => (path === 'vmbus' ? place === 'nic' : place === 'switch'));
  if (without !== undefined)
    throw new UsageError(
      place === 'switch'
        ? `coalescing: frames of ${without} pass the virtual switch by`
        : 'coalescing: a NIC under a virtual switch does not coalesce; take switch for vmbus',
    );
  return place;
}

const NEEDS_CHECKSUM =
  'coalescing: the switch coalesces what the NIC has found right; it takes checksum';

function completeWindow({ vms, queues, frame }: CompareConfig, value: unknown, ipv6: boolean) {
  const segment = segmentOf({ frame } as CompareConfig, ipv6);
  const least = LEAST_SEGMENTS * segment;
  if (value === undefined) {
    const share = Math.floor(ALL_SEGMENTS / (vms * queues));
    const segments = Math.max(LEAST_SEGMENTS, Math.min(STREAM_SEGMENTS, share));
    return (Math.min(MAX_WINDOW, segments * segment) >> WINDOW_SHIFT) << WINDOW_SHIFT;
  }
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > MAX_WINDOW)
    throw new UsageError(
      `window: ${String(value)} is not a whole number from ${least} (four segments) to ${MAX_WINDOW} bytes`,
    );
  return (value >> WINDOW_SHIFT) << WINDOW_SHIFT;
}

function completeLength(
  config: CompareConfig,
  { durationMs }: CompareOptions,
  { bytes }: BulkSettings,
): void {
  if (bytes !== undefined && durationMs !== undefined)
    throw new UsageError('bytes and duration: give one of them, not both');
  if (durationMs !== undefined) {
    if (!(durationMs > 0 && durationMs <= LIMITS.durationMs))
      throw new UsageError(`duration: ${durationMs} is not between 0 and ${LIMITS.durationMs} ms`);
    config.durationMs = durationMs;
    return;
  }
  const usual = Math.ceil(USUAL_BYTES / (config.vms * config.queues));
  const each: unknown = bytes ?? usual;
  const { bytes: most } = LIMITS;
  if (typeof each !== 'number' || !Number.isInteger(each) || each < 1 || each > most)
    throw new UsageError(`bytes: ${String(each)} is not a whole number from 1 to ${most}`);
  if (config.bulk !== undefined) config.bulk.bytes = each;
}

function flag(name: string, value: unknown, usual: boolean): boolean {
  if (value === undefined) return usual;
  if (typeof value !== 'boolean')
    throw new UsageError(`${name}: '${String(value)}' is not true or false`);
  return value;
}
