import { OPEN_CHANNEL } from '../../vmbus/channel-messages.ts';
import { getField } from '../../vmbus/message-codec.ts';
import type { Gpadl } from './gpadl-table.ts';
import type { OpenedRings } from './host-channel.ts';

/** Pages that a ring has at least: control page and one of data. */
const LEAST_RING_PAGES = 2;
const PAGE_SIZE = 4096;

/**
 * The rings that an open describes, when there can be such: whole pages of a complete list of the channel,
 * two or more for each ring, and a processor that the guest has. `directed` is whether the version lets the
 * guest choose the processor.
 */
export function readRings(
  bytes: Uint8Array,
  gpadl: Gpadl | undefined,
  directed: boolean,
  processors: number,
): OpenedRings | undefined {
  const { fields, at } = OPEN_CHANNEL;
  const downstream = getField(bytes, fields.downstream_ringbuffer_pageoffset);
  const targetVp = directed ? getField(bytes, fields.target_vp) : 0;
  if (gpadl === undefined || targetVp >= processors) return undefined;
  const { pages } = gpadl;
  const whole = gpadl.offset === 0 && gpadl.bytes === pages.length * PAGE_SIZE;
  const upstream = pages.length - downstream;
  if (!whole || downstream < LEAST_RING_PAGES || upstream < LEAST_RING_PAGES) return undefined;
  return { gpadl, downstream, targetVp, userData: bytes.slice(at.userdata, OPEN_CHANNEL.size) };
}
