import type { HostMemory } from '../memory/host-memory.ts';
import * as spec from './interrupt-spec.ts';
import { FAULT_IRTE_NOT_PRESENT, FAULT_IRTE_RESERVED, FAULT_SOURCE } from './spec.ts';

/** How an entry checks who sends: not at all, the requester id, or a range of buses. */
export type SourceCheck =
  | { type: 'none' }
  | { type: 'id'; requesterId: number; qualifier?: 0 | 1 | 2 | 3 }
  | { type: 'bus'; first: number; last: number };

/** What a remapped entry says. `destination` is an APIC id, `vector` from 0 to 255. */
export interface RemappedTarget {
  source: SourceCheck;
  destination: number;
  vector: number;
}

/** What a posted entry says: the bit of a descriptor to set. An urgent one ignores suppression. */
export interface PostedTarget {
  source: SourceCheck;
  descriptor: number;
  vector: number;
  urgent?: boolean;
}

/** Writes a remapped entry at `at`. `extended`: 32-bit APIC ids, else 8-bit ones. */
export function writeRemapped(
  host: HostMemory,
  at: number,
  target: RemappedTarget,
  extended: boolean,
): void {
  host.write32(at + 12, 0);
  host.write32(at + 8, sourceWord(target.source));
  const shift = extended ? 0 : spec.XAPIC_DESTINATION_SHIFT;
  host.write32(at + 4, (target.destination << shift) >>> 0);
  host.write32(at, spec.ENTRY_PRESENT | (target.vector << spec.ENTRY_VECTOR_SHIFT));
}

/** Writes a posted entry at `at`. */
export function writePosted(host: HostMemory, at: number, target: PostedTarget): void {
  host.write32(at + 12, Math.floor(target.descriptor / 4294967296));
  host.write32(at + 8, sourceWord(target.source));
  host.write32(at + 4, ((target.descriptor % 4294967296) & spec.POSTED_ADDRESS_LOW) >>> 0);
  const urgent = target.urgent === true ? spec.ENTRY_URGENT : 0;
  const vector = target.vector << spec.ENTRY_VECTOR_SHIFT;
  host.write32(at, spec.ENTRY_PRESENT | spec.ENTRY_POSTED | urgent | vector);
}

/** Whether the entry at `at` may be used by `requesterId`: 0, or the reason of the fault. */
export function checkEntry(host: HostMemory, at: number, requesterId: number): number {
  const first = host.read32(at);
  if ((first & spec.ENTRY_PRESENT) === 0) return FAULT_IRTE_NOT_PRESENT;
  const posted = (first & spec.ENTRY_POSTED) !== 0;
  const third = host.read32(at + 8);
  if ((first & (posted ? spec.POSTED_RESERVED : spec.ENTRY_RESERVED)) !== 0)
    return FAULT_IRTE_RESERVED;
  if ((third & spec.SOURCE_RESERVED) !== 0) return FAULT_IRTE_RESERVED;
  if (!posted && host.read32(at + 12) !== 0) return FAULT_IRTE_RESERVED;
  return checkSource(third, requesterId);
}

function checkSource(third: number, requesterId: number): number {
  const id = third & spec.SOURCE_ID;
  const bus = requesterId >>> 8;
  switch ((third >>> spec.SOURCE_TYPE_SHIFT) & 3) {
    case spec.VALIDATE_NONE:
      return 0;
    case spec.VALIDATE_ID: {
      const compared = spec.QUALIFIED[(third >>> spec.SOURCE_QUALIFIER_SHIFT) & 3];
      return ((id ^ requesterId) & compared) === 0 ? 0 : FAULT_SOURCE;
    }
    case spec.VALIDATE_BUS:
      return bus >= id >>> 8 && bus <= (id & 0xff) ? 0 : FAULT_SOURCE;
    default:
      return FAULT_IRTE_RESERVED;
  }
}

function sourceWord(source: SourceCheck): number {
  if (source.type === 'none') return 0;
  if (source.type === 'bus')
    return (spec.VALIDATE_BUS << spec.SOURCE_TYPE_SHIFT) | (source.first << 8) | source.last;
  const qualifier = (source.qualifier ?? 0) << spec.SOURCE_QUALIFIER_SHIFT;
  return (spec.VALIDATE_ID << spec.SOURCE_TYPE_SHIFT) | qualifier | source.requesterId;
}
