import { UsageError } from '../usage.ts';

/**
 * What a host has that SR-IOV needs; each can be taken away. They say how the machine is built, not what
 * management answers: that is found by looking at the machine.
 */
export interface HostCapabilities {
  /** The processor translates guest addresses itself (EPT). */
  slat: boolean;
  /** The chipset's unit remaps interrupts. */
  interruptRemapping: boolean;
  /** The chipset has a unit that remaps DMA. */
  dmaRemapping: boolean;
  /** The system uses it; false as after a boot option that turns it off. */
  remappingEnabled: boolean;
  /** The BIOS offers it to the system; false as with the setting off, or an old BIOS. */
  biosSupport: boolean;
  /** The BIOS describes it where it is. */
  firmwareTables: boolean;
  /** The firmware reports PCI Express. */
  pciExpress: boolean;
  /** The firmware hands control of PCI Express over when asked (_OSC). */
  expressControl: boolean;
  /** Some root port has Access Control Services. */
  acs: boolean;
  /** The root port above the NIC has them. */
  acsInSlot: boolean;
  /** There is room for the registers of all virtual functions below the NIC's root port. */
  barSpace: boolean;
  /** There are bus numbers for all virtual functions. */
  busNumbers: boolean;
  /** The driver of the physical function has the SR-IOV interface. */
  pfDriver: boolean;
  /** The NIC's setting *SRIOV. */
  sriovKeyword: boolean;
  /** Virtual functions of the NIC, 1 to 63. */
  virtualFunctions: number;
  /** Ports of the switch in the NIC, the physical function's default one among them. */
  virtualPorts: number;
  queuePairs: number;
  /** Whether ports come from one pool; otherwise one is set aside for each virtual function. */
  singleVPortPool: boolean;
}

export type CapabilityName = keyof HostCapabilities;

const WHOLE: HostCapabilities = {
  slat: true,
  interruptRemapping: true,
  dmaRemapping: true,
  remappingEnabled: true,
  biosSupport: true,
  firmwareTables: true,
  pciExpress: true,
  expressControl: true,
  acs: true,
  acsInSlot: true,
  barSpace: true,
  busNumbers: true,
  pfDriver: true,
  sriovKeyword: true,
  virtualFunctions: 63,
  virtualPorts: 64,
  queuePairs: 512,
  singleVPortPool: false,
};

const LEAST = { virtualFunctions: 1, virtualPorts: 2, queuePairs: 2 };
const MOST = { virtualFunctions: 63, virtualPorts: 64, queuePairs: 1024 };

/** A host with all that it needs, but for `changes`. @throws UsageError for what there is not */
export function completeCapabilities(changes: Partial<HostCapabilities> = {}): HostCapabilities {
  for (const [name, value] of Object.entries(changes)) checkCapability(name, value);
  const of = { ...WHOLE, ...changes };
  if (of.virtualPorts <= of.virtualFunctions)
    throw new UsageError(
      `capabilities: virtualPorts ${of.virtualPorts} must be more than virtualFunctions ${of.virtualFunctions}`,
    );
  if (of.queuePairs < of.virtualPorts)
    throw new UsageError(
      `capabilities: queuePairs ${of.queuePairs} must be at least virtualPorts ${of.virtualPorts}`,
    );
  return of;
}

function checkCapability(name: string, value: unknown): void {
  if (!Object.hasOwn(WHOLE, name))
    throw new UsageError(
      `capabilities: there is no '${name}'; there are ${Object.keys(WHOLE).join(', ')}`,
    );
  if (Object.hasOwn(LEAST, name)) {
    const least = LEAST[name as keyof typeof LEAST];
    const most = MOST[name as keyof typeof MOST];
    if (!(Number.isInteger(value) && (value as number) >= least && (value as number) <= most))
      throw new UsageError(
        `capabilities: ${name} ${String(value)} is not a whole number from ${least} to ${most}`,
      );
  } else if (typeof value !== 'boolean')
    throw new UsageError(`capabilities: ${name} '${String(value)}' is not true or false`);
}
