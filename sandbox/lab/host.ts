import { SriovNic } from '../machine/devices/sriov-nic/nic.ts';
import { Engine, NANOSECOND } from '../machine/engine/engine.ts';
import { Trace } from '../machine/engine/trace.ts';
import { InterceptService } from '../machine/host/intercept-service.ts';
import { ExternalPort, PF_VECTOR, PfQueue } from '../machine/host/pf-driver.ts';
import { VirtualSwitch } from '../machine/host/virtual-switch.ts';
import { InterruptRemapping } from '../machine/iommu/interrupt-remapping.ts';
import { DMA_READ, DMA_WRITE, Iommu } from '../machine/iommu/iommu.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../machine/memory/host-memory.ts';
import type { Costs } from '../machine/partition/costs.ts';
import { Hypervisor } from '../machine/partition/hypervisor.ts';
import { Ledger } from '../machine/partition/ledger.ts';
import { LogicalProcessor } from '../machine/partition/logical-processor.ts';
import { VirtualProcessor } from '../machine/partition/virtual-processor.ts';
import { VMBUS_VECTOR } from '../machine/vmbus/channel.ts';
import { VmbusInterrupts } from '../machine/vmbus/interrupts.ts';
import { type FrameReceiver, Link } from '../machine/wire/link.ts';
import { UsageError } from './usage.ts';
import { VirtualMachine } from './virtual-machine.ts';

/** Requester id of the NIC's physical function: bus 1, device 0, function 0. */
export const PHYSICAL_FUNCTION = 0x0100;
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
}

/** A virtual switch as its settings page has it. Single-root I/O virtualization is chosen at creation. */
export class VMSwitch {
  readonly enableIov: boolean;
  readonly core: VirtualSwitch;
  readonly external: ExternalPort;

  constructor(core: VirtualSwitch, external: ExternalPort, enableIov: boolean) {
    this.core = core;
    this.external = external;
    this.enableIov = enableIov;
  }
}

/**
 * A physical machine: processors, memory, an IOMMU, an SR-IOV NIC on a link, and, unless `rootCores` is
 * 0, a hypervisor with its root partition. Its methods speak Hyper-V Manager's words.
 */
export class HyperVHost {
  readonly engine: Engine;
  readonly ledger = new Ledger();
  readonly memory: HostMemory;
  readonly iommu: Iommu;
  readonly remapping = new InterruptRemapping();
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
    this.hypervisor = new Hypervisor(this.memory);
    this.intercepts = new InterceptService(this.memory);
    this.iommu = new Iommu(this.memory);
    const link = (bitsPerSecond: number, delay: number) =>
      new Link(this.engine, this.memory, this.ledger, {
        bitsPerSecond,
        delay,
        slots,
        maxFrame: options.maxFrame,
      });
    this.lineOut = link(options.lineGbps * 1e9, LINK_DELAY);
    this.lineIn = link(options.lineGbps * 1e9, LINK_DELAY);
    const loopback = link(options.costs.pcieBitsPerSecond, 0);
    const queues = options.physicalQueues ?? Math.max(1, options.rootCores);
    this.nic = new SriovNic(
      {
        engine: this.engine,
        host: this.memory,
        iommu: this.iommu,
        remapping: this.remapping,
        ledger: this.ledger,
        costs: options.costs,
        line: this.lineOut,
        loopback,
      },
      PHYSICAL_FUNCTION,
      queues,
    );
    this.lineIn.receiver = this.nic;
    loopback.receiver = this.nic;
    for (let core = 0; core < options.rootCores; core++) this.#addRootProcessor();
    this.#attachPhysicalFunction();
  }

  /** Connects what stands at the far end of the link. */
  connectPeer(peer: FrameReceiver): void {
    this.lineOut.receiver = peer;
  }

  /**
   * A virtual switch on the NIC, and with it the root's driver of the physical function.
   * @throws UsageError on a machine without a root partition
   */
  newVMSwitch(settings: { enableIov?: boolean } = {}): VMSwitch {
    if (this.root.length === 0)
      throw new UsageError('newVMSwitch: this machine has no root partition (rootCores is 0)');
    const core = new VirtualSwitch(this.memory);
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
    return new VMSwitch(core, external, settings.enableIov === true);
  }

  /** A virtual machine with `processors` virtual processors, each on a core of its own. */
  newVM(settings: { processors?: number; memoryBytes: number }): VirtualMachine {
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
    }
    return interrupts;
  }

  /** A core for a guest's processor, or for the only system of a machine without a hypervisor. */
  addGuestCore(kind: 'guest' | 'bare'): VirtualProcessor {
    const lp = new LogicalProcessor(this.engine, this.ledger, this.options.costs);
    this.guestProcessors.push(lp);
    return new VirtualProcessor(lp, kind);
  }

  #addRootProcessor(): void {
    const lp = new LogicalProcessor(this.engine, this.ledger, this.options.costs);
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
