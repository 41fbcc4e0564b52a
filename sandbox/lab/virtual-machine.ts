import type { Phy } from '../machine/devices/dec21140/phy.ts';
import type { NetDevice } from '../machine/guest/net-device.ts';
import { PIN_VECTOR, TulipDriver } from '../machine/guest/tulip/driver.ts';
import { ADAPTER_VECTOR, VfDriver } from '../machine/guest/vf-driver.ts';
import { NetVsp } from '../machine/host/netvsp/provider.ts';
import type { SwitchPort } from '../machine/host/virtual-switch.ts';
import type { WorkerProcess } from '../machine/host/worker-process.ts';
import { DMA_READ, DMA_WRITE } from '../machine/iommu/iommu.ts';
import { GuestMemory } from '../machine/memory/guest-memory.ts';
import { LARGE_PAGE_SIZE, PAGE_SIZE } from '../machine/memory/host-memory.ts';
import { type MacAddress, macBytes, makeMac } from '../machine/net/frame.ts';
import type { Partition } from '../machine/partition/partition.ts';
import { Synic } from '../machine/partition/synic.ts';
import type { Task, VirtualProcessor } from '../machine/partition/virtual-processor.ts';
import type { Channel } from '../machine/vmbus/channel.ts';
import { CLASS_NETWORK } from '../machine/vmbus/guids.ts';
import { DEFAULT_SEND_BUFFER, receiveSectionSize } from '../machine/vmbus/nvsp.ts';
import { plugEmulatedAdapter } from './emulated-adapter.ts';
import { type HyperVHost, PHYSICAL_FUNCTION, type VMSwitch } from './host.ts';
import type { PathName } from './report.ts';
import { SHARED_RECEIVE_BYTES, shareReceiveQueue, sharesReceive } from './shared-receive.ts';
import {
  channelKind,
  newNetVsc,
  providerOptions,
  type SyntheticVariant,
} from './synthetic-variant.ts';
import { UsageError } from './usage.ts';
import { MachineBus } from './vmbus.ts';

/** Sections of the receive buffer for each channel, and those that a provider keeps for its answers. */
const RECEIVE_SECTIONS = 512;
const CONTROL_SECTIONS = 16;
/** Pages of one direction's ring: the default of the Linux driver. */
const RING_PAGES = 128;

/** The drivers a guest may bring; a lesson or a test replaces one to try another way. */
export interface GuestDrivers {
  tulip?: typeof TulipDriver;
  vf?: typeof VfDriver;
}

/** A network adapter's settings, as its page in Hyper-V Manager has them. */
export interface AdapterSettings {
  switch: VMSwitch;
  /** A legacy network adapter: the emulated DEC 21140. */
  legacy?: boolean;
  /** 0 leaves SR-IOV off for this adapter; 1 to 100 ask for a virtual function. */
  iovWeight?: number;
  /** Queues (channels or queue pairs) that its traffic may use. */
  queues?: number;
  macAddress?: MacAddress;
  /**
   * Bytes of the buffers that a synthetic adapter shares. The Linux driver asks for 16 MiB and 1 MiB; many
   * machines on one host of this model make do with 512 frames and 1 MiB for each queue.
   */
  receiveBuffer?: number;
  sendBuffer?: number;
  /** Gives a synthetic adapter's driver transmit buffers for frames that the host cuts into segments. */
  largeFrames?: boolean;
  /** 0 leaves the adapter without a queue of the NIC of its own; 1 to 100, the usual, ask for one. */
  vmqWeight?: number;
  /** Whether its flows are spread over its queues and the root's processors; they are when left out. */
  vrssEnabled?: boolean;
  /** Transceivers of a legacy adapter by address; one at address 1 unless said otherwise. */
  phys?: ReadonlyMap<number, Phy>;
  drivers?: GuestDrivers;
  /** How a VMBus adapter's service is made otherwise than Hyper-V's; for teaching. */
  variant?: SyntheticVariant;
}

/** The settings that put an adapter on a path, given a switch that allows it. */
export function settingsFor(path: PathName): Pick<AdapterSettings, 'legacy' | 'iovWeight'> {
  return { legacy: path === 'emulated', iovWeight: path === 'sriov' ? 100 : 0 };
}

