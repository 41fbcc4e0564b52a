import type { GuestMemory } from '../../memory/guest-memory.ts';
import type { Task, VirtualProcessor } from '../../partition/virtual-processor.ts';
import type { Channel } from '../../vmbus/channel.ts';
import {
  DATA_PATH_SYNTHETIC,
  NVSP_INDIRECTION_TABLE,
  NVSP_SWITCH_DATA_PATH,
  NVSP_VF_ASSOCIATION,
  nvspMessage,
} from '../../vmbus/nvsp.ts';
import type { NetDevice, StackEntry } from '../net-device.ts';
import type { DeviceOffloads, FrameTask } from '../offload-device.ts';
import type { Answer, NetVscSettings, NetVscState, Request, VfAssociation } from './agreement.ts';
import { NetChannel } from './channel.ts';
import { ControlPath } from './control-path.ts';
import { Conversation } from './conversation.ts';
import { Initialisation } from './initialisation.ts';
import { packetInfo } from './packet-info.ts';
import { SEND_TABLE, SendTable } from './send-table.ts';
import { SharedBuffers } from './shared-buffers.ts';
import { teardown } from './teardown.ts';

/** `run`'s argument: load the driver, or unload it. */
const LOAD = 0;
const UNLOAD = 1;

const EMPTY = new DataView(new ArrayBuffer(0));

/** Bytes of a transmit buffer for the longest frame that a host takes to cut; a large page has a whole number. */
const LARGE_STRIDE = 0x20000;

/** The guest's VMBus network driver: a channel for each queue, and buffers that all of them share. */
export class NetVsc implements NetDevice, Task {
  readonly maxFrame: number;
  readonly memory: GuestMemory;
  readonly stride: number;
  readonly largeFrames: boolean;
  stack: StackEntry | undefined;
  state: NetVscState = 'initialising';
  /** Why the driver gave up. */
  failedBecause: string | undefined;
  association: VfAssociation = { allocated: false, serial: 0 };
  /** The data path that the driver asked for last, or the host has announced. */
  dataPath = DATA_PATH_SYNTHETIC;
  /** Told when the provider has said something about a virtual function. */
  onVf: () => void = () => {};
  initialisation: Initialisation;
  #settings: NetVscSettings;
  #channels: NetChannel[];
  #sendTable = new SendTable();
  #conversation: Conversation;
  #control: ControlPath;
  #buffers: SharedBuffers;
  /** Transmit slots of each channel, once it has had some. */
  #slots: number[] = [];
  /** Whether there was a driver before this one: then the stack may wait for room. */
  #reloaded = false;

  constructor(memory: GuestMemory, primary: Channel, settings: NetVscSettings) {
    this.memory = memory;
    this.#settings = settings;
    this.maxFrame = settings.maxFrame;
    this.largeFrames = settings.largeFrames === true;
    this.stride = settings.maxFrame <= 1960 ? 2048 : 16384;
    if (this.largeFrames) this.stride = LARGE_STRIDE;
    this.#buffers = new SharedBuffers(memory, settings.receiveBytes, settings.sendBytes);
    const perform = (_processor: VirtualProcessor, request: Request) => this.#perform(request);
    this.#conversation = new Conversation(primary.guestProcessor, perform);
    this.#control = new ControlPath(memory, this.#conversation);
    this.initialisation = new Initialisation(settings);
    this.#channels = [this.#newChannel(primary, 0)];
  }

  /** Where the driver has put its buffers: guest addresses, and bytes of a receive section. */
  get buffers(): { send: number; receive: number; receiveSectionSize: number } {
    const { receiveSectionSize } = this.initialisation.agreed;
    const { send, receive } = this.#buffers;
    return { send, receive, receiveSectionSize };
  }

  /** Loads the driver: the initialisation starts as soon as the processor gets to it. */
  open(): void {
    this.#primary.guestProcessor.post(this, LOAD, 0);
  }

  /** Unloads the driver: it tears down what it has agreed on, and closes its channels. */
  halt(): void {
    this.#primary.guestProcessor.post(this, UNLOAD, 0);
  }

