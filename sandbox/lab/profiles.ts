import icelake from '../../content/profiles/icelake-zen3-2021.json' with { type: 'json' };
import nehalem from '../../content/profiles/nehalem-2008r2.json' with { type: 'json' };
import sandybridge from '../../content/profiles/sandybridge-2012.json' with { type: 'json' };
import skylake from '../../content/profiles/skylake-2017.json' with { type: 'json' };
import type { Costs } from '../machine/partition/costs.ts';
import { UsageError } from './usage.ts';

/** One figure of a profile, with where it comes from and how sure it is. */
export interface Primitive {
  value: number;
  unit: string;
  status: string;
  source: string[];
  note: string;
}

/** A generation of machines: its clock, its bus, and what primitive operations cost on it. */
export interface Profile {
  id: string;
  name: string;
  ghz: number;
  pcie: string;
  apicv: boolean;
  postedInterrupts: boolean;
  p: Record<string, Primitive>;
}

/** The profiles, oldest first. */
export const PROFILES: readonly Profile[] = [nehalem, sandybridge, skylake, icelake] as Profile[];

/** Payload of 1514-byte writes over a PCI Express link, Gb/s: closed forms of `reference/limits`. */
const PCIE_PAYLOAD_GBPS: Record<string, number> = {
  'gen2 x8': 26.2,
  'gen3 x8': 52.9,
  'gen3 x16': 103.8,
  'gen4 x16': 207.6,
};

/** The profile `id`. @throws UsageError that names the ids there are */
export function findProfile(id: string): Profile {
  const found = PROFILES.find((profile) => profile.id === id);
  if (found !== undefined) return found;
  const ids = PROFILES.map((profile) => profile.id).join(', ');
  throw new UsageError(`profile: there is no '${id}'; choose one of ${ids}`);
}

/** The machine's costs from a profile's figures. @throws UsageError for a figure that is missing */
export function costsOf(profile: Profile): Costs {
  const figure = (name: string): number => {
    const primitive = profile.p[name];
    if (primitive === undefined || !(primitive.value >= 0))
      throw new UsageError(`profile '${profile.id}': '${name}' needs a value of 0 or more`);
    return primitive.value;
  };
  const cycles = (name: string) => figure(name);
  const picoseconds = (name: string) => Math.round(figure(name) * 1e3);
  return {
    hertz: profile.ghz * 1e9,
    vmexit: cycles('vmexit_rtt'),
    exitInHypervisor: cycles('exit_in_hypervisor'),
    exitUserMode: cycles('exit_user_vmm'),
    doorbellKick: cycles('doorbell_kick'),
    interruptInject: cycles('virq_inject'),
    endOfInterrupt: cycles('virq_eoi'),
    externalInterruptExit: cycles('ext_irq_exit'),
    interruptHandler: cycles('irq_handler'),
    syscall: cycles('syscall_rtt'),
    threadSwitch: figure('thread_switch') * profile.ghz,
    copyWarm: figure('memcpy_warm'),
    copyCold: figure('memcpy_cold'),
    nicDriver: cycles('nic_driver_pkt'),
    stack: cycles('stack_udp_pkt'),
    virtualSwitch: cycles('vswitch_pkt'),
    serviceProvider: cycles('vsp_pkt'),
    serviceClient: cycles('vsc_pkt'),
    ringPacket: cycles('ring_pkt'),
    workerFrame: cycles('worker_frame'),
    doorbellWrite: cycles('doorbell_write'),
    haltWake: picoseconds('vcpu_halt_wake'),
    rootWake: picoseconds('root_wake'),
    mmioWrite: picoseconds('mmio_write'),
    dmaReadDescriptor: picoseconds('pcie_read64'),
    dmaReadFrame: picoseconds('pcie_read1520'),
    dmaWrite: picoseconds('dma_write'),
    iotlbMiss: picoseconds('iotlb_miss'),
    pcieBitsPerSecond: (PCIE_PAYLOAD_GBPS[profile.pcie] ?? 26.2) * 1e9,
    memoryBytesPerSecond: figure('memory_bandwidth') * 1e9,
    apicVirtualization: profile.apicv,
  };
}