/** An adapter that was added: what the guest's stack sees, and the parts behind it. */
export interface NetworkAdapter {
  device: NetDevice;
  macAddress: MacAddress;
  /** How its frames travel. */
  path: PathName;
  /** Its port of the virtual switch; none where a virtual function passes the switch by. */
  port?: SwitchPort;
  worker?: WorkerProcess;
  provider?: NetVsp;
  channels?: Channel[];
  /** Where its driver has put what it shares, once it has: guest addresses, and bytes of a section. */
  readonly buffers?: { send: number; receive: number; receiveSectionSize: number };
  /** Function of the NIC that it was given. */
  functionIndex?: number;
  requesterId?: number;
}

/** A virtual machine: a child partition with processors and memory of its own. */
export class VirtualMachine {
  readonly index: number;
  readonly memory: GuestMemory;
  readonly processors: VirtualProcessor[];
  readonly partition: Partition;
  readonly adapters: NetworkAdapter[] = [];
  #host: HyperVHost;
  #vmbus: MachineBus | undefined;

  constructor(
    host: HyperVHost,
    index: number,
    settings: { processors?: number; memoryBytes: number },
  ) {
    this.#host = host;
    this.index = index;
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
        ? this.#addEmulated(settings, mac)
        : weight > 0 && settings.switch.enableIov
          ? this.#addVirtualFunction(settings, mac)
          : this.#addSynthetic(settings, mac);
    this.adapters.push(adapter);
    return adapter;
  }

  /** The only system of a machine without a hypervisor: drives the physical function itself. */
  addPhysicalAdapter(queues: number, mac: MacAddress, drivers: GuestDrivers = {}): NetworkAdapter {
    const given = this.#addFunction(0, PHYSICAL_FUNCTION, queues, mac, drivers);
    const adapter: NetworkAdapter = { ...given, path: 'native' };
    this.adapters.push(adapter);
    return adapter;
  }

