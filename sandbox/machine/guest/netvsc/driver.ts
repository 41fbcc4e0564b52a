import type { GuestMemory } from '../../memory/guest-memory.ts';
import { PAGE_SIZE } from '../../memory/host-memory.ts';
import type { Hypervisor } from '../../partition/hypervisor.ts';
import type { Task, VirtualProcessor } from '../../partition/virtual-processor.ts';
import type { Channel } from '../../vmbus/channel.ts';
import {
  DATA_PATH_SYNTHETIC,
  NVSP_INDIRECTION_TABLE,
  NVSP_SWITCH_DATA_PATH,
  NVSP_VF_ASSOCIATION,
  NVSP_WORDS,
  nvspMessage,
} from '../../vmbus/nvsp.ts';
import { DESCRIPTOR_WORDS, PACKET_IN_BAND } from '../../vmbus/ring.ts';
import { RNDIS_COMPLETION, RNDIS_MSG_INDICATE } from '../../vmbus/rndis.ts';
import type { NetDevice, StackEntry } from '../net-device.ts';
import type { DeviceOffloads, FrameTask } from '../offload-device.ts';
import { NetChannel } from './channel.ts';
import {
  type Answer,
  Initialisation,
  type NetVscOptions,
  NetVscRefused,
  type Request,
} from './initialisation.ts';
import { packetInfo } from './packet-info.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import { NO_RESPONSE } from './requestor.ts';
import { SendBuffer } from './send-buffer.ts';

/** Entries of the table that spreads what the guest sends over its channels. */
const SEND_TABLE = 16;

/** Bytes of a transmit buffer for the longest frame that a host takes to cut; a large page has a whole number. */
const LARGE_STRIDE = 0x20000;

/** What the driver is set to, and how much memory it shares. */
export interface NetVscSettings extends NetVscOptions {
  receiveBytes: number;
  sendBytes: number;
  /** Transmit buffers are fewer, and long enough for frames that the host cuts into segments. */
  largeFrames?: boolean;
}

/** What the provider has said about a virtual function for this adapter. */
export interface VfAssociation {
  allocated: boolean;
  serial: number;
}

/** The guest's VMBus network driver: a channel for each queue, and buffers that all of them share. */
export class NetVsc implements NetDevice, Task {
  readonly maxFrame: number;
  readonly memory: GuestMemory;
  readonly stride: number;
  readonly largeFrames: boolean;
  stack: StackEntry | undefined;
  state: 'initialising' | 'running' | 'failed' = 'initialising';
  /** Why the driver gave up. */
  failedBecause: string | undefined;
  association: VfAssociation = { allocated: false, serial: 0 };
  /** The data path that the driver asked for last. */
  dataPath = DATA_PATH_SYNTHETIC;
  readonly initialisation: Initialisation;
  #settings: NetVscSettings;
  #hypervisor: Hypervisor;
  #channels: NetChannel[];
  #sendTable = Array.from({ length: SEND_TABLE }, () => 0);
  #steps: Generator<Request, void, Answer>;
  #waiting: Request | undefined;
  /** Of the message that is waited for. */
  #transaction = 0;
  #requestPage: number;
  #receiveAt = 0;
  #sendAt = 0;

  constructor(
    hypervisor: Hypervisor,
    memory: GuestMemory,
    primary: Channel,
    settings: NetVscSettings,
  ) {
    this.#hypervisor = hypervisor;
    this.memory = memory;
    // The host is told of whole pages, and shares all of them out.
    const receiveBytes = Math.ceil(settings.receiveBytes / PAGE_SIZE) * PAGE_SIZE;
    this.#settings = { ...settings, receiveBytes };
    this.maxFrame = settings.maxFrame;
    this.largeFrames = settings.largeFrames === true;
    this.stride = settings.maxFrame <= 1960 ? 2048 : 16384;
    if (this.largeFrames) this.stride = LARGE_STRIDE;
    this.#channels = [new NetChannel(this, primary, 0)];
    this.#requestPage = memory.allocate(PAGE_SIZE);
    this.initialisation = new Initialisation(settings);
    this.#steps = this.initialisation.steps();
  }

