/**
 * What primitive operations cost, in cycles of the processor, and what hardware takes, in picoseconds.
 * The machine charges these and nothing else; the lab fills them in from a cost profile.
 */
export interface Costs {
  /** Clock, in Hz. */
  hertz: number;
  /** World switch there and back with nothing done. */
  vmexit: number;
  /** An exit that the hypervisor itself completes, such as an access to the local APIC. */
  exitInHypervisor: number;
  /** An access emulated in user mode; what a second partition adds to it is in decision 0010. */
  exitUserMode: number;
  /** A hypercall that signals another partition. */
  doorbellKick: number;
  /** Injection of a virtual interrupt into a processor that runs. */
  interruptInject: number;
  endOfInterrupt: number;
  /** The exit that a physical interrupt causes in a running guest. */
  externalInterruptExit: number;
  /** Entry, dispatch and return of an interrupt handler, with or without a hypervisor. */
  interruptHandler: number;
  syscall: number;
  threadSwitch: number;
  /** Cycles per byte of a copy whose source is, or is not, in the cache. */
  copyWarm: number;
  copyCold: number;
  /** A NIC driver's work for one frame. */
  nicDriver: number;
  /** The network stack's work for one datagram, without system call and driver. */
  stack: number;
  /** Look-up and forwarding of one frame in the root's virtual switch. */
  virtualSwitch: number;
  /** A VSP's work for one frame, without copy and ring. */
  serviceProvider: number;
  /** A VSC's work for one frame, without copy and ring. */
  serviceClient: number;
  /** Writing or reading one ring packet. */
  ringPacket: number;
  /** The worker process handing a frame to, or taking it from, the virtual switch. */
  workerFrame: number;
  /** A processor's own share of a posted register write. */
  doorbellWrite: number;
  /** From the interrupt to the first instruction of a halted virtual processor, in ps. */
  haltWake: number;
  /** The same for a processor of the root, which the hypervisor keeps ready, in ps. */
  rootWake: number;
  /** A posted write on its way to the device, in ps. */
  mmioWrite: number;
  /** A DMA read's round trip for a descriptor and for a frame, in ps. */
  dmaReadDescriptor: number;
  dmaReadFrame: number;
  /** A DMA write until the processor can see it, in ps. */
  dmaWrite: number;
  /** A walk of the IOMMU's tables, in ps. */
  iotlbMiss: number;
  /** Payload that the PCI Express link of the NIC moves in each direction, bits a second. */
  pcieBitsPerSecond: number;
  /** What the memory of one socket can move at most for processors and devices together, bytes a second. */
  memoryBytesPerSecond: number;
  /** Whether the processor virtualises the APIC: no exit at end of interrupt. */
  apicVirtualization: boolean;
}

/**
 * The shares of `exitUserMode` by who does the work: world switch, message, the kernel's copy of it,
 * system call, and the rest in the worker process. In cycles; together they are the published figure.
 */
export function messageCycles(costs: Costs): number {
  return Math.max(0, Math.min(costs.exitInHypervisor, costs.exitUserMode) - costs.vmexit);
}

/** The root kernel's copy of an intercept message from its slot to the worker's. */
export function messageCopyCycles(costs: Costs): number {
  return costs.copyWarm * 256;
}

/** What is left for the worker process: decode, and the device model's register. */
export function emulationCycles(costs: Costs): number {
  const before = costs.vmexit + messageCycles(costs) + messageCopyCycles(costs);
  return Math.max(0, costs.exitUserMode - before - costs.syscall);
}