  /** The machine's VMBus: guest and root make contact when the first channel is opened. */
  get vmbus(): MachineBus {
    this.#vmbus ??= new MachineBus({
      host: this.#host,
      memory: this.memory,
      partition: this.partition,
      root: this.#rootProcessor(0),
    });
    return this.#vmbus;
  }

  #rootProcessor(queue: number): VirtualProcessor {
    const { root } = this.#host;
    return root[(this.index + queue) % root.length];
  }

  #addEmulated(settings: AdapterSettings, mac: MacAddress): NetworkAdapter {
    const processor = this.processors[0];
    const worker = plugEmulatedAdapter(this.#host, {
      partition: this.partition,
      memory: this.memory,
      switch: settings.switch,
      root: this.#rootProcessor(0),
      interrupt: { processor, vector: PIN_VECTOR },
      macAddress: mac,
      phys: settings.phys,
    });
    placeTask(worker, `worker ${this.index}`);
    const Driver = settings.drivers?.tulip ?? TulipDriver;
    const device = new Driver(this.memory, processor);
    device.open();
    return { device, macAddress: mac, path: 'emulated', port: worker.frames, worker };
  }

  #addSynthetic(settings: AdapterSettings, mac: MacAddress): NetworkAdapter {
    const host = this.#host;
    const { core, external } = settings.switch;
    const { maxFrame } = host.options;
    const { queues = 1, variant } = settings;
    // The bus opens sub-channels before they are asked for; they are used once they are.
    const channels = Array.from({ length: queues }, (_, queue) =>
      this.#openChannel(settings, mac, queue),
    );
    const facts = { macAddress: mac, maxFrame, linkSpeed: host.linkSpeed, channels: queues };
    const parts = providerOptions(variant, host.memory, maxFrame);
    const provider = new NetVsp(host.hypervisor, host.memory, core, external, facts, parts);
    placeTask(provider, `vsp ${this.index}`);
    core.connectAdapter(provider, mac);
    provider.addChannel(channels[0]);
    this.#setReceiveQueue(settings, mac);
    if (sharesReceive(variant)) shareReceiveQueue(host, settings.switch, this, mac, provider);
    const device = newNetVsc(variant, this, host, channels, {
      maxFrame,
      channels: queues,
      largeFrames: settings.largeFrames,
      ...bufferSizes(settings, maxFrame),
    });
    provider.onSubchannels = (count) => {
      for (const channel of channels.slice(1, 1 + count)) {
        provider.addChannel(channel);
        device.offered(channel);
      }
      return count;
    };
    device.open();
    return {
      device,
      macAddress: mac,
      path: 'vmbus',
      port: provider,
      provider,
      channels,
      get buffers() {
        return device.buffers;
      },
    };
  }

  /** The primary channel of a network adapter, or a sub-channel of it. */
  #openChannel(settings: AdapterSettings, mac: MacAddress, index: number): Channel {
    return this.vmbus.open({
      offer: { classId: CLASS_NETWORK, instanceId: instanceOf(mac), subChannel: index },
      ringPages: RING_PAGES,
      targetVp: index % this.processors.length,
      root: this.#rootProcessor(settings.vrssEnabled === false ? 0 : index),
      kind: channelKind(settings.variant),
    });
  }

  /**
   * Where the NIC puts the adapter's frames: into one queue for everybody, into one for this machine, whose
   * interrupts one processor of the root takes, or spread by flow over the queues of all of them.
   */
  #setReceiveQueue(settings: AdapterSettings, mac: MacAddress): void {
    const { nic, root } = this.#host;
    const { vmqWeight = 100, vrssEnabled = true, queues = 1 } = settings;
    if (vmqWeight === 0) nic.setFilter(mac, 0, 0);
    else if (queues > 1 && vrssEnabled) nic.setFilter(mac, 0);
    else nic.setFilter(mac, 0, this.index % root.length);
  }

  #addVirtualFunction(settings: AdapterSettings, mac: MacAddress): NetworkAdapter {
    const queues = settings.queues ?? 1;
    const functionIndex = this.#host.nic.enableVf(queues);
    const { requesterId } = this.#host.nic.functions[functionIndex];
    return this.#addFunction(functionIndex, requesterId, queues, mac, settings.drivers ?? {});
  }

  /** Gives the guest a function of the NIC: filter, domain, interrupts, and the driver for it. */
  #addFunction(
    functionIndex: number,
    requesterId: number,
    queues: number,
    mac: MacAddress,
    drivers: GuestDrivers,
  ): NetworkAdapter {
    const host = this.#host;
    const nicFunction = host.nic.functions[functionIndex];
    host.nic.setFilter(mac, functionIndex);
    this.#attachDomain(requesterId);
    const processors = Array.from(
      { length: queues },
      (_, queue) => this.processors[queue % this.processors.length],
    );
    for (const [queue, processor] of processors.entries())
      for (const vector of [2 * queue, 2 * queue + 1])
        nicFunction.messages[vector] = host.remapping.add({
          sourceId: requesterId,
          processor,
          vector: ADAPTER_VECTOR + queue,
          posted: host.options.postedInterrupts,
        });
    const Driver = drivers.vf ?? VfDriver;
    const device = new Driver(this.memory, nicFunction, processors, host.options.maxFrame);
    return { device, macAddress: mac, path: 'sriov', functionIndex, requesterId };
  }

  /** A domain in which the device's addresses are this guest's physical ones. */
  #attachDomain(requesterId: number): void {
    const { iommu } = this.#host;
    const domain = iommu.createDomain();
    for (let gpa = 0; gpa < this.memory.size; gpa += LARGE_PAGE_SIZE) {
      const target = this.memory.frameOf(gpa / PAGE_SIZE) * PAGE_SIZE;
      iommu.map(domain, gpa, target, DMA_READ | DMA_WRITE, true);
    }
    iommu.attach(requesterId, domain);
  }
}

/** Instance of a network device: the model's own numbers, with the MAC address in the last field. */
function instanceOf(mac: MacAddress): string {
  const digits = Array.from(macBytes(mac), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `00000000-0000-0000-0000-${digits}`;
}

/** Bytes of the buffers that a synthetic adapter shares. */
function bufferSizes(settings: AdapterSettings, maxFrame: number) {
  const { queues = 1, variant } = settings;
  const size = receiveSectionSize(maxFrame);
  const most = Math.floor(LARGE_PAGE_SIZE / size);
  const sections = queues * Math.min(RECEIVE_SECTIONS + CONTROL_SECTIONS, most);
  const usual = sharesReceive(variant) ? SHARED_RECEIVE_BYTES : sections * size;
  // A page is less than a section: every frame is a list of pages.
  const withoutSections = variant?.copyThroughHypervisor === true ? PAGE_SIZE : undefined;
  return {
    receiveBytes: settings.receiveBuffer ?? usual,
    sendBytes: withoutSections ?? settings.sendBuffer ?? queues * DEFAULT_SEND_BUFFER,
  };
}

/** Tells the trace for whom a task of the root works. */
function placeTask(task: Task | NetVsp, place: string): void {
  task.place = place;
}
