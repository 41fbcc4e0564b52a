import { defineAcs } from './capabilities/acs.ts';
import { defineAer } from './capabilities/aer.ts';
import {
  defineExpress,
  type Link,
  TYPE_DOWNSTREAM_PORT,
  TYPE_ROOT_PORT,
  TYPE_UPSTREAM_PORT,
} from './capabilities/express.ts';
import {
  COMMAND_BUS_MASTER,
  COMMAND_IO,
  COMMAND_MEMORY,
  COMMAND_SERR,
  ConfigurationSpace,
  PCI_CAPABILITIES,
  PCI_CLASS,
  PCI_COMMAND,
  PCI_DEVICE,
  PCI_HEADER_TYPE,
  PCI_INTERRUPT_LINE,
  PCI_STATUS,
  PCI_VENDOR,
  STATUS_CAPABILITIES,
} from './configuration-space.ts';

/** Header of type 1 (PCI-to-PCI Bridge Architecture 1.2, section 3.2). */
export const BRIDGE_PRIMARY = 0x18;
export const BRIDGE_SECONDARY = 0x19;
export const BRIDGE_SUBORDINATE = 0x1a;
export const BRIDGE_IO_BASE = 0x1c;
export const BRIDGE_IO_LIMIT = 0x1d;
export const BRIDGE_MEMORY_BASE = 0x20;
export const BRIDGE_MEMORY_LIMIT = 0x22;
export const BRIDGE_PREFETCHABLE_BASE = 0x24;
export const BRIDGE_PREFETCHABLE_LIMIT = 0x26;
export const BRIDGE_PREFETCHABLE_BASE_HIGH = 0x28;
export const BRIDGE_PREFETCHABLE_LIMIT_HIGH = 0x2c;
export const HEADER_BRIDGE = 1;

/** Where this model puts a port's capabilities. */
export const PORT_EXPRESS = 0x40;
export const PORT_AER = 0x100;
export const PORT_ACS = 0x150;

export type PortKind = 'root port' | 'upstream port' | 'downstream port';

const TYPES: Record<PortKind, number> = {
  'root port': TYPE_ROOT_PORT,
  'upstream port': TYPE_UPSTREAM_PORT,
  'downstream port': TYPE_DOWNSTREAM_PORT,
};
/** The first root port of an Intel 5520 hub, and a PLX PEX 8632 switch. */
const IDS: Record<PortKind, number> = {
  'root port': 0x34088086,
  'upstream port': 0x863210b5,
  'downstream port': 0x863210b5,
};

/** What a port is capable of. */
export interface PortOptions {
  link: Link;
  /** ACS bits; 0 for a port without the capability, as old ones are. */
  services: number;
  /** Whether it can forward ARI. */
  ari: boolean;
}

/** Siblings that an egress vector has bits for. */
const EGRESS_PORTS = 32;

/** Configuration space of a port after a reset. */
export function makePortSpace(kind: PortKind, options: PortOptions): ConfigurationSpace {
  const { link, services, ari } = options;
  const space = new ConfigurationSpace(4096);
  const command = COMMAND_IO | COMMAND_MEMORY | COMMAND_BUS_MASTER | COMMAND_SERR;
  space.define(PCI_VENDOR, 4, IDS[kind]);
  space.define(PCI_DEVICE, 2, IDS[kind] >>> 16);
  space.define(PCI_COMMAND, 2, 0, command);
  space.define(PCI_STATUS, 2, STATUS_CAPABILITIES, 0, 0xf900);
  space.define(PCI_CLASS, 3, 0x060400);
  space.define(PCI_HEADER_TYPE, 1, HEADER_BRIDGE);
  space.define(BRIDGE_PRIMARY, 3, 0, 0xffffff);
  space.define(PCI_CAPABILITIES, 1, PORT_EXPRESS);
  space.define(PCI_INTERRUPT_LINE, 1, 0, 0xff);
  defineWindows(space);
  defineExpress(space, PORT_EXPRESS, 0, { type: TYPES[kind], link, ari });
  const hasAcs = services !== 0 && kind !== 'upstream port';
  const aer = { mask: 0, severity: 0x00462030, correctableMask: 0x2000 };
  defineAer(space, PORT_AER, hasAcs ? PORT_ACS : 0, aer);
  if (hasAcs) defineAcs(space, PORT_ACS, 0, { services, ports: EGRESS_PORTS });
  return space;
}

/** Windows start closed, base above limit: what a reset leaves in them is not specified. */
function defineWindows(space: ConfigurationSpace): void {
  space.define(BRIDGE_IO_BASE, 1, 0xf0, 0xf0);
  space.define(BRIDGE_IO_LIMIT, 1, 0, 0xf0);
  space.define(BRIDGE_MEMORY_BASE, 2, 0xfff0, 0xfff0);
  space.define(BRIDGE_MEMORY_LIMIT, 2, 0, 0xfff0);
  // Bit 0: addresses of 64 bits.
  space.define(BRIDGE_PREFETCHABLE_BASE, 2, 0xfff1, 0xfff0);
  space.define(BRIDGE_PREFETCHABLE_LIMIT, 2, 1, 0xfff0);
  space.define(BRIDGE_PREFETCHABLE_BASE_HIGH, 4, 0, 0xffffffff);
  space.define(BRIDGE_PREFETCHABLE_LIMIT_HIGH, 4, 0, 0xffffffff);
}
