import { ACS_ISOLATION } from '../../machine/bus/pci/capabilities/acs.ts';
import type { Link } from '../../machine/bus/pci/capabilities/express.ts';
import { ConfigurationSpace } from '../../machine/bus/pci/configuration-space.ts';
import type { Resources } from '../../machine/bus/pci/enumeration.ts';
import { RootComplex } from '../../machine/bus/pci/topology.ts';
import { NicBusFunctions } from '../../machine/devices/sriov-nic/configuration-functions.ts';
import { INTEL_82576 } from '../../machine/devices/sriov-nic/configuration-spec.ts';
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

/** Where the chipset's remapping unit answers, and where wrong firmware says it is. */
const REMAPPING_UNIT = 0xfed9_0000;
const UNIT_BYTES = 0x1000;
const NO_UNIT = 0xfed9_1000;
const EXPRESS_WINDOW = 0xe000_0000;
const ONES = 0xffff_ffff;
const MEBIBYTE = 1 << 20;
const LINK: Link = { speed: 2, width: 8 };
/** Below a port that forwards no ARI the first virtual function stands on the next bus. */
const FIRST_OFFSET_WITHOUT_ARI = 0x180;

/** The IOMMU of the machine that is looked at. */
interface Chipset {
  iommu: Iommu;
  remapping: InterruptRemapping;
}

/** What management looks at on a host: the host itself, and its NIC. */
export interface PlatformParts {
  platform: PlatformFacts;
  adapter: AdapterFacts;
}

/**
 * The parts of a host that management looks at, built as `of` says and enumerated as firmware does it:
 * processor, chipset, tables and methods of the firmware, root ports, and the NIC's configuration space.
 */
export function buildPlatform(of: HostCapabilities, chipset: Chipset): PlatformParts {
  const complex = new RootComplex();
  const services = (here: boolean) => (here ? ACS_ISOLATION : 0);
  const nicPort = complex.addRootPort({
    link: LINK,
    services: services(of.acs && of.acsInSlot),
    ari: of.busNumbers,
  });
  complex.addRootPort({ link: LINK, services: services(of.acs), ari: true });
  const nic = new NicBusFunctions({
    part: {
      ...INTEL_82576,
      totalVfs: of.virtualFunctions,
      firstOffsetWithoutAri: FIRST_OFFSET_WITHOUT_ARI,
    },
  });
  complex.attach(nicPort, nic.endpoint);
  complex.enumerate(resourcesOf(of));
  const hostBridge = new ConfigurationSpace(256);
  hostBridge.define(BRIDGE_CAPID0, 4, of.dmaRemapping ? 0 : CAPID0_NO_REMAPPING);
  const platform: PlatformFacts = {
    secondaryControls: of.slat ? CONTROL_ENABLE_EPT : 0,
    hostBridge,
    remappingAllowed: of.remappingEnabled,
    tables: publishTables(of),
    readPhysical: unitReader(of, chipset),
    evaluateOsc: (control) => (of.expressControl ? control : control & ~OSC_EXPRESS_CAPABILITIES),
    rootPorts: complex.rootPorts.map(({ configuration }) => configuration),
  };
  const adapter: AdapterFacts = {
    name: 'Ethernet',
    configuration: nic.pf.configuration,
    requesterId: nic.pf.requesterId,
    port: nicPort.configuration,
    driverLoaded: of.pfDriver,
    keyword: of.sriovKeyword,
  };
  return { platform, adapter };
}

/** What the firmware has to give: buses, ports, memory, and memory for the virtual functions. */
function resourcesOf(of: HostCapabilities): Resources {
  return {
    lastBus: of.busNumbers ? 255 : 1,
    io: { base: 0x1000, size: 0xf000 },
    memory: { base: 0xf000_0000, size: 64 * MEBIBYTE },
    prefetchable: { base: 0x10_0000_0000, size: of.barSpace ? 64 * MEBIBYTE : 0 },
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
