import { BRIDGE_SUBORDINATE } from '../../bus/pci/bridge-space.ts';
import { findExtendedCapability } from '../../bus/pci/capabilities/header.ts';
import {
  SRIOV_BAR,
  SRIOV_FIRST_OFFSET,
  SRIOV_ID,
  SRIOV_STRIDE,
  SRIOV_TOTAL_VFS,
} from '../../bus/pci/capabilities/sr-iov.ts';
import { virtualFunctionId } from '../../bus/pci/requester-id.ts';
import type { AdapterFacts, ConfigurationReader } from './facts.ts';
import { type HostReason, type HostSupport, hasAcs } from './host-support.ts';

/** The eight values of an adapter's SriovSupport (hyperv-facts 1.9), and what each means. */
export const ADAPTER_SUPPORT = {
  Unknown: 'Whether the adapter can do it cannot be found out.',
  Supported: 'The adapter can do it where it is.',
  MissingAcs: 'The root port above the adapter has no Access Control Services: try another slot.',
  MissingPfDriver: 'No driver with the SR-IOV interface runs on the physical function.',
  NoBusResources: 'There are not enough bus numbers for the virtual functions.',
  NoIoMmuSupport: 'The host has no SLAT or no I/O remapping, or it is switched off.',
  NoVfBarSpace: 'There is not enough address space for the registers of the virtual functions.',
  NoOscSupport: 'The firmware does not let the system control PCI Express.',
} as const;
export type AdapterSupport = keyof typeof ADAPTER_SUPPORT;

/** What Get-NetAdapterSriov knows about an adapter. */
export interface AdapterState {
  name: string;
  sriovSupport: AdapterSupport;
  /** The setting *SRIOV: a fact of its own. */
  enabled: boolean;
  /** Whether what is missing is missing on the whole host, which says so itself. */
  hostsFault: boolean;
  /** TotalVFs of its capability; 0 without one. */
  totalVfs: number;
}

const REMAPPING: readonly HostReason[] = [
  'NoSlat',
  'NoInterruptRemapping',
  'NoDmaRemapping',
  'RemappingDisabled',
  'NotEnabledInBios',
  'WrongFirmwareTables',
];

/**
 * One value, though several things may be wrong: the first that is, from the host to the driver. That
 * order is this model's; the eight values are published.
 */
export function examineAdapter(facts: AdapterFacts, host: HostSupport): AdapterState {
  const express = !host.reasons.includes('NoPciExpress');
  const { configuration } = facts;
  const read = (offset: number, size: number) => configuration.read(offset, size);
  const capability = express ? findExtendedCapability(read, SRIOV_ID) : 0;
  const totalVfs = capability === 0 ? 0 : read(capability + SRIOV_TOTAL_VFS, 2);
  const fromHost = blamedOnHost(host);
  const own = fromHost ?? examineItself(facts, capability, totalVfs);
  return {
    name: facts.name,
    sriovSupport: own,
    enabled: facts.keyword,
    hostsFault: fromHost !== undefined,
    totalVfs,
  };
}

function blamedOnHost({ reasons }: HostSupport): AdapterSupport | undefined {
  if (reasons.includes('NoPciExpress')) return 'Unknown';
  if (reasons.includes('NoExpressControl')) return 'NoOscSupport';
  if (reasons.some((reason) => REMAPPING.includes(reason))) return 'NoIoMmuSupport';
  return reasons.includes('NoAcs') ? 'MissingAcs' : undefined;
}

function examineItself(
  { configuration, requesterId, port, driverLoaded }: AdapterFacts,
  capability: number,
  totalVfs: number,
): AdapterSupport {
  if (totalVfs === 0) return 'Unknown';
  if (!hasAcs(port)) return 'MissingAcs';
  const first = configuration.read(capability + SRIOV_FIRST_OFFSET, 2);
  const stride = configuration.read(capability + SRIOV_STRIDE, 2);
  const last = virtualFunctionId(requesterId, first, stride, totalVfs - 1);
  if (last >>> 8 > port.read(BRIDGE_SUBORDINATE, 1)) return 'NoBusResources';
  if (!hasAddresses(configuration, capability + SRIOV_BAR)) return 'NoVfBarSpace';
  return driverLoaded ? 'Supported' : 'MissingPfDriver';
}

/**
 * Whether the firmware has given every aperture an address: it leaves those that it has no room for at 0.
 * A 64-bit register takes two places, and its low bits say what it is; a place without one is all 0.
 */
function hasAddresses(configuration: ConfigurationReader, bars: number): boolean {
  for (let i = 0; i < 6; i++) {
    const low = configuration.read(bars + 4 * i, 4);
    const wide = (low & 0b111) === 0b100;
    const high = wide ? configuration.read(bars + 4 * i + 4, 4) : 0;
    if (low !== 0 && (low & ~0xf) === 0 && high === 0) return false;
    if (wide) i++;
  }
  return true;
}
