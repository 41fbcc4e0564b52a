import { Random } from '../machine/engine/random.ts';

/** Delays like a device's: a few hundred nanoseconds to tens of microseconds, in ps. */
export const DELAYS = makeDelays(4096);

function makeDelays(count: number): Float64Array {
  const random = new Random(42);
  return Float64Array.from({ length: count }, () => 200_000 + random.below(20_000_000));
}
