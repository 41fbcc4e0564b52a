import {
  BRIDGE_IO_BASE,
  BRIDGE_IO_LIMIT,
  BRIDGE_MEMORY_BASE,
  BRIDGE_MEMORY_LIMIT,
  BRIDGE_PREFETCHABLE_BASE,
  BRIDGE_PREFETCHABLE_BASE_HIGH,
  BRIDGE_PREFETCHABLE_LIMIT,
  BRIDGE_PREFETCHABLE_LIMIT_HIGH,
} from './bridge-space.ts';
import type {
  AddressRange,
  ConfigurationAccess,
  FoundFunction,
  Problem,
  Region,
  RegionKind,
  Resources,
} from './enumeration.ts';

/** Steps of a bridge's windows, in bytes. */
const STEP: Record<RegionKind, number> = { io: 0x1000, memory: 1 << 20, prefetchable: 1 << 20 };
const KINDS: readonly RegionKind[] = ['io', 'memory', 'prefetchable'];

/** A bridge's window while it is laid out: `end` is the first byte behind it. */
interface BridgeWindow {
  requesterId: number;
  base: number;
  end: number;
}

/** A way to place everything of one kind: addresses by region, and the bridges' windows. */
interface Placement {
  addresses: Map<Region, number>;
  windows: BridgeWindow[];
}

/**
 * Gives addresses to the regions of a tree and writes them to the registers and to the bridges' windows.
 * What does not fit is left out, virtual functions first.
 */
export function placeRegions(
  access: ConfigurationAccess,
  tree: readonly FoundFunction[],
  resources: Resources,
): Problem[] {
  const problems: Problem[] = [];
  for (const kind of KINDS) {
    const left = new Set<Region>();
    let placement = place(tree, kind, resources[kind], left);
    while (placement === undefined) {
      problems.push(leaveOut(tree, kind, left));
      placement = place(tree, kind, resources[kind], left);
    }
    for (const [region, address] of placement.addresses) region.address = address;
    for (const window of placement.windows) writeWindow(access, kind, window);
  }
  for (const found of everyFunction(tree)) writeRegions(access, found);
  return problems;
}

/** Regions of one kind one behind the other, large alignments first; undefined when they do not fit. */
function place(
  tree: readonly FoundFunction[],
  kind: RegionKind,
  range: AddressRange,
  left: ReadonlySet<Region>,
): Placement | undefined {
  const placement: Placement = { addresses: new Map(), windows: [] };
  const end = placeBus(tree, kind, range.base, left, placement);
  return end <= range.base + range.size ? placement : undefined;
}

function placeBus(
  found: readonly FoundFunction[],
  kind: RegionKind,
  from: number,
  left: ReadonlySet<Region>,
  placement: Placement,
): number {
  let cursor = from;
  const wanted = found.flatMap(({ regions }) => regions).filter((one) => one.kind === kind);
  for (const region of wanted.sort((a, b) => b.alignment - a.alignment)) {
    if (left.has(region)) continue;
    cursor = alignUp(cursor, region.alignment);
    placement.addresses.set(region, cursor);
    cursor += region.size;
  }
  for (const { requesterId, bridge } of found) {
    if (bridge === undefined) continue;
    const base = alignUp(cursor, STEP[kind]);
    const end = alignUp(placeBus(bridge.below, kind, base, left, placement), STEP[kind]);
    placement.windows.push({ requesterId, base, end });
    if (end > base) cursor = end;
  }
  return cursor;
}

/** Takes one region out of the next attempt: the last of a virtual function, else the last there is. */
function leaveOut(tree: readonly FoundFunction[], kind: RegionKind, left: Set<Region>): Problem {
  const wanted = everyFunction(tree).flatMap((found) =>
    found.regions
      .filter((region) => region.kind === kind && !left.has(region))
      .map((region) => ({ found, region })),
  );
  const last = wanted.findLast(({ region }) => region.virtual) ?? wanted[wanted.length - 1];
  left.add(last.region);
  const what = last.region.virtual
    ? 'not enough MMIO resources for SR-IOV'
    : 'no space for a base address register';
  return { requesterId: last.found.requesterId, what };
}

function everyFunction(tree: readonly FoundFunction[]): FoundFunction[] {
  return tree.flatMap((found) => [found, ...everyFunction(found.bridge?.below ?? [])]);
}

function writeRegions(access: ConfigurationAccess, found: FoundFunction): void {
  for (const { register, address, wide } of found.regions) {
    if (address === undefined) continue;
    access.configurationWrite(found.requesterId, register, 4, address % 2 ** 32);
    if (!wide) continue;
    access.configurationWrite(found.requesterId, register + 4, 4, Math.floor(address / 2 ** 32));
  }
}

/** A window, or a closed one (base above limit) where there is nothing below. */
function writeWindow(access: ConfigurationAccess, kind: RegionKind, window: BridgeWindow): void {
  const { requesterId: id, base, end } = window;
  const last = end - STEP[kind];
  const open = end > base;
  if (kind === 'io') {
    access.configurationWrite(id, BRIDGE_IO_BASE, 1, open ? (base >>> 8) & 0xf0 : 0xf0);
    access.configurationWrite(id, BRIDGE_IO_LIMIT, 1, open ? (last >>> 8) & 0xf0 : 0);
    return;
  }
  const isMemory = kind === 'memory';
  const baseRegister = isMemory ? BRIDGE_MEMORY_BASE : BRIDGE_PREFETCHABLE_BASE;
  const limitRegister = isMemory ? BRIDGE_MEMORY_LIMIT : BRIDGE_PREFETCHABLE_LIMIT;
  access.configurationWrite(id, baseRegister, 2, open ? upper16(base) : 0xfff0);
  access.configurationWrite(id, limitRegister, 2, open ? upper16(last) : 0);
  if (isMemory) return;
  const high = (address: number) => (open ? Math.floor(address / 2 ** 32) : 0);
  access.configurationWrite(id, BRIDGE_PREFETCHABLE_BASE_HIGH, 4, high(base));
  access.configurationWrite(id, BRIDGE_PREFETCHABLE_LIMIT_HIGH, 4, high(last));
}

/** Bits 31:16 of an address. */
function upper16(address: number): number {
  return Math.floor((address % 2 ** 32) / 0x10000);
}

function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}
