import { ACS_ID } from '../../bus/pci/capabilities/acs.ts';
import { findExtendedCapability } from '../../bus/pci/capabilities/header.ts';
import type { ConfigurationReader, PlatformFacts } from './facts.ts';
import {
  BRIDGE_CAPID0,
  CAPID0_NO_REMAPPING,
  CONTROL_ENABLE_EPT,
  ECAP_INTERRUPT_REMAPPING,
  OSC_ERROR_REPORTING,
  OSC_EXPRESS_CAPABILITIES,
  OSC_NATIVE_HOT_PLUG,
  OSC_POWER_EVENTS,
  REMAPPING_EXTENDED_CAPABILITIES,
  REMAPPING_VERSION,
} from './spec.ts';
import { expressBuses, readRemappingTable } from './tables.ts';

/** The nine reasons of a host, in the order of Microsoft's list (hyperv-facts 1.9). */
export const HOST_REASONS = {
  NoSlat: 'The processor cannot translate guest addresses by itself (SLAT).',
  NoInterruptRemapping: 'The chipset cannot remap interrupts.',
  NoDmaRemapping: 'The chipset cannot remap the DMA of devices.',
  RemappingDisabled: 'The system has been told to leave its I/O remapping hardware alone.',
  NotEnabledInBios:
    'No I/O remapping is offered, though the chipset may have it: look for it in the BIOS settings.',
  WrongFirmwareTables: 'The BIOS describes I/O hardware that is not there; it needs an update.',
  NoPciExpress: 'The firmware reports no PCI Express bus.',
  NoExpressControl: 'The BIOS keeps control of PCI Express to itself and must let Windows have it.',
  NoAcs: 'No root port of PCI Express has Access Control Services.',
} as const;
export type HostReason = keyof typeof HOST_REASONS;

/** What Get-VMHost knows about SR-IOV. */
export interface HostSupport {
  iovSupport: boolean;
  /** Several at once where several things are wrong; empty when supported. */
  reasons: HostReason[];
}

const WANTED_CONTROL =
  OSC_NATIVE_HOT_PLUG | OSC_POWER_EVENTS | OSC_ERROR_REPORTING | OSC_EXPRESS_CAPABILITIES;

/**
 * Looks at every part that SR-IOV needs of a host. Each look is for itself, so that several reasons can
 * come out; what cannot be looked at, because what leads there is missing, gives no reason of its own.
 *
 * What the nine reasons mean is published; in which registers Windows looks is not, and is this model's.
 */
export function examineHost(facts: PlatformFacts): HostSupport {
  const found: Partial<Record<HostReason, boolean>> = {
    NoSlat: (facts.secondaryControls & CONTROL_ENABLE_EPT) === 0,
    ...examineRemapping(facts),
    ...examineExpress(facts),
  };
  const reasons = (Object.keys(HOST_REASONS) as HostReason[]).filter((reason) => found[reason]);
  return { iovSupport: reasons.length === 0, reasons };
}

/** Chipset, system settings, firmware's table, and the units that the table leads to, in that order. */
function examineRemapping(facts: PlatformFacts): Partial<Record<HostReason, boolean>> {
  if ((facts.hostBridge.read(BRIDGE_CAPID0, 4) & CAPID0_NO_REMAPPING) !== 0)
    return { NoDmaRemapping: true, NoInterruptRemapping: true };
  if (!facts.remappingAllowed) return { RemappingDisabled: true };
  const bytes = facts.tables.get('DMAR');
  if (bytes === undefined) return { NotEnabledInBios: true };
  const table = readRemappingTable(bytes);
  const units = table?.units ?? [];
  const answers = (unit: number, register: number) => facts.readPhysical(unit + register);
  const absent = units.some((unit) => answers(unit, REMAPPING_VERSION) === 0xffff_ffff);
  if (table === undefined || units.length === 0 || absent) return { WrongFirmwareTables: true };
  const remaps = units.every(
    (unit) => (answers(unit, REMAPPING_EXTENDED_CAPABILITIES) & ECAP_INTERRUPT_REMAPPING) !== 0,
  );
  return { NoInterruptRemapping: !(remaps && table.interruptRemapping) };
}

/** Without a mapped configuration space nothing more can be found out about root ports. */
function examineExpress(facts: PlatformFacts): Partial<Record<HostReason, boolean>> {
  if (expressBuses(facts.tables.get('MCFG')) === 0) return { NoPciExpress: true };
  return {
    NoExpressControl: (facts.evaluateOsc(WANTED_CONTROL) & OSC_EXPRESS_CAPABILITIES) === 0,
    NoAcs: facts.rootPorts.every((port) => !hasAcs(port)),
  };
}

/** Whether a port has the capability of Access Control Services. */
export function hasAcs(port: ConfigurationReader): boolean {
  return findExtendedCapability((offset, size) => port.read(offset, size), ACS_ID) !== 0;
}
