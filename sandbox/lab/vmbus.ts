import { VmbusDriver } from '../machine/guest/vmbus/bus-driver.ts';
import { VmbusConnection } from '../machine/guest/vmbus/connection.ts';
import { HostSignals } from '../machine/guest/vmbus/host-signals.ts';
import { GuestMessageService } from '../machine/guest/vmbus/messages.ts';
import { CommonEvents } from '../machine/host/vmbus/common-events.ts';
import type { Contact } from '../machine/host/vmbus/contact.ts';
import { PartitionPages } from '../machine/host/vmbus/guest-pages.ts';
import { MonitorTriggers } from '../machine/host/vmbus/monitor-triggers.ts';
import { GuestBus } from '../machine/host/vmbus/server.ts';
import type { GuestMemory } from '../machine/memory/guest-memory.ts';
import { PAGE_SIZE } from '../machine/memory/host-memory.ts';
import type { Partition } from '../machine/partition/partition.ts';
import type { VirtualProcessor } from '../machine/partition/virtual-processor.ts';
import type { Channel } from '../machine/vmbus/channel.ts';
import { InterruptPage } from '../machine/vmbus/interrupt-page.ts';
import { openVmbusSint } from '../machine/vmbus/interrupts.ts';
import { hasChannelConnections, hasChannelFlags } from '../machine/vmbus/versions.ts';
import { DeviceChannels, type DeviceRequest } from './device-channels.ts';
import type { HyperVHost } from './host.ts';
import { UsageError } from './usage.ts';

/** Events in which a machine's bus opens a channel, beyond which something is stuck. */
const MAX_EVENTS = 1_000_000;

/** What a machine's bus is built on. */
export interface BusParts {
  host: HyperVHost;
  memory: GuestMemory;
  partition: Partition;
  /** Processor of the root that sends and receives the bus's messages. */
  root: VirtualProcessor;
  /** Versions that the guest proposes, in this order; those of the Linux client when left out. */
  versions?: readonly number[];
}

/** The VMBus of one virtual machine: the guest's connection, the root's side, and their messages. */
export class MachineBus {
  readonly parts: BusParts;
  readonly host: GuestBus;
  readonly connection: VmbusConnection;
  readonly driver: VmbusDriver;
  readonly messages: GuestMessageService;
  /** In a contact of the first version: the signals of all channels. */
  common: CommonEvents | undefined;
  /** In a contact before version 2.4: where the root says which channels it means. */
  interruptPage: InterruptPage | undefined;
  /** By instance. */
  #devices = new Map<string, DeviceChannels>();
  /** Classes for which the guest has its driver. */
  #classes = new Set<string>();
  #started = false;

  constructor(parts: BusParts) {
    this.parts = parts;
    const { host, memory, partition, root } = parts;
    const { hypervisor } = host;
    const [processor] = partition.processors;
    const port = host.vmbusMessages.connect(partition, root);
    this.host = new GuestBus(port, {
      pages: new PartitionPages(memory),
      processors: partition.processors.length,
      triggers: new MonitorTriggers(hypervisor, partition, root),
    });
    this.host.contactChanged = (contact) => this.#contactChanged(contact);
    host.vmbusMessages.receive(partition, this.host);
    host.vmbusOf(root).messages = (vp) => host.vmbusMessages.take(vp);
    this.messages = new GuestMessageService(hypervisor, memory, processor);
    for (const vp of partition.processors) this.#openSint(vp);
    const page = () => memory.allocate(PAGE_SIZE);
    const pages = { interrupt: page(), monitor1: page(), monitor2: page() };
    for (const vp of partition.processors)
      host.vmbusOf(vp).page = new InterruptPage(memory, pages.interrupt);
    this.connection = new VmbusConnection(this.messages, pages);
    this.messages.serve(this.connection);
    const signals = new HostSignals(hypervisor, partition, memory, this.connection);
    this.driver = new VmbusDriver(this.connection, memory, signals);
  }

  /**
   * The root offers a device; the guest's driver opens its first channel. Runs the machine until that is done.
   * @throws UsageError when guest and root do not come to terms
   */
  openDevice(request: DeviceRequest): DeviceChannels {
    const { engine } = this.parts.host;
    const { classId, instanceId } = request.offer;
    const device = new DeviceChannels(this, request);
    this.#devices.set(instanceId, device);
    if (!this.#classes.has(classId)) {
      this.#classes.add(classId);
      this.driver.register(classId, (channel) =>
        this.#devices.get(channel.offer.instanceId)?.openInGuest(channel),
      );
    }
    device.offer(() => engine.stop());
    this.#start();
    engine.run(Infinity, MAX_EVENTS);
    if (device.channels.length === 0)
      throw new UsageError('vms and queues: a channel of the VMBus could not be opened');
    return device;
  }

  /** The only channel of a device. See `openDevice`. */
  open(request: DeviceRequest): Channel {
    return this.openDevice(request).channels[0];
  }

  /** The guest's kernel comes up: it makes contact. */
  #start(): void {
    if (this.#started) return;
    this.#started = true;
    const { host, partition, versions } = this.parts;
    const task = { run: () => this.driver.start(() => {}, versions) };
    partition.processors[0].post(task, 0, host.engine.now);
  }

  #openSint(processor: VirtualProcessor): void {
    const { host, memory } = this.parts;
    host.vmbusOf(processor).messages = (vp) => this.messages.take(vp);
    const pages = memory.allocate(2 * PAGE_SIZE);
    const { synic } = processor;
    if (synic !== undefined) openVmbusSint(synic, pages, pages + PAGE_SIZE, 0);
  }

  /** What the root keeps for a guest of an old version. */
  #contactChanged(contact: Contact | undefined): void {
    const { host, memory, partition, root } = this.parts;
    this.common?.close();
    this.common = undefined;
    this.interruptPage = undefined;
    if (contact === undefined || hasChannelFlags(contact.version)) return;
    const { interruptPage } = contact;
    this.interruptPage = new InterruptPage(memory, interruptPage);
    if (hasChannelConnections(contact.version)) return;
    const guest = { id: partition.id, memory, interruptPage };
    this.common = new CommonEvents(host.hypervisor, root, host.vmbusOf(root), guest);
  }
}
