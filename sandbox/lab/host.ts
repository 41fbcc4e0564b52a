import type { LinkSpeed } from '../machine/devices/sriov-nic/function.ts';
import { SriovNic } from '../machine/devices/sriov-nic/nic.ts';
import { LINK_SPEEDS, REG_LINK_SPEED } from '../machine/devices/sriov-nic/spec.ts';
import { Engine, NANOSECOND } from '../machine/engine/engine.ts';
import { Trace } from '../machine/engine/trace.ts';
import { ExternalPort } from '../machine/host/external-port.ts';
import { InterceptService } from '../machine/host/intercept-service.ts';
import { PF_VECTOR, PfQueue, setPhysicalLinkSpeed } from '../machine/host/pf-driver.ts';
import { PfDriver } from '../machine/host/pf-hardware.ts';
import { VirtualSwitch } from '../machine/host/virtual-switch.ts';
import { RootMessages } from '../machine/host/vmbus/root-messages.ts';
import { InterruptRemapping } from '../machine/iommu/interrupt-remapping.ts';
import { DMA_READ, DMA_WRITE, Iommu } from '../machine/iommu/iommu.ts';
import { MemoryRequests } from '../machine/iommu/memory-requests.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../machine/memory/host-memory.ts';
import { MemoryBus } from '../machine/memory/memory-bus.ts';
import type { Costs } from '../machine/partition/costs.ts';
import { Hypervisor } from '../machine/partition/hypervisor.ts';
import { Ledger } from '../machine/partition/ledger.ts';
import { LogicalProcessor } from '../machine/partition/logical-processor.ts';
import { FIRST_VECTOR, MSR_SINT0, SINT_VMBUS } from '../machine/partition/synic-spec.ts';
import { VirtualProcessor } from '../machine/partition/virtual-processor.ts';
import { VMBUS_VECTOR } from '../machine/vmbus/channel.ts';
import { VmbusInterrupts } from '../machine/vmbus/interrupts.ts';
import { type FrameReceiver, Link } from '../machine/wire/link.ts';
import { HostManagement, switchCapabilities } from './management.ts';
import { completeCapabilities, type HostCapabilities } from './platform/capabilities.ts';
import { connectFunctions, vfWindow } from './platform/nic-functions.ts';
import { buildPci, type HostPci } from './platform/pci.ts';
import { UsageError } from './usage.ts';
import { VirtualMachine } from './virtual-machine.ts';
import { VMSwitch } from './vm-switch.ts';

/** Requester id of the NIC's physical function: bus 1, device 0, function 0. */
export const PHYSICAL_FUNCTION = 0x0100;
/**
 * Where the physical function's registers stand among the host's physical addresses: beyond all memory, and
 * mapped for the root alone. The number is this model's; only that no child has it mapped matters.
 */
export const PHYSICAL_FUNCTION_REGISTERS = 0xfe00_0000;
const MEBIBYTE = 1 << 20;
/** Host memory that 32-bit addresses reach. */
const MEMORY_LIMIT = 4096 * MEBIBYTE - LARGE_PAGE_SIZE;
/** Delay of the link in each direction: about 100 m of cable. */
const LINK_DELAY = 500 * NANOSECOND;

/** What a host is made of. */
export interface HostOptions {
  costs: Costs;
  /** Line rate of the link, Gb/s. */
  lineGbps: number;
  /** Processors of the root. 0 for a machine without a hypervisor. */
  rootCores: number;
  /** Longest frame without FCS that anything on the machine has to carry. */
  maxFrame: number;
  /** Memory that guests will need, in bytes. */
  guestBytes: number;
  /** Whether a virtual function's interrupts reach a running guest without an exit. */
  postedInterrupts: boolean;
  /** Queue pairs of the physical function; one for each processor of the root when left out. */
  physicalQueues?: number;
  /** Steps that the trace keeps; 0 for none. */
  traceSteps?: number;
  /** What it has of what SR-IOV needs; everything when left out. */
  capabilities?: Partial<HostCapabilities>;
}

/**
 * A physical machine: processors, memory, an IOMMU, an SR-IOV NIC on a link, and, unless `rootCores` is
 * 0, a hypervisor with its root partition. Its methods speak Hyper-V Manager's words.
 */
