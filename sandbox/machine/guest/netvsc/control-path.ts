import type { GuestMemory } from '../../memory/guest-memory.ts';
import { PAGE_SIZE } from '../../memory/host-memory.ts';
import { NVSP_WORDS } from '../../vmbus/nvsp.ts';
import { DESCRIPTOR_WORDS, PACKET_IN_BAND } from '../../vmbus/ring.ts';
import { RNDIS_COMPLETION, RNDIS_MSG_INDICATE } from '../../vmbus/rndis.ts';
import type { NetChannel } from './channel.ts';
import type { Conversation } from './conversation.ts';
import { NO_RESPONSE } from './requestor.ts';

/** The control messages of the driver, on its primary channel: what it asks, and what is an answer to that. */
export class ControlPath {
  #memory: GuestMemory;
  #conversation: Conversation;
  /** Where a request of RNDIS lies while the host reads it. */
  #page: number;
  /** Of the message of NVSP, and number of the request of RNDIS, that is waited for. */
  #transaction = 0;
  #request = 0;
  /** What follows when the host has completed an order, by transaction. */
  #ordered = new Map<number, () => void>();

  constructor(memory: GuestMemory, conversation: Conversation) {
    this.#memory = memory;
    this.#conversation = conversation;
    this.#page = memory.allocate(PAGE_SIZE);
  }

  /** A message of NVSP that is to be completed. */
  ask(channel: NetChannel, message: DataView): void {
    this.#transaction = channel.requestor.beginControl();
    this.#post(channel, message, this.#transaction);
  }

  /** One that is completed too, for which the conversation does not wait. */
  order(channel: NetChannel, message: DataView, then: () => void): void {
    const transaction = channel.requestor.beginControl();
    this.#ordered.set(transaction, then);
    this.#post(channel, message, transaction);
  }

  /** One that is not. */
  tell(channel: NetChannel, message: DataView): void {
    this.#post(channel, message, NO_RESPONSE);
  }

  /** A message of RNDIS, which has its number behind its length. */
  sendRndis({ transmitter, requestor }: NetChannel, message: DataView): void {
    const bytes = new Uint8Array(message.buffer);
    this.#request = message.getUint32(8, true);
    this.#memory.writeFrom(this.#page, bytes, 0, bytes.length);
    transmitter.sendControl(this.#page, bytes.length, requestor.beginControl());
  }

  /** The host has completed a control message. */
  completed(packet: Uint32Array, words: number): void {
    const then = this.#ordered.get(packet[2]);
    if (this.#ordered.delete(packet[2])) then?.();
    if (this.#conversation.waiting?.kind !== 'nvsp' || packet[2] !== this.#transaction) return;
    const message = new Uint32Array(NVSP_WORDS);
    message.set(packet.subarray(DESCRIPTOR_WORDS, Math.min(words, DESCRIPTOR_WORDS + NVSP_WORDS)));
    this.#conversation.answer({ message: new DataView(message.buffer), handle: 0 });
  }

  /** A message of RNDIS other than a frame. Indications of the link are the only ones not asked for. */
  received(message: DataView): void {
    const type = message.getUint32(0, true);
    if (type === RNDIS_MSG_INDICATE || (type & RNDIS_COMPLETION) === 0) return;
    if (this.#conversation.waiting?.kind !== 'rndis' || message.byteLength < 16) return;
    if (message.getUint32(8, true) !== this.#request) return;
    this.#conversation.answer({ message, handle: 0 });
  }

  #post({ transmitter }: NetChannel, message: DataView, transaction: number): void {
    const words = new Uint32Array(DESCRIPTOR_WORDS + NVSP_WORDS);
    words.set(new Uint32Array(message.buffer), DESCRIPTOR_WORDS);
    transmitter.write(words, words.length, PACKET_IN_BAND, 0, transaction);
  }
}
