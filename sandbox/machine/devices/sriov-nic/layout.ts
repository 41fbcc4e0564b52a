/**
 * Pools and queues. The 82576 has 8 pools of two queues: pool p owns queues p and p + 8; virtual function n
 * is pool n, and the physical function the pool after the last of them (section 5 of the 82576 facts).
 *
 * The extension goes on to 64 pools as the 82599 does (63 virtual functions and the physical one). There, and
 * only there, a pool may have as many queues as the machine asks for.
 */
export const COMPATIBLE_POOLS = 8;
export const COMPATIBLE_QUEUES = 16;
export const MAX_POOLS = 64;

/** Pool of function `index` (0 is the physical one) when there are `vfs` virtual functions. */
export function poolOf(index: number, vfs: number): number {
  return index === 0 ? vfs : index - 1;
}

/** Function of pool `pool`; -1 where the pool has none, because there are fewer functions. */
export function functionOf(pool: number, vfs: number): number {
  if (pool > vfs) return -1;
  return pool === vfs ? 0 : pool + 1;
}

/** Number in the compatible part of queue `index`, 0 or 1, of pool `pool`. */
export function compatibleQueue(pool: number, index: number): number {
  return pool + COMPATIBLE_POOLS * index;
}
