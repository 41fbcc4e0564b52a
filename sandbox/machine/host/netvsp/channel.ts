import type { ScatterList } from '../../memory/scatter-list.ts';
import { RING } from '../../partition/ledger.ts';
import type { Task, VirtualProcessor } from '../../partition/virtual-processor.ts';
import type { Channel, ChannelEnd } from '../../vmbus/channel.ts';
import {
  NVSP_RNDIS_PACKET,
  NVSP_SWITCH_DATA_PATH,
  NVSP_WORDS,
  RNDIS_CONTROL,
  RNDIS_DATA,
} from '../../vmbus/nvsp.ts';
import {
  FLAG_COMPLETION_REQUESTED,
  PACKET_COMPLETION,
  PACKET_GPA_DIRECT,
  PACKET_IN_BAND,
  RING_CORRUPT,
  type Ring,
} from '../../vmbus/ring.ts';
import type { PfClient } from '../pf-driver.ts';
import { handleControl } from './control.ts';
import type { NetVsp } from './provider.ts';
import { ReceivePath } from './receive-path.ts';
import type { ReceiveSections } from './receive-sections.ts';
import { answerRndis } from './rndis-control.ts';
import { SendPath } from './send-path.ts';
import { Transfer } from './transfer.ts';
import { PacketWriter } from './writer.ts';

/** Ring packets handled in one go before other work of the processor gets its turn. */
const POLL_BUDGET = 8;
const MAX_PACKET_WORDS = 1024;
/** Bytes of a control message of RNDIS. */
const MAX_CONTROL = 4096;
/** Words of a message of NVSP that a guest must send at least; of one that refers to a transfer. */
const MIN_WORDS = 2;
const RNDIS_WORDS = 4;
/** `run`'s argument for a message that was checked where it lies, and is now used from there. */
const USE = 1;
const UNREAD = 'the guest sends and does not read its completions';

/**
 * The provider's side of one channel: takes packets out of the ring, and sees to frames and messages.
 *
 * Ring messages are copied out of shared memory before they are looked at, unless the policy of copies says
 * otherwise. A message that cannot be true closes the channel and harms nobody else.
 */
export class ProviderChannel implements ChannelEnd, Task, PfClient {
  readonly channel: Channel;
  readonly sending: SendPath;
  readonly receiving: ReceivePath;
  place: string | undefined;
  #provider: NetVsp;
  #ring: Ring;
  #writer: PacketWriter;
  #transfer: Transfer;
  #packet = new Uint32Array(MAX_PACKET_WORDS);
  #polling = false;
  #blocked = false;
  /** Messages checked in place. */
  #checked = 0;

