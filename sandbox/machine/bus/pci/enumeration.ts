import { placeRegions } from './allocation.ts';
import {
  COMMAND_BUS_MASTER,
  COMMAND_IO,
  COMMAND_MEMORY,
  COMMAND_SERR,
  PCI_COMMAND,
} from './configuration-space.ts';
import { BusScan } from './scan.ts';

/** Configuration space of a whole hierarchy, by requester id. */
export interface ConfigurationAccess {
  configurationRead(rid: number, offset: number, size: number): number;
  configurationWrite(rid: number, offset: number, size: number, value: number): void;
}

/** Addresses to give away: first one and bytes. */
export interface AddressRange {
  base: number;
  size: number;
}

/** What firmware has for the hierarchy. */
export interface Resources {
  /** The highest bus number, up to 255. */
  lastBus: number;
  io: AddressRange;
  /** Below 4 GiB. */
  memory: AddressRange;
  prefetchable: AddressRange;
}

export type RegionKind = 'io' | 'memory' | 'prefetchable';

/** What one base address register asks for. */
export interface Region {
  /** Offset of the register in configuration space. */
  register: number;
  /** Number of the base address register, 0 to 5; of a virtual function's where `virtual` is set. */
  bar: number;
  kind: RegionKind;
  wide: boolean;
  virtual: boolean;
  /** Bytes, all virtual functions together where `virtual` is set. */
  size: number;
  /** What the address is a multiple of: for virtual functions the size of one. */
  alignment: number;
  /** Undefined where there was no space for it. */
  address: number | undefined;
}

/** The SR-IOV capability of a physical function, as enumeration saw it. */
export interface FoundSrIov {
  /** Offset of the capability. */
  offset: number;
  totalVfs: number;
  /** The highest bus that a virtual function of it can stand on. */
  lastBus: number;
  ari: boolean;
}

/** A function that answered. */
export interface FoundFunction {
  requesterId: number;
  /** Requester id of the port above; undefined on bus 0. */
  port: number | undefined;
  vendor: number;
  device: number;
  regions: Region[];
  sriov: FoundSrIov | undefined;
  /** Buses below a bridge, and what was found there. */
  bridge: { secondary: number; subordinate: number; below: FoundFunction[] } | undefined;
}

export type Shortage =
  | 'bus number out of range'
  | 'not enough MMIO resources for SR-IOV'
  | 'no space for a base address register';

/** Something that was asked for and could not be given. */
export interface Problem {
  requesterId: number;
  what: Shortage;
}

export interface Enumeration {
  /** Every function, in the order of the scan: depth first. */
  functions: FoundFunction[];
  problems: Problem[];
  /** The highest bus number in use. */
  lastBus: number;
}

/**
 * Finds every function, numbers the buses depth first, sizes base address registers by writing all ones,
 * and gives addresses: a bridge's windows cover what is below it. Where space is short, virtual functions
 * go without before anything else does. It sees configuration space only, as firmware does.
 */
export function enumerate(access: ConfigurationAccess, resources: Resources): Enumeration {
  const scan = new BusScan(access, resources.lastBus);
  const tree = scan.bus(0, undefined);
  const functions = flatten(tree);
  const problems = [...scan.problems, ...placeRegions(access, tree, resources)];
  for (const found of functions) turnOn(access, found);
  return { functions, problems, lastBus: scan.lastUsed };
}

/** The tree as a list: a bridge, then what is below it. */
export function flatten(tree: readonly FoundFunction[]): FoundFunction[] {
  return tree.flatMap((found) => [found, ...flatten(found.bridge?.below ?? [])]);
}

function turnOn(access: ConfigurationAccess, found: FoundFunction): void {
  const placed = found.regions.filter(({ virtual, address }) => !virtual && address !== undefined);
  let command = COMMAND_SERR;
  if (found.bridge !== undefined) command |= COMMAND_BUS_MASTER | COMMAND_IO | COMMAND_MEMORY;
  if (placed.some(({ kind }) => kind === 'io')) command |= COMMAND_IO;
  if (placed.some(({ kind }) => kind !== 'io')) command |= COMMAND_MEMORY;
  access.configurationWrite(found.requesterId, PCI_COMMAND, 2, command);
}