export class HyperVHost {
  readonly engine: Engine;
  readonly ledger = new Ledger();
  readonly memory: HostMemory;
  /** What all processors and devices move to and from the memory. */
  readonly memoryBus: MemoryBus;
  readonly iommu: Iommu;
  readonly remapping: InterruptRemapping;
  /** The PCI Express hierarchy, with the NIC's functions in it. */
  readonly pci: HostPci;
  /** What functions' memory requests pass through. */
  readonly requests: MemoryRequests;
  /** The root's driver of the physical function, as far as it serves the NIC's switch. */
  readonly pfDriver: PfDriver;
  readonly hypervisor: Hypervisor;
  readonly nic: SriovNic;
  /** Away from the machine, and towards it. */
  readonly lineOut: Link;
  readonly lineIn: Link;
  readonly root: VirtualProcessor[] = [];
  readonly guestProcessors: LogicalProcessor[] = [];
  readonly machines: VirtualMachine[] = [];
  readonly options: HostOptions;
  readonly intercepts: InterceptService;
  readonly vmbusMessages: RootMessages;
  readonly management: HostManagement;
  #vmbus = new Map<VirtualProcessor, VmbusInterrupts>();

  constructor(options: HostOptions) {
    this.options = options;
    this.engine = new Engine(new Trace(options.traceSteps ?? 0));
    this.engine.trace.recording = false;
    const jumbo = options.maxFrame > 2048;
    const slots = jumbo ? 256 : 1024;
    const fixed = (jumbo ? 24 : 10) * MEBIBYTE + options.rootCores * (jumbo ? 9 : 2) * MEBIBYTE;
    const bytes = fixed + options.guestBytes + LARGE_PAGE_SIZE;
    if (bytes > MEMORY_LIMIT)
      throw new UsageError(
        `vms, queues and frame: such machines take ${Math.ceil(bytes / MEBIBYTE)} MiB; the host has at most ${MEMORY_LIMIT / MEBIBYTE}`,
      );
    this.memory = new HostMemory(bytes);
    this.memoryBus = new MemoryBus(options.costs.memoryBytesPerSecond);
    this.hypervisor = new Hypervisor(this.memory);
    this.intercepts = new InterceptService(this.memory);
    this.vmbusMessages = new RootMessages(this.memory, this.hypervisor);
    this.iommu = new Iommu(this.memory);
    this.remapping = new InterruptRemapping({
      host: this.memory,
      recording: this.iommu.recording,
    });
    const capabilities = completeCapabilities(options.capabilities);
    this.pci = buildPci(capabilities, { virtual: (n, bar) => vfWindow(this.nic, n, bar) });
    this.requests = new MemoryRequests({
      host: this.memory,
      iommu: this.iommu,
      remapping: this.remapping,
      router: this.pci.complex,
    });
    const link = (name: string, bitsPerSecond: number, delay: number) =>
      new Link(this.engine, this.memory, this.ledger, {
        bitsPerSecond,
        delay,
        slots,
        maxFrame: options.maxFrame,
        name,
      });
    this.lineOut = link('line out', options.lineGbps * 1e9, LINK_DELAY);
    this.lineIn = link('line in', options.lineGbps * 1e9, LINK_DELAY);
    const loopback = link('inside', options.costs.pcieBitsPerSecond, 0);
    const queues = options.physicalQueues ?? Math.max(1, options.rootCores);
    this.nic = new SriovNic(
      {
        engine: this.engine,
        host: this.memory,
        iommu: this.iommu,
        remapping: this.remapping,
        ledger: this.ledger,
        costs: options.costs,
        memory: this.memoryBus,
        line: this.lineOut,
        partner: this.lineIn,
        loopback,
        speed: this.#linkSpeed(),
      },
      PHYSICAL_FUNCTION,
      queues,
    );
    connectFunctions(this.pci, this.nic);
    this.pfDriver = new PfDriver({
      capabilities: switchCapabilities(capabilities),
      access: this.pci.complex,
      pf: this.pci.pf,
      nic: this.nic,
    });
    this.lineIn.receiver = this.nic;
    loopback.receiver = this.nic.inside;
    for (let core = 0; core < options.rootCores; core++) this.#addRootProcessor();
    this.#attachPhysicalFunction();
    this.management = new HostManagement(this, capabilities);
  }

  /** Connects what stands at the far end of the link. */
  connectPeer(peer: FrameReceiver): void {
    this.lineOut.receiver = peer;
  }