  constructor(provider: NetVsp, channel: Channel) {
    this.#provider = provider;
    this.channel = channel;
    this.#ring = channel.openGuestToRoot();
    this.#writer = new PacketWriter(provider, channel);
    this.#transfer = new Transfer(channel.guestMemory, provider.state);
    this.sending = new SendPath(provider, this.#writer);
    this.receiving = new ReceivePath(provider, channel, this.#writer);
    channel.rootEnd = this;
    provider.external.addClient(this);
  }

  signalled(processor: VirtualProcessor): void {
    if (this.#polling || this.channel.closedBecause !== undefined) return;
    if (!this.#ring.hasPackets) return;
    this.#polling = true;
    this.#ring.masked = true;
    processor.post(this, 0, processor.local);
  }

  /**
   * Takes packets from the ring up to the budget; sleeps when it is empty or the NIC is full. While the
   * NIC's queue on this processor polls, the ring stays masked: see `turned`.
   */
  run(processor: VirtualProcessor, arg: number): void {
    if (this.channel.closedBecause !== undefined) return;
    const { external, mode, copies } = this.#provider;
    const queue = external.queueOf(processor);
    mode.enter(processor);
    if (arg === USE) this.#useInPlace(processor);
    for (let budget = POLL_BUDGET; budget > 0; budget--) {
      if (!queue.hasRoom) {
        this.#blocked = true;
        break;
      }
      const words = this.#ring.read(this.#packet);
      if (words === RING_CORRUPT) {
        this.#close('the ring holds a packet that cannot be one');
        return;
      }
      if (words === 0) break;
      this.#writer.charge(processor, RING, processor.lp.costs.ringPacket, 'take a packet');
      if (!copies.ringMessages && this.#isSection(words)) {
        this.#checkInPlace(processor);
        return;
      }
      this.#message(processor, words);
      if (this.channel.closedBecause !== undefined) return;
    }
    if (this.#ring.commit()) this.#writer.signal(processor);
    this.flush(processor);
    if (this.#blocked) return;
    if (!this.#ring.hasPackets && this.#ring.masked && queue.accompany(this)) return;
    this.#polling = !this.#ring.endBatch();
    if (this.#polling) processor.post(this, 0, processor.local);
    else mode.leave(processor);
  }

  /** Queued again when the guest has written something, and once more before the ring is unmasked. */
  turned(processor: VirtualProcessor, asleep: boolean): boolean {
    if (this.channel.closedBecause !== undefined) return false;
    const looks = asleep || this.#ring.hasPackets;
    if (looks) processor.post(this, 0, processor.local);
    return !looks;
  }

  room(processor: VirtualProcessor): void {
    if (!this.#blocked || processor !== this.channel.rootProcessor) return;
    this.#blocked = false;
    processor.post(this, 0, processor.local);
  }

  /** A frame for the guest. */
  deliver(processor: VirtualProcessor, frame: ScatterList, receive: ReceiveSections): boolean {
    this.receiving.deliver(processor, frame, receive);
    return false;
  }

  /** Tells the guest, at most once, of frames received and frames sent since the last time. */
  flush(processor: VirtualProcessor): void {
    if (this.channel.closedBecause !== undefined) return;
    if (this.sending.overrun) {
      this.#close(UNREAD);
      return;
    }
    this.receiving.flush(processor);
    this.sending.flush(processor);
    this.#writer.signalIfOwed(processor);
    if (!this.#polling) this.#provider.mode.leave(processor);
  }

  /** Sends the guest a message that it did not ask for. */
  notify(processor: VirtualProcessor, message: readonly number[]): void {
    const end = this.#writer.message(message);
    this.#writer.put(processor, end, PACKET_IN_BAND, 0, 0, 0, 'put a message');
    this.#writer.signalIfOwed(processor);
  }

  #message(processor: VirtualProcessor, words: number): void {
    const packet = this.#packet;
    const type = packet[0] & 0xffff;
    const at = (packet[0] >>> 16) * 2;
    if (type === PACKET_COMPLETION) {
      this.receiving.takeBack(packet[2]);
      return;
    }
    const isKnown = type === PACKET_IN_BAND || type === PACKET_GPA_DIRECT;
    if (!isKnown || at + MIN_WORDS > words)
      this.#close('a message that this provider does not know');
    else if (packet[at] !== NVSP_RNDIS_PACKET) this.#control(processor, packet.slice(at, words));
    else if (at + RNDIS_WORDS > words) this.#close('a message that ends too early');
    else this.#rndis(processor, at);
  }

  #rndis(processor: VirtualProcessor, at: number): void {
    const packet = this.#packet;
    const found = this.#transfer.collect(packet, at);
    if (packet[at + 1] === RNDIS_DATA) {
      if (found && this.#provider.state.running)
        this.sending.forward(processor, packet, this.#transfer.list);
      else this.sending.refuse(packet);
      if (this.sending.overrun) this.#close(UNREAD);
    } else if (packet[at + 1] === RNDIS_CONTROL && found) this.#rndisControl(processor);
    else this.#close('a transfer that is neither frames nor control');
  }

  /** A control message of RNDIS: copied before it is looked at; the answer comes in a section. */
  #rndisControl(processor: VirtualProcessor): void {
    const { state, host } = this.#provider;
    const { list } = this.#transfer;
    const { receive } = state;
    if (list.length > MAX_CONTROL || receive === undefined) {
      this.#close('an RNDIS message without a place for its answer');
      return;
    }
    const bytes = new Uint8Array(list.length);
    for (let i = 0, done = 0; i < list.count; done += list.lengths[i++]) {
      const from = list.addresses[i];
      bytes.set(host.bytes.subarray(from, from + list.lengths[i]), done);
    }
    const before = state.filter;
    const answer = answerRndis(state, new DataView(bytes.buffer));
    this.sending.release(this.sending.begin(this.#packet));
    if (typeof answer === 'string') this.#close(answer);
    else if (answer !== undefined && !this.receiving.answer(processor, receive, answer))
      this.#close('the guest asks and does not give the sections of the answers back');
    if (before === 0 && state.filter !== 0) this.#provider.onReceiving();
  }

  #control(processor: VirtualProcessor, message: Uint32Array): void {
    const provider = this.#provider;
    const { state } = provider;
    if (provider.channels[0] !== this) {
      this.#close('a control message on a sub-channel');
      return;
    }
    const words = new Uint32Array(NVSP_WORDS);
    words.set(message.subarray(0, NVSP_WORDS));
    const answer = handleControl(state, provider, words);
    if (typeof answer === 'string') {
      this.#close(answer);
      return;
    }
    const packet = this.#packet;
    const transaction = packet[2] + packet[3] * 4294967296;
    const asks = ((packet[1] >>> 16) & FLAG_COMPLETION_REQUESTED) !== 0;
    if (asks && !this.#writer.complete(processor, transaction, answer)) {
      this.#close('the guest asks and does not read the answers');
      return;
    }
    if (words[0] === NVSP_SWITCH_DATA_PATH) provider.onDataPath(state.dataPath);
  }

  /** Whether the packet is frames in a section of the send buffer. */
  #isSection(words: number): boolean {
    const packet = this.#packet;
    const at = (packet[0] >>> 16) * 2;
    const isMessage = (packet[0] & 0xffff) === PACKET_IN_BAND && at + RNDIS_WORDS <= words;
    return isMessage && packet[at] === NVSP_RNDIS_PACKET && packet[at + 1] === RNDIS_DATA;
  }

  /**
   * Without the copy of ring messages: looks at the message where it lies, and comes back to use it. What
   * the guest writes in between is used unchecked.
   */
  #checkInPlace(processor: VirtualProcessor): void {
    const packet = this.#packet;
    const found = this.#transfer.collect(packet, (packet[0] >>> 16) * 2);
    const good = this.sending.checkInPlace(processor, this.#transfer.list) && found;
    if (good) this.#ring.unread();
    else this.sending.refuse(packet);
    if (++this.#checked % POLL_BUDGET === 0) {
      if (this.#ring.commit()) this.#writer.signal(processor);
      this.flush(processor);
    }
    processor.post(this, good ? USE : 0, processor.local);
  }

  #useInPlace(processor: VirtualProcessor): void {
    if (this.#ring.read(this.#packet) > 0) this.sending.useInPlace(processor, this.#packet);
  }

  #close(reason: string): void {
    this.channel.close(reason);
    this.#polling = true;
  }
}
