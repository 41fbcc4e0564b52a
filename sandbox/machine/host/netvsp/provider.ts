import type { HostMemory } from '../../memory/host-memory.ts';
import type { ScatterList } from '../../memory/scatter-list.ts';
import type { Hypervisor } from '../../partition/hypervisor.ts';
import type { VirtualProcessor } from '../../partition/virtual-processor.ts';
import type { Channel } from '../../vmbus/channel.ts';
import {
  NVSP_INDIRECTION_TABLE,
  NVSP_SWITCH_DATA_PATH,
  NVSP_VERSION_5,
  NVSP_VF_ASSOCIATION,
  receiveSectionSize,
} from '../../vmbus/nvsp.ts';
import { type CopyPolicy, SAFE_COPIES } from '../copy-policy.ts';
import type { ExternalPort } from '../external-port.ts';
import type { HypervisorCopies } from '../hypervisor-copies.ts';
import { PrivateMemory } from '../private-memory.ts';
import { KernelMode, type ServiceMode } from '../service-mode.ts';
import type { SwitchPort, VirtualSwitch } from '../virtual-switch.ts';
import { ProviderChannel } from './channel.ts';
import { type AdapterFacts, AdapterState, type ControlPort, handleTeardown } from './control.ts';
import { SharedPages } from './shared-pages.ts';

/** Entries of the table that spreads what the guest sends, and its place in the message. */
const SEND_TABLE = 16;
const SEND_TABLE_OFFSET = 12;

/** How a provider works; what is left out is as Hyper-V's is. */
export interface ProviderOptions {
  /** Which bytes of the guest it copies before it relies on them. */
  copies?: Readonly<CopyPolicy>;
  /** Where in the root it runs. */
  mode?: ServiceMode;
  /** Who moves frames between the partitions when no memory is shared for that. */
  mover?: HypervisorCopies;
  /** Receive sections, from the first on, that the NIC fills itself, and bytes of each: see SharedReceive. */
  nicSections?: number;
  receiveSectionSize?: number;
  /** Whether it offers the guest coalesced frames. */
  coalesces?: boolean;
}

/**
 * The network service provider of one adapter, in the root's kernel, and its port of the switch: what the
 * guest and it have agreed on, and a provider for each channel.
 *
 * What it copies before it relies on it is a policy (CopyPolicy). By default ring messages and RNDIS headers
 * are copied out of shared memory before they are looked at, and the addresses of a sent frame before the
 * switch is asked.
 */
export class NetVsp implements SwitchPort, ControlPort {
  readonly state: AdapterState;
  readonly hypervisor: Hypervisor;
  readonly host: HostMemory;
  readonly switch: VirtualSwitch;
  readonly external: ExternalPort;
  readonly channels: ProviderChannel[] = [];
  readonly copies: Readonly<CopyPolicy>;
  readonly mode: ServiceMode;
  readonly mover: HypervisorCopies | undefined;
  readonly privateMemory: PrivateMemory;
  readonly nicSections: number;
  /** Frames for a guest that was not ready to receive any. */
  notReady = 0;
  /** Called when a guest wants sub-channels: offers them, and returns how many. */
  onSubchannels: (count: number) => number = () => 0;
  /** Called when the guest has shared its receive buffer. */
  onReceiveBuffer: (pages: SharedPages) => void = () => {};
  /** Called when the guest has set a packet filter: its driver is ready, and wants frames. */
  onReceiving: () => void = () => {};
  /** Called when the guest has moved its frames to another data path. */
  onDataPath: (path: number) => void = () => {};
  /** Name of the tasks of this provider's channels in a trace. */
  place: string | undefined;
  /** Dropped on channels that are closed. */
  #droppedBefore = 0;

