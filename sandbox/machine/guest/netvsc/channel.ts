import { DRIVER, RING } from '../../partition/ledger.ts';
import type { Task, VirtualProcessor } from '../../partition/virtual-processor.ts';
import type { Channel, ChannelEnd } from '../../vmbus/channel.ts';
import { NVSP_STATUS_SUCCESS } from '../../vmbus/nvsp.ts';
import {
  DESCRIPTOR_WORDS,
  PACKET_COMPLETION,
  PACKET_IN_BAND,
  PACKET_TRANSFER_PAGES,
  type Ring,
} from '../../vmbus/ring.ts';
import {
  headerSize,
  INFO_SIZE,
  NO_INFO,
  PACKET_ID_FIRST,
  type PacketInfo,
  RNDIS_HEADER,
  RNDIS_MSG_PACKET,
} from '../../vmbus/rndis.ts';
import type { NetVsc } from './driver.ts';
import { FragmentedFrame } from './fragments.ts';
import type { ReceiveBuffer } from './receive-buffer.ts';
import { ReceiveCompletions } from './receive-completions.ts';
import { Requestor } from './requestor.ts';
import { SendBuffer } from './send-buffer.ts';
import { OutgoingFrame, Transmitter } from './transmitter.ts';

/** Frames the stack may have outstanding on a channel; frames that are to be cut are few and long. */
const TRANSMIT_SLOTS = 128;
const LARGE_SLOTS = 16;
/** In front of a frame: room for its header, and for what goes with an unfinished one. */
const HEADROOM = RNDIS_HEADER + 2 * INFO_SIZE;
/** Received frames after which a poll ends, as the Linux driver's; a packet's frames are not parted. */
const POLL_WEIGHT = 64;
/** Ring packets that a poll takes in one go (see decision 0005). */
const SLICE = 8;
const MAX_PACKET_WORDS = 1024;

/** One channel of the adapter: its rings, its transmit slots, and the poll that its signals start. */
export class NetChannel implements ChannelEnd, Task {
  readonly channel: Channel;
  readonly requestor = new Requestor(TRANSMIT_SLOTS);
  readonly transmitter: Transmitter;
  /** Transfers that the host completed with another status than success. */
  refused = 0;
  #netvsc: NetVsc;
  #index: number;
  #in: Ring;
  #packet = new Uint32Array(MAX_PACKET_WORDS);
  #buffer: SendBuffer;
  #receive: ReceiveBuffer | undefined;
  #completions: ReceiveCompletions;
  /** Frames received in the poll that is under way. */
  #received = 0;
  #slots = -1;
  #free: number[] = [];
  #frame = new OutgoingFrame();
  #fragments = new FragmentedFrame();
  #wanted: boolean;
  #polling = false;
  #state: 'open' | 'draining' | 'closed' = 'open';

  /** @param wanted whether the stack waits for room, since before there was this channel */
  constructor(netvsc: NetVsc, channel: Channel, index: number, wanted = false) {
    this.#netvsc = netvsc;
    this.#wanted = wanted;
    this.channel = channel;
    this.#index = index;
    this.#in = channel.openRootToGuest();
    const { memory } = netvsc;
    this.#buffer = new SendBuffer(memory, 0, 0, 0);
    this.transmitter = new Transmitter(
      memory,
      channel.guestProcessor,
      channel.openGuestToRoot(),
      this.#buffer,
      this.requestor,
    );
    this.transmitter.signal = () => netvsc.signal(channel);
    this.#completions = new ReceiveCompletions(this.transmitter);
    channel.guestEnd = this;
  }

  /** The buffers are agreed on: frames may come and go. */
  open(send: SendBuffer, receive: ReceiveBuffer, maxPackets: number, alignment: number): void {
    this.#buffer = send;
    this.#receive = receive;
    this.transmitter.useBuffer(send, maxPackets, alignment);
  }

  /** Lets the stack send. */
  ready(processor: VirtualProcessor): void {
    const slots = this.#netvsc.largeFrames ? LARGE_SLOTS : TRANSMIT_SLOTS;
    this.#slots = this.#netvsc.slotsOf(this.#index, slots);
    this.#free = Array.from({ length: slots }, (_, i) => slots - 1 - i);
    this.#tellRoom(processor);
  }

  /** The stack gets no more slots; what it sent is on its way. */
  drain(): void {
    this.#state = 'draining';
    this.transmitter.flush();
  }

  /** The rings are not to be touched any more. */
  close(): void {
    this.#state = 'closed';
  }

  /** Whether the host has completed all that was sent, and was told of all that was received. */
  get idle(): boolean {
    const { requestor, transmitter } = this;
    return requestor.outstanding === 0 && !transmitter.full && this.#completions.held === 0;
  }

