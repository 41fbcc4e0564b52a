import type { ConfigurationReader } from './facts.ts';
import { FIRST_EXTENDED_CAPABILITY } from './spec.ts';

/** Capabilities that fit behind the first 256 bytes: a list that is longer goes in a circle. */
const MOST = (4096 - FIRST_EXTENDED_CAPABILITY) / 4;

/** Offset of the extended capability `id`; undefined where the list does not have it. */
export function findExtended(of: ConfigurationReader, id: number): number | undefined {
  let at = FIRST_EXTENDED_CAPABILITY;
  for (let i = 0; i < MOST && at >= FIRST_EXTENDED_CAPABILITY; i++) {
    const header = of.read(at, 4);
    if (header === 0 || header === 0xffff_ffff) return undefined;
    if ((header & 0xffff) === id) return at;
    at = (header >>> 20) & 0xffc;
  }
  return undefined;
}