  constructor(
    hypervisor: Hypervisor,
    host: HostMemory,
    virtualSwitch: VirtualSwitch,
    external: ExternalPort,
    facts: AdapterFacts,
    options: ProviderOptions = {},
  ) {
    const { copies = SAFE_COPIES, mode = new KernelMode(), mover, nicSections = 0 } = options;
    this.copies = copies;
    this.mode = mode;
    this.mover = mover;
    this.nicSections = nicSections;
    const sectionSize = options.receiveSectionSize ?? receiveSectionSize(facts.maxFrame);
    this.privateMemory = new PrivateMemory(host, sectionSize);
    this.hypervisor = hypervisor;
    this.host = host;
    this.switch = virtualSwitch;
    this.external = external;
    // What is done to a frame is decided by a copy of its message, and of its headers where they lie.
    const completes = copies.ringMessages && !copies.sentFrames && mover === undefined;
    const { receiveSectionSize: size, coalesces } = options;
    this.state = new AdapterState(facts, nicSections, size, completes, coalesces);
  }

  /** Whether its guest has asked for coalesced frames. */
  get takesLongFrames(): boolean {
    return this.state.offloads.coalesces;
  }

  /**
   * Serves a channel of the adapter; the first one is the primary. With the last sub-channel that was
   * granted, the guest is told how to spread what it sends.
   */
  addChannel(channel: Channel): ProviderChannel {
    const provider = new ProviderChannel(this, channel);
    provider.place = this.place;
    this.channels.push(provider);
    const { subchannels } = this.state;
    if (subchannels > 0 && this.channels.length === 1 + subchannels)
      this.sendIndirectionTable(this.channels[0].channel.rootProcessor);
    return provider;
  }

  /** A channel is closed. With the primary one everything that was agreed on ends. */
  removeChannel(channel: Channel): void {
    const index = this.channels.findIndex((provider) => provider.channel === channel);
    if (index < 0) return;
    const gone = this.channels.splice(index, index === 0 ? this.channels.length : 1);
    for (const provider of gone) {
      this.#droppedBefore += provider.receiving.dropped;
      this.external.removeClient(provider);
    }
    if (index === 0) this.state.reset();
  }

  /** The guest takes memory back that it described for the primary channel. */
  tornDown(handle: number): void {
    handleTeardown(this.state, this, handle);
  }

  /** Frames for the guest that found no room in its receive buffer, or no guest that wanted them. */
  get dropped(): number {
    const before = this.notReady + this.#droppedBefore;
    return this.channels.reduce((sum, { receiving }) => sum + receiving.dropped, before);
  }

  deliver(processor: VirtualProcessor, frame: ScatterList): boolean {
    const { filter, receive, spreading } = this.state;
    if (filter === 0 || receive === undefined) {
      this.notReady++;
      return false;
    }
    const wanted = spreading === undefined ? 0 : spreading.channelOf(this.host, frame);
    const channel = this.channels[wanted < this.channels.length ? wanted : 0];
    return channel.deliver(processor, frame, receive);
  }

  flush(processor: VirtualProcessor): void {
    for (const channel of this.channels) channel.flush(processor);
  }

  map(handle: number): SharedPages | undefined {
    const [{ channel }] = this.channels;
    const pages = channel.hostControl?.gpadl(handle);
    return pages === undefined ? undefined : SharedPages.map(channel.guestMemory, pages);
  }

  shared(pages: SharedPages): void {
    this.onReceiveBuffer(pages);
  }

  revoked(): void {
    for (const { receiving } of this.channels) receiving.forget();
  }

  offerSubchannels(count: number): number {
    return this.onSubchannels(count);
  }

  /** Tells the guest which of its channels to send on, by the hash of a frame. */
  sendIndirectionTable(processor: VirtualProcessor): void {
    const words = [NVSP_INDIRECTION_TABLE, SEND_TABLE, SEND_TABLE_OFFSET];
    for (let i = 0; i < SEND_TABLE; i++) words.push(i % this.channels.length);
    this.channels[0]?.notify(processor, words);
  }

  /** Tells the guest that a virtual function is, or is no longer, there for this adapter. */
  associate(processor: VirtualProcessor, allocated: boolean, serial: number): void {
    if (this.state.version < NVSP_VERSION_5) return;
    this.channels[0]?.notify(processor, [NVSP_VF_ASSOCIATION, allocated ? 1 : 0, serial]);
  }

  /** Tells the guest that its frames go over another data path now. */
  announceDataPath(processor: VirtualProcessor, path: number): void {
    this.state.dataPath = path;
    this.channels[0]?.notify(processor, [NVSP_SWITCH_DATA_PATH, path]);
  }
}
