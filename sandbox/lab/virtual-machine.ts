import type { MemoryWindow } from '../machine/bus/pci/pci-function.ts';
import { NicFunction } from '../machine/devices/sriov-nic/function.ts';
import type { WindowMap } from '../machine/guest/vf-adapter.ts';
import type { VfDriverSettings } from '../machine/guest/vf-driver.ts';
import { MmioSpace } from '../machine/guest/vpci/mmio-space.ts';
import { GuestMemory } from '../machine/memory/guest-memory.ts';
import { type MacAddress, makeMac } from '../machine/net/frame.ts';
import type { Partition } from '../machine/partition/partition.ts';
import { Synic } from '../machine/partition/synic.ts';
import type { VirtualProcessor } from '../machine/partition/virtual-processor.ts';
import type { HyperVHost } from './host.ts';
import { decideIov } from './management.ts';
import type { AdapterSettings, GuestDrivers, NetworkAdapter } from './network-adapter.ts';
import { addEmulatedAdapter } from './paths/emulated.ts';
import { addPhysicalFunction, addVirtualFunction } from './paths/sriov.ts';
import { addSyntheticAdapter } from './paths/vmbus.ts';
import { UsageError } from './usage.ts';
import { MachineBus } from './vmbus.ts';

/** A virtual machine: a child partition with processors and memory of its own. */
export class VirtualMachine {
  readonly index: number;
  readonly memory: GuestMemory;
  readonly processors: VirtualProcessor[];
  readonly partition: Partition;
  readonly adapters: NetworkAdapter[] = [];
  readonly host: HyperVHost;
  /** Registers of devices among its addresses, by the address that they begin at. */
  readonly windows = new Map<number, MemoryWindow | NicFunction>();
  /** Addresses that its firmware leaves for such registers. */
  readonly mmioSpace = new MmioSpace();
  /** Number of the next virtual function on a bus of it. */
  nextSerial = 1;
  #vmbus: MachineBus | undefined;
  #vmbusVersions: readonly number[] | undefined;

  constructor(
    host: HyperVHost,
    index: number,
    settings: { processors?: number; memoryBytes: number; vmbusVersions?: readonly number[] },
  ) {
    this.host = host;
    this.index = index;
    this.#vmbusVersions = settings.vmbusVersions;
    this.memory = new GuestMemory(host.memory, settings.memoryBytes);
    const kind = host.root.length === 0 ? 'bare' : 'guest';
    const count = settings.processors ?? 1;
    this.processors = Array.from({ length: count }, () => host.addGuestCore(kind));
    this.partition = host.hypervisor.createPartition(this.memory);
    for (const processor of this.processors) {
      this.partition.add(processor);
      if (kind === 'guest') new Synic(host.memory, processor, this.memory);
    }
    for (const processor of this.processors) processor.lp.place = `vm ${index}`;
  }

  /**
   * Adds an adapter. Which path its frames take follows from the settings: a legacy adapter is emulated,
   * one with an IOV weight on a switch with SR-IOV gets a virtual function, any other uses VMBus.
   * @throws UsageError for settings that contradict each other
   */
  addNetworkAdapter(settings: AdapterSettings): NetworkAdapter {
    const weight = settings.iovWeight ?? 0;
    if (!(weight >= 0 && weight <= 100))
      throw new UsageError(`iovWeight: ${weight} is not between 0 and 100`);
    const { vmqWeight = 100 } = settings;
    if (!(vmqWeight >= 0 && vmqWeight <= 100))
      throw new UsageError(`vmqWeight: ${vmqWeight} is not between 0 and 100`);
    if (settings.legacy === true && weight > 0)
      throw new UsageError(
        'iovWeight: a legacy network adapter has no SR-IOV setting; leave it out',
      );
    const mac = settings.macAddress ?? makeMac(1, this.index);
    const adapter =
      settings.legacy === true
        ? addEmulatedAdapter(this, settings, mac)
        : this.#addByDecision(settings, mac);
    this.adapters.push(adapter);
    return adapter;
  }

  /** A virtual function where nothing is against one; the synthetic path where management says what is. */
  #addByDecision(settings: AdapterSettings, mac: MacAddress): NetworkAdapter {
    const { management } = this.host;
    const request = {
      vmName: `vm ${this.index}`,
      macAddress: mac,
      vmSwitch: settings.switch,
      iovWeight: settings.iovWeight ?? 0,
      queuePairsRequested: settings.queues ?? 1,
    };
    if (request.iovWeight > 0 && management.refusals(request).length === 0)
      return addVirtualFunction(this, settings, request);
    const adapter = addSyntheticAdapter(this, settings, mac);
    management.decisions.set(adapter, decideIov(this.host, request));
    return adapter;
  }

  /** What a driver of the guest reaches at an address without memory behind it. */
  get windowMap(): WindowMap {
    const { windows } = this;
    return {
      registersAt: (address) => {
        const window = windows.get(address);
        return window instanceof NicFunction ? window : undefined;
      },
      store: (address, value, at) => {
        for (const [base, window] of windows)
          if (!(window instanceof NicFunction) && address >= base && address < base + window.size)
            window.write(address - base, 4, value, at);
      },
    };
  }

  /** The only system of a machine without a hypervisor: drives the physical function itself. */
  addPhysicalAdapter(
    queues: number,
    mac: MacAddress,
    drivers: GuestDrivers = {},
    settings?: VfDriverSettings,
  ): NetworkAdapter {
    const adapter = addPhysicalFunction(this, queues, mac, drivers, settings);
    this.adapters.push(adapter);
    return adapter;
  }

  /** The machine's VMBus: guest and root make contact when the first channel is opened. */
  get vmbus(): MachineBus {
    this.#vmbus ??= new MachineBus({
      host: this.host,
      memory: this.memory,
      partition: this.partition,
      root: this.rootProcessor(0),
      versions: this.#vmbusVersions,
    });
    return this.#vmbus;
  }

  /** The processor of the root that serves `queue` of this machine. */
  rootProcessor(queue: number): VirtualProcessor {
    const { root } = this.host;
    return root[(this.index + queue) % root.length];
  }
}
