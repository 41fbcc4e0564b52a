/**
 * Receive-side coalescing as the 82599 has it; the 82576 has none. Register and descriptor fields are those
 * that Linux's ixgbe driver uses (`linux-ixgbe` in content/sources). That a virtual function has the register
 * in its own window is this model's: Linux's driver turns coalescing off with SR-IOV.
 */

/** RSCCTL, a register of each receive queue at the place that it has in the 82599's block. Off after reset. */
export const QUEUE_COALESCING = 0x2c;
export const COALESCING_ENABLE = 1;
/** Descriptors that a frame may have, bits 3:2: 1, 4, 8 or 16. */
export const COALESCING_MAX_SHIFT = 2;
export const COALESCING_MAX: readonly number[] = [1, 4, 8, 16];

/** Write-back, word 0: segments in this descriptor, bits 20:17. */
export const RX_COUNT_SHIFT = 17;
export const RX_COUNT_MASK = 15;
/** Write-back, word 2 of a descriptor that does not end its frame: where the frame goes on, bits 19:4. */
export const RX_NEXT_SHIFT = 4;
export const RX_NEXT_MASK = 0xffff;

/** Frames in the making at once on a queue. The 82599 has 32 for all queues (unverified). */
export const COALESCING_CONTEXTS = 32;
