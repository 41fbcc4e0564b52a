import type { Costs } from '../machine/partition/costs.ts';
import { PCIE_PAYLOAD_GBPS } from './profile/figures.ts';
import type { Profile } from './profile/schema.ts';
import { UsageError } from './usage.ts';

export { findProfile } from './profile/choice.ts';
export { PROFILES } from './profile/course.ts';
export type { Primitive, Profile } from './profile/schema.ts';

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
    pcieBitsPerSecond: pcieGbps(profile) * 1e9,
    memoryBytesPerSecond: figure('memory_bandwidth') * 1e9,
    apicVirtualization: profile.apicv,
  };
}

function pcieGbps({ id, pcie }: Profile): number {
  const found = PCIE_PAYLOAD_GBPS[pcie];
  if (found === undefined) throw new UsageError(`profile '${id}': there is no link '${pcie}'`);
  return found;
}
