import { ConfigurationSpace } from '../../machine/bus/pci/configuration-space.ts';
import type { AdapterFacts, PlatformFacts } from '../../machine/host/management/facts.ts';
import {
  BRIDGE_CAPID0,
  CAPID0_NO_REMAPPING,
  CONTROL_ENABLE_EPT,
  ECAP_INTERRUPT_REMAPPING,
  OSC_EXPRESS_CAPABILITIES,
  REMAPPING_EXTENDED_CAPABILITIES,
} from '../../machine/host/management/spec.ts';
import type { InterruptRemapping } from '../../machine/iommu/interrupt-remapping.ts';
import type { Iommu } from '../../machine/iommu/iommu.ts';
import { IommuRegisters } from '../../machine/iommu/registers.ts';
import type { HostCapabilities } from './capabilities.ts';
import { makeExpressTable, makeRemappingTable } from './firmware-tables.ts';
import type { HostPci } from './pci.ts';

/** Where the chipset's remapping unit answers, and where wrong firmware says it is. */
const REMAPPING_UNIT = 0xfed9_0000;
const NO_UNIT = 0xfed9_1000;
const EXPRESS_WINDOW = 0xe000_0000;
const UNIT_BYTES = 0x1000;
const ONES = 0xffff_ffff;

/** The IOMMU of the machine that is looked at. */
interface Chipset {
  iommu: Iommu;
  remapping: InterruptRemapping;
}

/**
 * The parts of a host that management looks at, built as `of` says: processor, chipset, firmware's tables
 * and methods, root ports, and the NIC's configuration space as the firmware leaves it.
 */
export function buildPlatform(of: HostCapabilities, pci: HostPci, chipset: Chipset): PlatformFacts {
  const hostBridge = new ConfigurationSpace(256);
  hostBridge.define(BRIDGE_CAPID0, 4, of.dmaRemapping ? 0 : CAPID0_NO_REMAPPING);
  return {
    secondaryControls: of.slat ? CONTROL_ENABLE_EPT : 0,
    hostBridge,
    remappingAllowed: of.remappingEnabled,
    tables: publishTables(of),
    readPhysical: unitReader(of, chipset),
    evaluateOsc: (control) => (of.expressControl ? control : control & ~OSC_EXPRESS_CAPABILITIES),
    rootPorts: [pci.nicPort.configuration, pci.otherPort.configuration],
  };
}

/** The NIC below the first root port. */
export function buildAdapter(of: HostCapabilities, pci: HostPci): AdapterFacts {
  return {
    name: 'Ethernet',
    configuration: pci.nic.pf.configuration,
    requesterId: pci.pf.requesterId,
    port: pci.nicPort.configuration,
    driverLoaded: of.pfDriver,
    keyword: of.sriovKeyword,
  };
}

function publishTables(of: HostCapabilities): Map<string, Uint8Array> {
  const tables = new Map<string, Uint8Array>();
  if (of.pciExpress) tables.set('MCFG', makeExpressTable(EXPRESS_WINDOW, 255));
  if (of.biosSupport && of.dmaRemapping) {
    const base = of.firmwareTables ? REMAPPING_UNIT : NO_UNIT;
    tables.set('DMAR', makeRemappingTable(base, of.interruptRemapping));
  }
  return tables;
}

/** The registers of the chipset's unit; ones wherever nothing answers. */
function unitReader(of: HostCapabilities, { iommu, remapping }: Chipset) {
  if (!of.dmaRemapping) return () => ONES;
  const registers = new IommuRegisters(iommu, remapping);
  return (address: number): number => {
    const offset = address - REMAPPING_UNIT;
    if (offset < 0 || offset >= UNIT_BYTES) return ONES;
    const word = registers.read32(offset);
    const lacking = offset === REMAPPING_EXTENDED_CAPABILITIES && !of.interruptRemapping;
    return lacking ? word & ~ECAP_INTERRUPT_REMAPPING : word;
  };
}