  /** The channel has been opened anew, after the driver was halted: `open` loads it once more. */
  attach(primary: Channel): void {
    this.#reloaded = true;
    this.initialisation = new Initialisation(this.#settings);
    this.#channels = [this.#newChannel(primary, 0)];
    this.#sendTable = new SendTable();
    this.association = { allocated: false, serial: 0 };
    this.dataPath = DATA_PATH_SYNTHETIC;
    this.failedBecause = undefined;
    this.state = 'initialising';
  }

  /** The driver's first step, or the first of its way back. */
  run(_processor: VirtualProcessor, arg: number): void {
    const conversation = this.#conversation;
    if (arg === LOAD && this.state === 'initialising' && conversation.waiting === undefined)
      conversation.begin(this.initialisation.steps(), (vp, problem) => this.#loaded(vp, problem));
    if (arg !== UNLOAD || this.state !== 'running') return;
    this.state = 'halting';
    for (const channel of this.#channels) channel.drain();
    conversation.begin(teardown(this.initialisation.rndis), (_vp, problem) =>
      problem === undefined ? this.#stop('halted') : this.#fail(problem),
    );
  }

  /** A sub-channel that the host offers. */
  offered(channel: Channel): void {
    this.#channels.push(this.#newChannel(channel, this.#channels.length));
    this.#checkSubchannels();
  }

  /** Guest address of `count` transmit slots for a channel: the same ones whenever it is opened. */
  slotsOf(index: number, count: number): number {
    const { memory, stride } = this;
    this.#slots[index] ??= this.largeFrames
      ? // No buffer may lie in two large pages.
        Math.ceil(memory.allocate((count + 1) * stride) / stride) * stride
      : memory.allocate(count * stride);
    return this.#slots[index];
  }

  processorOf(queue: number): VirtualProcessor {
    return this.#channels[this.#channelOf(queue)].channel.guestProcessor;
  }

  claim(queue: number): number {
    return this.#channels[this.#channelOf(queue)].claim();
  }

  send(queue: number, length: number, more: boolean): void {
    this.#channels[this.#channelOf(queue)].send(length, more);
  }

  /** What the host was asked to do to frames, and agreed to. */
  get offloads(): DeviceOffloads {
    return this.initialisation.agreed.offloads;
  }

  sendUnfinished(queue: number, length: number, more: boolean, task: FrameTask): void {
    const info = packetInfo({ hash: 0, checksum: true, ...task });
    this.#channels[this.#channelOf(queue)].send(length, more, info);
  }

  /** Transfers of frames that the host refused. */
  get refused(): number {
    return this.#channels.reduce((sum, { refused }) => sum + refused, 0);
  }

  /** Asks the host to move this adapter's frames to its virtual function, or back; `then` when it has. */
  switchDataPath(path: number, then: () => void = () => {}): void {
    this.dataPath = path;
    this.#control.order(this.#channels[0], nvspMessage(NVSP_SWITCH_DATA_PATH, [[0, path]]), then);
  }

  /** Tells the root that a ring of `channel` is not empty any more: a hypercall, or a bit in a page. */
  signal(channel: Channel): void {
    channel.guestControl?.signal(channel.guestProcessor);
  }

  /** There is room on a channel: every queue that goes there may send again. */
  room(processor: VirtualProcessor, index: number): void {
    const queues = Math.max(this.#channels.length, SEND_TABLE);
    for (let queue = 0; queue < queues; queue++)
      if (this.#channelOf(queue) === index) this.stack?.room(processor, queue);
  }

  /** The host has completed a control message. */
  completed(packet: Uint32Array, words: number): void {
    this.#control.completed(packet, words);
  }

  /** A message of the host that nobody asked for. */
  notified(packet: Uint32Array, words: number): void {
    const at = (packet[0] >>> 16) * 2;
    const type = packet[at];
    if (type === NVSP_VF_ASSOCIATION)
      this.association = { allocated: packet[at + 1] !== 0, serial: packet[at + 2] };
    if (type === NVSP_SWITCH_DATA_PATH) this.dataPath = packet[at + 1];
    if (type === NVSP_VF_ASSOCIATION || type === NVSP_SWITCH_DATA_PATH) this.onVf();
    if (type === NVSP_INDIRECTION_TABLE) this.#sendTable.read(packet, at, words);
  }

  /** A message of RNDIS other than a frame. */
  control(message: DataView): void {
    this.#control.received(message);
  }

  /** A channel has seen completions while the driver waits for the last of them. */
  drained(): void {
    const isIdle = this.#channels.every(({ idle }) => idle);
    if (isIdle && this.#conversation.waiting?.kind === 'drain') this.#conversation.answer();
  }

  get #primary(): Channel {
    return this.#channels[0].channel;
  }

  #newChannel(channel: Channel, index: number): NetChannel {
    const { guestControl } = channel;
    if (guestControl !== undefined) guestControl.onRescind = () => this.#rescinded(channel);
    return new NetChannel(this, channel, index, this.#reloaded);
  }

  #channelOf(queue: number): number {
    return this.#sendTable.channelOf(queue, this.#channels.length);
  }

  #perform(request: Request): void {
    const [primary] = this.#channels;
    const { channel } = primary;
    const conversation = this.#conversation;
    /** An answer that comes too late answers nothing else. */
    const answer = (given?: Answer) => {
      if (conversation.waiting === request) conversation.answer(given);
    };
    switch (request.kind) {
      case 'gpadl':
        this.#buffers.share(channel, request.buffer, (handle) =>
          answer({ message: EMPTY, handle }),
        );
        // Answers to RNDIS requests come in it too.
        if (request.buffer === 'receive') this.#openChannels(false);
        break;
      case 'teardown':
        this.#buffers.takeBack(channel, request.buffer, () => answer());
        break;
      case 'subchannels':
        this.#checkSubchannels();
        break;
      case 'rndis':
        this.#control.sendRndis(primary, request.message);
        break;
      case 'rndis-notice':
        this.#control.sendRndis(primary, request.message);
        conversation.answer();
        break;
      case 'nvsp':
        this.#control.ask(primary, request.message);
        break;
      case 'notice':
        this.#control.tell(primary, request.message);
        conversation.answer();
        break;
      case 'drain':
        this.drained();
        break;
      case 'close':
        this.#closeChannels(() => answer());
    }
  }

  #openChannels(agreed: boolean): void {
    const { maxPackets, alignment, sendSectionSize } = this.initialisation.agreed;
    const send = this.#buffers.sendSections(agreed ? sendSectionSize : 0);
    for (const channel of this.#channels)
      channel.open(send, this.#buffers.receiver(), maxPackets, alignment);
  }

  /** Sub-channels first; `then` when the rings of all are the guest's alone. */
  #closeChannels(then: () => void): void {
    let open = this.#channels.length;
    for (const channel of this.#channels.toReversed()) {
      channel.close();
      const closed = () => {
        if (--open === 0) then();
      };
      const { guestControl } = channel.channel;
      if (guestControl === undefined) closed();
      else guestControl.close(closed);
    }
  }

  #checkSubchannels(): void {
    const { waiting } = this.#conversation;
    if (waiting?.kind === 'subchannels' && this.#channels.length > waiting.count)
      this.#conversation.answer();
  }

  #loaded(processor: VirtualProcessor, problem: string | undefined): void {
    if (problem !== undefined) {
      this.#fail(problem);
      return;
    }
    this.#openChannels(true);
    this.state = 'running';
    for (const channel of this.#channels) channel.ready(processor);
  }

  /** Gives up: closes the channels and takes the memory back, without waiting for anybody. */
  #fail(problem: string): void {
    const { channel } = this.#channels[0];
    this.failedBecause = problem;
    this.#stop('failed');
    this.#closeChannels(() => {});
    for (const buffer of ['receive', 'send'] as const)
      this.#buffers.takeBack(channel, buffer, () => {});
  }

  /** The host took a channel away: the adapter goes, with all its channels. */
  #rescinded(channel: Channel): void {
    if (!this.#channels.some((known) => known.channel === channel)) return;
    if (this.state === 'halted' || this.state === 'failed') return;
    // Sub-channels go with the first channel, which the driver is closing.
    if (this.state === 'halting' && channel !== this.#primary) return;
    this.#conversation.abandon();
    this.#buffers.forget();
    this.#stop('halted');
    this.#closeChannels(() => {});
  }

  #stop(state: 'halted' | 'failed'): void {
    this.state = state;
    for (const channel of this.#channels) channel.close();
  }
}