  /**
   * A virtual switch on the NIC, and with it the root's driver of the physical function.
   * @throws UsageError on a machine without a root partition
   */
  newVMSwitch(settings: { enableIov?: boolean; softwareRsc?: boolean } = {}): VMSwitch {
    if (this.root.length === 0)
      throw new UsageError('newVMSwitch: this machine has no root partition (rootCores is 0)');
    const core = new VirtualSwitch(this.memory, this.options.maxFrame);
    const external = new ExternalPort();
    core.connectExternal(external);
    const pf = this.nic.functions[0];
    for (const [i, processor] of this.root.entries()) {
      const { maxFrame } = this.options;
      external.add(new PfQueue(this.memory, pf, i, processor, core, external, maxFrame));
      for (const vector of [2 * i, 2 * i + 1])
        pf.messages[vector] = this.remapping.add({
          sourceId: PHYSICAL_FUNCTION,
          processor,
          vector: PF_VECTOR + i,
          posted: false,
        });
    }
    const { enableIov, softwareRsc } = settings;
    if (softwareRsc === true) external.coalesceReceived(pf);
    return new VMSwitch(core, external, enableIov === true, softwareRsc === true);
  }

  /**
   * A virtual machine with `processors` virtual processors, each on a core of its own. Its guest proposes
   * `vmbusVersions`, the newest first; those of the Linux client when left out.
   */
  newVM(settings: {
    processors?: number;
    memoryBytes: number;
    vmbusVersions?: readonly number[];
  }): VirtualMachine {
    const machine = new VirtualMachine(this, this.machines.length, settings);
    this.machines.push(machine);
    return machine;
  }

  /** The channel interrupts of a processor, made when first asked for. */
  vmbusOf(processor: VirtualProcessor): VmbusInterrupts {
    let interrupts = this.#vmbus.get(processor);
    if (interrupts === undefined) {
      interrupts = new VmbusInterrupts(processor.kind === 'root' ? 'root' : 'guest');
      this.#vmbus.set(processor, interrupts);
      processor.install(VMBUS_VECTOR, interrupts);
      if (processor.kind === 'root')
        processor.synic?.writeMsr(MSR_SINT0 + SINT_VMBUS, FIRST_VECTOR + VMBUS_VECTOR, 0);
    }
    return interrupts;
  }

  /** A core for a guest's processor, or for the only system of a machine without a hypervisor. */
  addGuestCore(kind: 'guest' | 'bare'): VirtualProcessor {
    const lp = this.#newCore();
    this.guestProcessors.push(lp);
    return new VirtualProcessor(lp, kind);
  }

  /**
   * The root's administrator sets the speed of the physical link, in Mb/s: the driver of the physical
   * function writes the NIC's register. Guests have no such register; see REG_LINK_SPEED.
   * @throws UsageError for a speed that the line does not have, or without a root partition
   */
  setLinkSpeed(megabits: number): void {
    const fastest = this.options.lineGbps * 1000;
    const speeds = LINK_SPEEDS.filter((speed) => speed <= fastest);
    if (!speeds.includes(megabits))
      throw new UsageError(
        `setLinkSpeed: ${megabits} is not one of ${speeds.join(', ')} Mb/s, which this line can do`,
      );
    if (this.root.length === 0)
      throw new UsageError('setLinkSpeed: this machine has no root partition (rootCores is 0)');
    setPhysicalLinkSpeed(this.nic.functions[0], this.root[0], megabits);
  }

  /** Speed of the physical link now, in Mb/s. */
  get linkSpeed(): number {
    return this.nic.functions[0].read(REG_LINK_SPEED);
  }

  #newCore(): LogicalProcessor {
    const { engine, ledger, options, memoryBus } = this;
    return new LogicalProcessor(engine, ledger, options.costs, memoryBus);
  }

  #linkSpeed(): LinkSpeed {
    const { lineOut, lineIn } = this;
    return {
      get megabits() {
        return lineOut.bitsPerSecond / 1e6;
      },
      fastest: this.options.lineGbps * 1000,
      set(megabits: number) {
        lineOut.setRate(megabits * 1e6);
        lineIn.setRate(megabits * 1e6);
      },
    };
  }

  #addRootProcessor(): void {
    const lp = this.#newCore();
    const processor = new VirtualProcessor(lp, 'root');
    this.hypervisor.root.add(processor);
    this.intercepts.enable(processor);
    this.root.push(processor);
  }

  /** The root's domain: all of host memory, at the same addresses. */
  #attachPhysicalFunction(): void {
    const domain = this.iommu.createDomain();
    for (let at = 0; at < this.memory.size; at += LARGE_PAGE_SIZE)
      this.iommu.map(domain, at, at, DMA_READ | DMA_WRITE, true);
    this.iommu.attach(PHYSICAL_FUNCTION, domain);
  }
}
