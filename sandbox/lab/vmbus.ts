import { VmbusDriver } from '../machine/guest/vmbus/bus-driver.ts';
import { VmbusConnection } from '../machine/guest/vmbus/connection.ts';
import { GuestMessageService } from '../machine/guest/vmbus/messages.ts';
import { PartitionPages } from '../machine/host/vmbus/guest-pages.ts';
import type { HostChannel, OpenedRings } from '../machine/host/vmbus/host-channel.ts';
import { GuestBus } from '../machine/host/vmbus/server.ts';
import type { GuestMemory } from '../machine/memory/guest-memory.ts';
import { PAGE_SIZE } from '../machine/memory/host-memory.ts';
import type { Partition } from '../machine/partition/partition.ts';
import type { VirtualProcessor } from '../machine/partition/virtual-processor.ts';
import { Channel } from '../machine/vmbus/channel.ts';
import { connectSignals, disconnectSignals, openVmbusSint } from '../machine/vmbus/interrupts.ts';
import { type ChannelRequest, type ChannelSignals, DeviceChannel } from './device-channel.ts';
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
}

/** The VMBus of one virtual machine: the guest's connection, the root's side, and their messages. */
export class MachineBus implements ChannelSignals {
  readonly host: GuestBus;
  readonly connection: VmbusConnection;
  readonly driver: VmbusDriver;
  readonly messages: GuestMessageService;
  #parts: BusParts;
  #started = false;
  /** By instance and sub-channel. */
  #devices = new Map<string, DeviceChannel>();
  #classes = new Set<string>();

  constructor(parts: BusParts) {
    this.#parts = parts;
    const { host, memory, partition, root } = parts;
    const [processor] = partition.processors;
    const port = host.vmbusMessages.connect(partition, root);
    this.host = new GuestBus(port, {
      pages: new PartitionPages(memory),
      processors: partition.processors.length,
    });
    host.vmbusMessages.receive(partition, this.host);
    host.vmbusOf(root).messages = (vp) => host.vmbusMessages.take(vp);
    this.messages = new GuestMessageService(host.hypervisor, host.memory, processor);
    for (const vp of partition.processors) this.#openSint(vp);
    const page = () => memory.allocate(PAGE_SIZE);
    const pages = { interrupt: page(), monitor1: page(), monitor2: page() };
    this.connection = new VmbusConnection(this.messages, pages);
    this.messages.serve(this.connection);
    this.driver = new VmbusDriver(this.connection, memory);
  }

  /**
   * The root offers a channel; the guest's driver opens it. Runs the machine until that is done.
   * @throws UsageError when guest and root do not come to terms
   */
  open(request: ChannelRequest): DeviceChannel {
    const { engine } = this.#parts.host;
    const device = new DeviceChannel(this.host, request, this);
    const { classId } = request.offer;
    this.#devices.set(keyOf(request.offer), device);
    if (!this.#classes.has(classId)) {
      this.#classes.add(classId);
      this.driver.register(classId, (channel) =>
        this.#devices.get(keyOf(channel.offer))?.offered(channel),
      );
    }
    device.offer(() => engine.stop());
    this.#start();
    engine.run(Infinity, MAX_EVENTS);
    if (!device.isOpen)
      throw new UsageError('vms and queues: a channel of the VMBus could not be opened');
    return device;
  }

  /** The guest's kernel comes up: it makes contact. */
  #start(): void {
    if (this.#started) return;
    this.#started = true;
    const [processor] = this.#parts.partition.processors;
    const task = { run: () => this.driver.start() };
    processor.post(task, 0, this.#parts.host.engine.now);
  }

  #openSint(processor: VirtualProcessor): void {
    const { host, memory } = this.#parts;
    host.vmbusOf(processor).messages = (vp) => this.messages.take(vp);
    const pages = memory.allocate(2 * PAGE_SIZE);
    const { synic } = processor;
    if (synic !== undefined) openVmbusSint(synic, pages, pages + PAGE_SIZE, 0);
  }

  /** Undefined when the root's processor has no event flag left: then the open is refused. */
  connect(
    channel: HostChannel,
    rings: OpenedRings,
    { root, kind: Kind = Channel }: ChannelRequest,
  ): Channel | undefined {
    const { host, memory, partition } = this.#parts;
    const guest = partition.processors[rings.targetVp];
    const opened = new Kind(memory, guest, root, {
      relid: channel.relid,
      connectionId: channel.offer.connectionId,
      gpadl: rings.gpadl.pages,
      downstream: rings.downstream,
      hostControl: channel,
    });
    const [inGuest, inRoot] = [host.vmbusOf(guest), host.vmbusOf(root)];
    return connectSignals(host.hypervisor, opened, inGuest, inRoot) ? opened : undefined;
  }

  /** The channel's flag is another processor's from now on. */
  move(channel: Channel, vp: number): void {
    const { host, partition } = this.#parts;
    host.vmbusOf(channel.guestProcessor).remove(channel.relid);
    channel.guestProcessor = partition.processors[vp];
    host.vmbusOf(channel.guestProcessor).add(channel.relid, channel);
  }

  /** The channel's signals are gone. */
  disconnect(channel: Channel): void {
    const { host } = this.#parts;
    const [guest, root] = [channel.guestProcessor, channel.rootProcessor];
    disconnectSignals(host.hypervisor, channel, host.vmbusOf(guest), host.vmbusOf(root));
  }
}

function keyOf({
  instanceId,
  subChannel = 0,
}: {
  instanceId: string;
  subChannel?: number;
}): string {
  return `${instanceId}/${subChannel}`;
}
