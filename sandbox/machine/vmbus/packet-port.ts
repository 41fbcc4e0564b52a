import { RING } from '../partition/ledger.ts';
import type { Task, VirtualProcessor } from '../partition/virtual-processor.ts';
import type { ChannelEnd } from './channel.ts';
import {
  DESCRIPTOR_WORDS,
  FLAG_COMPLETION_REQUESTED,
  PACKET_COMPLETION,
  PACKET_IN_BAND,
  RING_CORRUPT,
  type Ring,
} from './ring.ts';

/** Words of the longest packet that a port reads; a longer one counts as damaged. */
const MAX_PACKET_WORDS = 1024;
/** Packets handled in one go before other work of the processor gets its turn. */
const POLL_BUDGET = 8;

/** A packet of one of the two kinds that small protocols use. */
export interface Packet {
  kind: 'message' | 'completion' | 'other';
  asksCompletion: boolean;
  /** Below 2^53. */
  transaction: number;
  payload: Uint8Array;
}

/** What a protocol does with packets that come in. */
export interface PacketHandler {
  packet(processor: VirtualProcessor, packet: Packet): void;
  /** The ring holds what cannot be a packet. */
  corrupt(): void;
}

/**
 * One end of a channel whose protocol is small messages and their completions. Packets are copied out of
 * shared memory before anybody looks at them.
 */
export class PacketPort implements ChannelEnd, Task {
  place: string | undefined;
  closed = false;
  #in: Ring;
  #out: Ring;
  #signal: (processor: VirtualProcessor) => void;
  #handler: PacketHandler;
  #packet = new Uint32Array(MAX_PACKET_WORDS);
  #polling = false;

  constructor(
    incoming: Ring,
    outgoing: Ring,
    signal: (processor: VirtualProcessor) => void,
    handler: PacketHandler,
  ) {
    this.#in = incoming;
    this.#out = outgoing;
    this.#signal = signal;
    this.#handler = handler;
  }

  /**
   * Sends a message; with a `transaction` the other side is asked to complete it.
   * @returns false when the ring has no room
   */
  send(processor: VirtualProcessor, payload: Uint8Array, transaction?: number): boolean {
    const flags = transaction === undefined ? 0 : FLAG_COMPLETION_REQUESTED;
    return this.#write(processor, PACKET_IN_BAND, flags, transaction ?? 0, payload);
  }

  /** Completes a message. @returns false when the ring has no room */
  complete(processor: VirtualProcessor, transaction: number, payload: Uint8Array): boolean {
    return this.#write(processor, PACKET_COMPLETION, 0, transaction, payload);
  }

  /** The rings are not to be touched any more. */
  close(): void {
    this.closed = true;
  }

  signalled(processor: VirtualProcessor): void {
    if (this.#polling || this.closed || !this.#in.hasPackets) return;
    this.#polling = true;
    this.#in.masked = true;
    processor.post(this, 0, processor.local);
  }

  /** Takes packets from the ring up to the budget; sleeps when it is empty. */
  run(processor: VirtualProcessor): void {
    for (let budget = POLL_BUDGET; budget > 0 && !this.closed; budget--) {
      const words = this.#in.read(this.#packet);
      if (words === RING_CORRUPT) {
        this.#handler.corrupt();
        return;
      }
      if (words === 0) break;
      processor.charge(processor.kernel, RING, processor.lp.costs.ringPacket, 'take a packet');
      this.#handler.packet(processor, this.#taken(words));
    }
    if (this.closed) return;
    if (this.#in.commit()) this.#signal(processor);
    this.#polling = !this.#in.endBatch();
    if (this.#polling) processor.post(this, 0, processor.local);
  }

  #taken(words: number): Packet {
    const packet = this.#packet;
    const type = packet[0] & 0xffff;
    const bytes = new Uint8Array(packet.buffer, 0, words * 4);
    return {
      kind:
        type === PACKET_IN_BAND ? 'message' : type === PACKET_COMPLETION ? 'completion' : 'other',
      asksCompletion: ((packet[1] >>> 16) & FLAG_COMPLETION_REQUESTED) !== 0,
      transaction: packet[2] + packet[3] * 4294967296,
      payload: bytes.slice((packet[0] >>> 16) * 8),
    };
  }

  #write(
    processor: VirtualProcessor,
    type: number,
    flags: number,
    transaction: number,
    payload: Uint8Array,
  ): boolean {
    const words = new Uint32Array(DESCRIPTOR_WORDS + Math.ceil(payload.length / 4));
    new Uint8Array(words.buffer).set(payload, DESCRIPTOR_WORDS * 4);
    processor.charge(processor.kernel, RING, processor.lp.costs.ringPacket, 'put a packet');
    const written = this.#out.write(words, words.length, type, 0, flags, transaction);
    if (written === 2) this.#signal(processor);
    return written > 0;
  }
}
