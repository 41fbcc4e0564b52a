import { MAX_JUMBO_FRAME, MIN_FRAME } from '../../machine/net/frame.ts';
import { UsageError } from '../usage.ts';

/**
 * The simple IMIX: of twelve frames seven of 40 bytes of IP, four of 576 and one of 1500, here with an Ethernet
 * header, padded, without FCS. The mix is common among makers of traffic generators and in no standard (RFC 6985
 * is a notation for such mixes); their order is this model's.
 */
export const IMIX: readonly number[] = [60, 590, 60, 60, 590, 60, 1514, 60, 590, 60, 590, 60];

/** Frame lengths that a workload may name. */
const MOST_SIZES = 10_000;

/** The lengths that `sizes` stands for. */
export function lengthsOf(sizes: 'imix' | readonly number[]): readonly number[] {
  return sizes === 'imix' ? IMIX : sizes;
}

/** @throws UsageError for anything but `imix` or lengths that a frame can have */
export function completeSizes(sizes: unknown): 'imix' | number[] {
  if (sizes === 'imix') return sizes;
  if (!Array.isArray(sizes) || sizes.length === 0)
    throw new UsageError(`sizes: give imix or frame lengths, as in 60,1514`);
  if (sizes.length > MOST_SIZES)
    throw new UsageError(`sizes: ${sizes.length} lengths are more than ${MOST_SIZES}`);
  return sizes.map((size: unknown, i) => {
    const fits = typeof size === 'number' && Number.isInteger(size);
    if (fits && size >= MIN_FRAME && size <= MAX_JUMBO_FRAME) return size;
    throw new UsageError(
      `sizes: number ${i + 1}, ${String(size)}, is not a whole number from ${MIN_FRAME} to ${MAX_JUMBO_FRAME} bytes without FCS`,
    );
  });
}
