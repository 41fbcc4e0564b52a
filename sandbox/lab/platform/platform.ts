import { ConfigurationSpace } from '../../machine/bus/pci/configuration-space.ts';
import type { AdapterFacts, PlatformFacts } from '../../machine/host/management/facts.ts';
import {
  BRIDGE_CAPID0,
  BRIDGE_SUBORDINATE_BUS,
  CAPABILITY_ACS,
  CAPABILITY_SRIOV,
  CAPID0_NO_REMAPPING,
  CONTROL_ENABLE_EPT,
  ECAP_INTERRUPT_REMAPPING,
  FIRST_EXTENDED_CAPABILITY,
  OSC_EXPRESS_CAPABILITIES,
  REMAPPING_EXTENDED_CAPABILITIES,
  REMAPPING_VERSION,
  SRIOV_FIRST_OFFSET,
  SRIOV_STRIDE,
  SRIOV_TOTAL_VFS,
  SRIOV_VF_BARS,
} from '../../machine/host/management/spec.ts';
import type { HostCapabilities } from './capabilities.ts';
import { makeExpressTable, makeRemappingTable } from './firmware-tables.ts';

/** Where the chipset's remapping unit answers, and where wrong firmware says it is. */
const REMAPPING_UNIT = 0xfed9_0000;
const NO_UNIT = 0xfed9_1000;
const EXPRESS_WINDOW = 0xe000_0000;
/** Version 1.0 of the unit. */
const UNIT_VERSION = 0x10;
const CAPABILITY_AER = 0x0001;
const ACS_AT = 0x140;
/** The 82576's capability, and its first offset with and without ARI (content/sources). */
const SRIOV_AT = 0x160;
const FIRST_OFFSET_ARI = 0x80;
const FIRST_OFFSET = 0x180;
const STRIDE = 2;
/** Each virtual function has two apertures, a 64-bit one at place 0 and one at place 3. */
const VF_APERTURE = 16 * 1024;
const VF_APERTURES = [0, 3];
const BAR_64_PREFETCHABLE = 0xc;
/** Below the NIC's root port: the start of its window, and what the physical function takes of it. */
const WINDOW_BASE = 0xfe80_0000;
const PF_BYTES = 256 * 1024;
const ROOMY_WINDOW = 8 << 20;
const NIC_BUS = 1;

/**
 * The parts of a host that management looks at, built as `of` says: processor, chipset, firmware's tables
 * and methods, root ports, and the NIC's configuration space as the firmware leaves it.
 */
export function buildPlatform(
  of: HostCapabilities,
): PlatformFacts & { nicPort: ConfigurationSpace } {
  const hostBridge = new ConfigurationSpace(256);
  hostBridge.define(BRIDGE_CAPID0, 4, of.dmaRemapping ? 0 : CAPID0_NO_REMAPPING);
  const nicPort = rootPort(of.acs && of.acsInSlot, of.busNumbers);
  return {
    secondaryControls: of.slat ? CONTROL_ENABLE_EPT : 0,
    hostBridge,
    remappingAllowed: of.remappingEnabled,
    tables: publishTables(of),
    readPhysical: (address) => readUnit(of, address),
    evaluateOsc: (control) => (of.expressControl ? control : control & ~OSC_EXPRESS_CAPABILITIES),
    rootPorts: [nicPort, rootPort(of.acs, true)],
    nicPort,
  };
}

/** The NIC below the first root port. */
export function buildAdapter(
  of: HostCapabilities,
  port: ConfigurationSpace,
  requesterId: number,
): AdapterFacts {
  const configuration = new ConfigurationSpace(4096);
  const ari = of.busNumbers;
  defineExtended(configuration, FIRST_EXTENDED_CAPABILITY, CAPABILITY_AER, SRIOV_AT);
  defineExtended(configuration, SRIOV_AT, CAPABILITY_SRIOV, 0);
  configuration.define(SRIOV_AT + SRIOV_TOTAL_VFS, 2, of.virtualFunctions);
  configuration.define(SRIOV_AT + SRIOV_FIRST_OFFSET, 2, ari ? FIRST_OFFSET_ARI : FIRST_OFFSET);
  configuration.define(SRIOV_AT + SRIOV_STRIDE, 2, STRIDE);
  giveAddresses(configuration, of);
  return {
    name: 'Ethernet',
    configuration,
    requesterId,
    port,
    driverLoaded: of.pfDriver,
    keyword: of.sriovKeyword,
  };
}

/** What the firmware does with the window of the root port: first the physical function, then the VFs. */
function giveAddresses(configuration: ConfigurationSpace, of: HostCapabilities): void {
  const window = of.barSpace ? ROOMY_WINDOW : PF_BYTES;
  const aperture = VF_APERTURE * of.virtualFunctions;
  let used = PF_BYTES;
  for (const place of VF_APERTURES) {
    const fits = used + aperture <= window;
    const address = fits ? WINDOW_BASE + used : 0;
    configuration.define(
      SRIOV_AT + SRIOV_VF_BARS + 4 * place,
      4,
      (address | BAR_64_PREFETCHABLE) >>> 0,
      -VF_APERTURE,
    );
    if (fits) used += aperture;
  }
}

function rootPort(acs: boolean, forwardsAri: boolean): ConfigurationSpace {
  const port = new ConfigurationSpace(4096);
  // Without ARI forwarding the first virtual function is beyond the bus, and firmware left no more.
  port.define(BRIDGE_SUBORDINATE_BUS, 1, forwardsAri ? NIC_BUS + 1 : NIC_BUS);
  defineExtended(port, FIRST_EXTENDED_CAPABILITY, CAPABILITY_AER, acs ? ACS_AT : 0);
  if (acs) defineExtended(port, ACS_AT, CAPABILITY_ACS, 0);
  return port;
}

function defineExtended(space: ConfigurationSpace, at: number, id: number, next: number): void {
  space.define(at, 4, (id | (1 << 16) | (next << 20)) >>> 0);
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
function readUnit(of: HostCapabilities, address: number): number {
  const offset = address - REMAPPING_UNIT;
  if (!of.dmaRemapping || offset < 0 || offset >= 0x1000) return 0xffff_ffff;
  if (offset === REMAPPING_VERSION) return UNIT_VERSION;
  if (offset === REMAPPING_EXTENDED_CAPABILITIES)
    return of.interruptRemapping ? ECAP_INTERRUPT_REMAPPING : 0;
  return 0;
}