  /** Where the driver has put its buffers: guest addresses, and bytes of a receive section. */
  get buffers(): { send: number; receive: number; receiveSectionSize: number } {
    const { receiveSectionSize } = this.initialisation.agreed;
    return { send: this.#sendAt, receive: this.#receiveAt, receiveSectionSize };
  }

  /** Loads the driver: the initialisation starts as soon as the processor gets to it. */
  open(): void {
    this.#channels[0].channel.guestProcessor.post(this, 0, 0);
  }

  /** The driver's first step. */
  run(processor: VirtualProcessor): void {
    if (this.#waiting === undefined) this.#advance(processor, { message: EMPTY, handle: 0 });
  }

  /** A sub-channel that the host offers. */
  offered(channel: Channel): void {
    this.#channels.push(new NetChannel(this, channel, this.#channels.length));
    this.#checkSubchannels(this.#channels[0].channel.guestProcessor);
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

  /** Asks the host to move this adapter's frames to its virtual function, or back. */
  switchDataPath(path: number): void {
    this.dataPath = path;
    const [{ requestor }] = this.#channels;
    this.#post(nvspMessage(NVSP_SWITCH_DATA_PATH, [[0, path]]), requestor.beginControl());
  }

  /** Tells the root that a ring of `channel` is not empty any more: a hypercall. */
  signal(channel: Channel): void {
    this.#hypervisor.signalEvent(channel.guestProcessor, channel.connectionId, 0);
  }

  /** There is room on a channel: every queue that goes there may send again. */
  room(processor: VirtualProcessor, index: number): void {
    const queues = Math.max(this.#channels.length, SEND_TABLE);
    for (let queue = 0; queue < queues; queue++)
      if (this.#channelOf(queue) === index) this.stack?.room(processor, queue);
  }

  /** The host has completed a control message. */
  completed(processor: VirtualProcessor, packet: Uint32Array, words: number): void {
    if (this.#waiting?.kind !== 'nvsp' || packet[2] !== this.#transaction) return;
    const message = new Uint32Array(NVSP_WORDS);
    message.set(packet.subarray(DESCRIPTOR_WORDS, Math.min(words, DESCRIPTOR_WORDS + NVSP_WORDS)));
    this.#advance(processor, { message: new DataView(message.buffer), handle: 0 });
  }

  /** A message of the host that nobody asked for. */
  notified(packet: Uint32Array, words: number): void {
    const at = (packet[0] >>> 16) * 2;
    const type = packet[at];
    if (type === NVSP_VF_ASSOCIATION)
      this.association = { allocated: packet[at + 1] !== 0, serial: packet[at + 2] };
    if (type === NVSP_SWITCH_DATA_PATH) this.dataPath = packet[at + 1];
    const table = at + packet[at + 2] / 4;
    if (type !== NVSP_INDIRECTION_TABLE || packet[at + 1] !== SEND_TABLE) return;
    if (!Number.isInteger(table) || table + SEND_TABLE > words) return;
    this.#sendTable = Array.from(packet.subarray(table, table + SEND_TABLE));
  }

  /** A message of RNDIS other than a frame. Indications of the link are the only ones not asked for. */
  control(processor: VirtualProcessor, message: DataView): void {
    const type = message.getUint32(0, true);
    if (type === RNDIS_MSG_INDICATE || (type & RNDIS_COMPLETION) === 0) return;
    if (this.#waiting?.kind !== 'rndis' || message.byteLength < 16) return;
    if (message.getUint32(8, true) !== this.initialisation.requests) return;
    this.#advance(processor, { message, handle: 0 });
  }

  #channelOf(queue: number): number {
    const count = this.#channels.length;
    return (queue < SEND_TABLE ? this.#sendTable[queue] : queue) % count;
  }

  #advance(processor: VirtualProcessor, answer: Answer): void {
    try {
      const step = this.#steps.next(answer);
      this.#waiting = step.done ? undefined : step.value;
      if (step.done) this.#finish(processor);
      else this.#perform(processor, step.value);
    } catch (error) {
      if (!(error instanceof NetVscRefused)) throw error;
      this.#waiting = undefined;
      this.state = 'failed';
      this.failedBecause = `the provider refused ${error.message}`;
    }
  }

  #perform(processor: VirtualProcessor, request: Request): void {
    const [{ requestor, transmitter }] = this.#channels;
    if (request.kind === 'gpadl') this.#share(request.buffer);
    else if (request.kind === 'subchannels') this.#checkSubchannels(processor);
    else if (request.kind === 'rndis') {
      const { message } = request;
      const bytes = new Uint8Array(message.buffer);
      this.memory.writeFrom(this.#requestPage, bytes, 0, bytes.length);
      transmitter.sendControl(this.#requestPage, bytes.length, requestor.beginControl());
    } else if (request.kind === 'nvsp') {
      this.#transaction = requestor.beginControl();
      this.#post(request.message, this.#transaction);
    } else {
      this.#post(request.message, NO_RESPONSE);
      this.#advance(processor, { message: EMPTY, handle: 0 });
    }
  }

  #post(message: DataView, transaction: number): void {
    const words = new Uint32Array(DESCRIPTOR_WORDS + NVSP_WORDS);
    words.set(new Uint32Array(message.buffer), DESCRIPTOR_WORDS);
    this.#channels[0].transmitter.write(words, words.length, PACKET_IN_BAND, 0, transaction);
  }

  #share(buffer: 'receive' | 'send'): void {
    const { receiveBytes, sendBytes } = this.#settings;
    const bytes = buffer === 'receive' ? receiveBytes : sendBytes;
    const gpa = this.memory.allocate(bytes);
    if (buffer === 'receive') {
      this.#receiveAt = gpa;
      // Answers to RNDIS requests come in it too.
      this.#openChannels(new SendBuffer(this.memory, 0, 0, 0));
    } else this.#sendAt = gpa;
    const pages = Array.from(
      { length: Math.ceil(bytes / PAGE_SIZE) },
      (_, i) => gpa / PAGE_SIZE + i,
    );
    const { channel } = this.#channels[0];
    let handle = 0;
    const established = (status: number) =>
      this.#advance(channel.guestProcessor, { message: EMPTY, handle: status === 0 ? handle : 0 });
    handle = channel.guestControl?.establishGpadl({ pages }, established) ?? 0;
  }

  #openChannels(send: SendBuffer): void {
    const { maxPackets, alignment } = this.initialisation.agreed;
    const receive = () =>
      new ReceiveBuffer(this.memory, this.#receiveAt, this.#settings.receiveBytes);
    for (const channel of this.#channels) channel.open(send, receive(), maxPackets, alignment);
  }

  #checkSubchannels(processor: VirtualProcessor): void {
    const request = this.#waiting;
    if (request?.kind === 'subchannels' && this.#channels.length > request.count)
      this.#advance(processor, { message: EMPTY, handle: 0 });
  }

  #finish(processor: VirtualProcessor): void {
    const { sendSectionSize } = this.initialisation.agreed;
    const { sendBytes } = this.#settings;
    this.#openChannels(new SendBuffer(this.memory, this.#sendAt, sendBytes, sendSectionSize));
    this.state = 'running';
    for (const channel of this.#channels) channel.ready(processor);
  }
}

const EMPTY = new DataView(new ArrayBuffer(0));