  /** Takes a free transmit slot; returns the address of its frame, -1 when there is none. */
  claim(): number {
    if (this.#free.length === 0 || this.transmitter.full || this.#state !== 'open') {
      this.#wanted = true;
      if (this.#state === 'open') this.transmitter.flush();
      return -1;
    }
    return this.#slotAddress(this.#free[this.#free.length - 1]);
  }

  /** Sends the claimed slot's `length` bytes, and `info` with them. */
  send(length: number, more: boolean, info: PacketInfo = NO_INFO): void {
    const processor = this.channel.guestProcessor;
    const slot = this.#free.pop() as number;
    processor.charge(processor.kernel, DRIVER, processor.lp.costs.serviceClient);
    const frame = this.#frame;
    frame.clear();
    const at = this.#slotAddress(slot);
    frame.header = at - headerSize(info);
    frame.info = info;
    frame.add(at, length);
    this.transmitter.send(frame, slot, more);
  }

  signalled(processor: VirtualProcessor): void {
    if (this.#polling || this.#state === 'closed') return;
    this.#polling = true;
    this.#in.masked = true;
    processor.post(this, 0, processor.local);
  }

  /**
   * A slice of the poll: completions and received frames. The poll ends when the ring is empty or its
   * weight is reached: then the host gets its buffers back, in one go, and it sleeps if nothing has come.
   */
  run(processor: VirtualProcessor): void {
    if (this.#state === 'closed') return;
    if (this.transmitter.full) this.transmitter.retry();
    for (let left = SLICE; left > 0 && this.#received < POLL_WEIGHT; left--) {
      const words = this.#in.read(this.#packet);
      if (words <= 0) break;
      processor.charge(processor.kernel, RING, processor.lp.costs.ringPacket, 'take a packet');
      this.#received += this.#take(processor, words);
    }
    if (this.#received >= POLL_WEIGHT || !this.#in.hasPackets) this.#endPoll(processor);
    if (this.#state !== 'open') this.#netvsc.drained();
    if (this.#in.commit()) this.#netvsc.signal(this.channel);
    if (this.#wanted && this.#free.length > 0 && !this.transmitter.full) this.#tellRoom(processor);
    this.#polling = !this.#in.endBatch();
    if (this.#polling) processor.post(this, 0, processor.local);
  }

  #endPoll(processor: VirtualProcessor): void {
    this.#received = 0;
    this.#completions.flush();
    this.#netvsc.stack?.polled?.(processor);
  }

  /** Sees to a packet; how many frames it brought. */
  #take(processor: VirtualProcessor, words: number): number {
    const packet = this.#packet;
    const type = packet[0] & 0xffff;
    if (type === PACKET_TRANSFER_PAGES) return this.#receiveAll(processor);
    if (type === PACKET_COMPLETION) {
      const freed = this.requestor.end(packet[2], this.#buffer, this.#free);
      if (freed > 0 && packet[DESCRIPTOR_WORDS + 1] !== NVSP_STATUS_SUCCESS) this.refused++;
      if (freed === 0 && this.requestor.endControl(packet[2]))
        this.#netvsc.completed(packet, words);
    } else if (type === PACKET_IN_BAND) this.#netvsc.notified(packet, words);
    return 0;
  }

  #tellRoom(processor: VirtualProcessor): void {
    if (!this.#wanted || this.#state !== 'open') return;
    this.#wanted = false;
    this.#netvsc.room(processor, this.#index);
  }

  #slotAddress(slot: number): number {
    return this.#slots + slot * this.#netvsc.stride + HEADROOM;
  }

  /**
   * A fragment of a coalesced frame. The frame costs the driver what any frame does, and every other
   * fragment a look at its header, at the price of bytes that are not in the cache.
   */
  #receiveFragment(processor: VirtualProcessor, receive: ReceiveBuffer): void {
    const { costs } = processor.lp;
    const isFirst = (receive.fragment & PACKET_ID_FIRST) !== 0;
    const cycles = isFirst ? costs.serviceClient : costs.copyCold * RNDIS_HEADER;
    processor.charge(processor.kernel, DRIVER, cycles, 'a fragment');
    const pieces = this.#fragments.add(receive);
    if (pieces !== undefined) this.#netvsc.stack?.receivedLong?.(processor, pieces);
  }

  /** Every message of a transfer-page packet, where the root put it; one completion is owed for all. */
  #receiveAll(processor: VirtualProcessor): number {
    const packet = this.#packet;
    const receive = this.#receive;
    const low = packet[2];
    const high = packet[3];
    const ranges = Math.min(packet[5], (packet.length - 6) >> 1);
    for (let i = 0; i < ranges && receive !== undefined; i++) {
      const length = packet[6 + 2 * i];
      const offset = packet[7 + 2 * i];
      const type = receive.read(offset, length);
      if (type === RNDIS_MSG_PACKET && receive.fragment !== 0) {
        this.#receiveFragment(processor, receive);
        continue;
      }
      processor.charge(processor.kernel, DRIVER, processor.lp.costs.serviceClient);
      if (type === RNDIS_MSG_PACKET)
        this.#netvsc.stack?.received(
          processor,
          receive.dataAt,
          receive.dataLength,
          receive.verified,
        );
      else if (type !== 0) this.#netvsc.control(receive.copyOf(offset, length));
    }
    // All fragments of a frame come in one transfer.
    this.#fragments.forget();
    this.#completions.owe(low + high * 4294967296);
    return ranges;
  }
}
