import { BARS } from '../../vmbus/vpci.ts';
import type { MmioSpace } from './mmio-space.ts';

const TYPE_64_BIT = 4;
const ADDRESS_BITS = 0xfffffff0;

/** Memory behind a base address register: its place among the guest's addresses, and its size in bytes. */
export interface BarMemory {
  bar: number;
  wide: boolean;
  address: number;
  size: number;
}

/** The memory that base address registers want, from what they read when probed with ones. */
export function barSizes(probed: readonly number[]): Omit<BarMemory, 'address'>[] {
  const sizes: Omit<BarMemory, 'address'>[] = [];
  for (let bar = 0; bar < BARS; bar++) {
    const low = (probed[bar] ?? 0) & ADDRESS_BITS;
    const wide = ((probed[bar] ?? 0) & 7) === TYPE_64_BIT;
    const high = wide ? (probed[bar + 1] ?? 0) : 0xffffffff;
    if (low !== 0 || (wide && high !== 0)) {
      const size = -low >>> 0 || 4294967296 * (-high >>> 0);
      sizes.push({ bar, wide, size });
    }
    if (wide) bar++;
  }
  return sizes;
}

/** Gives each register its memory; undefined when there are not enough addresses. */
export function placeBars(probed: readonly number[], space: MmioSpace): BarMemory[] | undefined {
  const placed: BarMemory[] = [];
  for (const wanted of barSizes(probed)) {
    const address = space.allocate(wanted.size);
    if (address < 0) {
      for (const { address: base, size } of placed) space.free(base, size);
      return undefined;
    }
    placed.push({ ...wanted, address });
  }
  return placed;
}
