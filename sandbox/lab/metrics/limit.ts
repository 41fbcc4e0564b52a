import type { CompareConfig, Resource } from '../report.ts';

/** A share of the time from which a resource counts as busy all the time. */
const SATURATED = 0.97;
/** The same for the busiest of a run that is short, in which the way to the first arrival counts for more. */
const BUSIEST = 0.9;

/** Resources that do work, from the wire inwards. */
const WORKING = ['link', 'PCIe', 'memory bandwidth', 'root core', 'guest core'];
/** What a sender as fast as possible waits for while nobody is busy all the time. */
const WAITING = ['intercept round trips', 'ring', 'frames in flight'];

/**
 * What kept a run from delivering more: the first resource, from the wire inwards, that was busy all the
 * time, else the busiest if it was so nine tenths of it. With all of them idle for longer, what the sender
 * waited for: the clock of its load, a reply, or room. Frames that were lost with every resource idle at
 * times found a ring full that is too short for how they came.
 * @param lossRate share of the frames that were lost, 0 to 1
 */
export function limitOf(
  resources: readonly Resource[],
  { direction, load }: Pick<CompareConfig, 'direction' | 'load'>,
  lossRate: number,
): string {
  const working = resources.filter(({ name }) => WORKING.includes(name));
  const busiest = working.reduce(busier, NOTHING);
  const limit = working.find(({ busy }) => busy >= SATURATED) ?? busiest;
  if (limit.busy >= BUSIEST) return limit.name;
  if (load !== 'max') return lossRate > 0 ? 'ring' : 'offered load';
  if (direction === 'rr') return 'round trip';
  const waits = resources.filter(({ name }) => WAITING.includes(name));
  const first = waits.find(({ busy }) => busy >= SATURATED);
  return (first ?? waits.reduce(busier, NOTHING)).name;
}

function busier(most: Resource, each: Resource): Resource {
  return each.busy > most.busy ? each : most;
}

const NOTHING: Resource = { name: 'round trip', busy: 0 };
