import { queuePairsFor } from '../../machine/host/nic-switch/capabilities.ts';
import { MAX_FRAME } from '../../machine/net/frame.ts';
import type { CompareConfig, PathName } from '../report.ts';

const MEBIBYTE = 1 << 20;
/** What the root and the peer keep for each machine: the worker's buffers, prepared frames, tables. */
export const ROOT_BYTES = MEBIBYTE;

/**
 * Bytes of memory that a guest needs on a path: buffers of its `queues` queues, and what it shares.
 * @param mayRefuse whether an adapter of the SR-IOV path may come out with a synthetic adapter alone
 */
export function guestBytes(
  path: PathName,
  config: CompareConfig,
  queues: number,
  mayRefuse: boolean,
): number {
  const jumbo = config.frame > MAX_FRAME;
  if (path === 'emulated') return 2 * MEBIBYTE;
  if (path === 'vmbus') return queues * (jumbo ? 12 : 6) * MEBIBYTE;
  if (path === 'native') return config.queues * (jumbo ? 14 : 4) * MEBIBYTE;
  // Queue pairs of a virtual function come in powers of two; the synthetic adapter shares little.
  // One that is refused a function needs the memory of a synthetic adapter.
  const synthetic = config.queues * (jumbo ? 12 : 6);
  const pairs = jumbo
    ? 10 * queuePairsFor(config.queues) + 6 * config.queues + 6
    : 4 * config.queues;
  return (mayRefuse ? Math.max(synthetic, pairs) : pairs) * MEBIBYTE;
}
