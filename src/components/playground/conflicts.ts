import type { Panels } from './fields.ts';

/** Settings that are good in themselves and do not go together. The lab would refuse them too. */
export interface Conflict {
  /** The field to mark. */
  name: string;
  words: string;
}

const LEAST_BULK_FRAME = 640;
/** Requests that receive rings hold. */
const MOST_REQUESTS = 384;

/** @param hasProfile whether this browser keeps a cost profile of the reader's own */
export function conflictsOf(panels: Panels, hasProfile: boolean): Conflict[] {
  const { traffic, kind, direction, frame, load } = panels;
  const found: Conflict[] = [];
  if (panels.profile === 'own' && !hasProfile)
    found.push({
      name: 'profile',
      words: 'This browser keeps no profile of yours; make one on the page Cost profiles.',
    });
  if (traffic === 'bulk') {
    if (kind === 'legacy')
      found.push({ name: 'traffic', words: 'A legacy adapter has no bulk transfer here.' });
    if (direction === 'rr')
      found.push({ name: 'direction', words: 'A bulk transfer is sent, received, or both.' });
    if (Number(frame) < LEAST_BULK_FRAME)
      found.push({
        name: 'frame',
        words: `A bulk transfer takes frames of at least ${LEAST_BULK_FRAME} bytes.`,
      });
    return found;
  }
  const queues = kind === 'legacy' ? 1 : Number(panels.queues);
  const under = Number(panels.inFlight);
  const all = under * Number(panels.vms) * queues;
  if (direction === 'rr' && load === 'max' && under > 1 && all > MOST_REQUESTS)
    found.push({
      name: 'inFlight',
      words: `These are ${all} requests of all flows, more than the ${MOST_REQUESTS} that receive rings hold.`,
    });
  return found;
}
