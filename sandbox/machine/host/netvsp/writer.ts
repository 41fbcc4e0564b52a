import { RING } from '../../partition/ledger.ts';
import type { VirtualProcessor } from '../../partition/virtual-processor.ts';
import type { Channel } from '../../vmbus/channel.ts';
import { NVSP_WORDS } from '../../vmbus/nvsp.ts';
import { DESCRIPTOR_WORDS, PACKET_COMPLETION, type Ring } from '../../vmbus/ring.ts';
import { signalGuest } from '../../vmbus/signals.ts';
import { replyWords } from './control.ts';
import type { NetVsp } from './provider.ts';

/** Frames a transfer-page packet may carry. */
export const MAX_RANGES = 375;

/** Writes a provider's packets into the ring to the guest, and signals when that found it empty. */
export class PacketWriter {
  /** The packet in the making; the first words are left free for the descriptor. */
  readonly words = new Uint32Array(DESCRIPTOR_WORDS + 2 + 2 * MAX_RANGES + NVSP_WORDS);
  #provider: NetVsp;
  #channel: Channel;
  #ring: Ring;
  #signalOwed = false;

  constructor(provider: NetVsp, channel: Channel) {
    this.#provider = provider;
    this.#channel = channel;
    this.#ring = channel.openRootToGuest();
  }

  charge(processor: VirtualProcessor, what: number, cycles: number, detail?: string): void {
    processor.charge(this.#provider.mode.actor(processor), what, cycles, detail);
  }

  /** Puts `message` where a message goes that stands right behind the descriptor; returns its end. */
  message(message: readonly number[]): number {
    const { words } = this;
    const count = Math.max(message.length, replyWords(this.#provider.state));
    for (let i = 0; i < count; i++)
      words[DESCRIPTOR_WORDS + i] = i < message.length ? message[i] : 0;
    return DESCRIPTOR_WORDS + count;
  }

  /** Completes a packet of the guest with a message, or with nothing. False without room. */
  complete(processor: VirtualProcessor, transaction: number, message: readonly number[]): boolean {
    const end = message.length === 0 ? DESCRIPTOR_WORDS : this.message(message);
    return this.put(processor, end, PACKET_COMPLETION, 0, 0, transaction, 'put a completion');
  }

  /** Writes the first `count` of `words` as a packet; false without room. */
  put(
    processor: VirtualProcessor,
    count: number,
    type: number,
    headerWords: number,
    flags: number,
    transaction: number,
    detail: string,
  ): boolean {
    this.charge(processor, RING, processor.lp.costs.ringPacket, detail);
    const written = this.#ring.write(this.words, count, type, headerWords, flags, transaction);
    if (written === 2) this.#signalOwed = true;
    return written !== 0;
  }

  /** Signals the guest if a packet found the ring empty. */
  signalIfOwed(processor: VirtualProcessor): void {
    if (this.#signalOwed) this.signal(processor);
  }

  signal(processor: VirtualProcessor): void {
    this.#signalOwed = false;
    const { mode, hypervisor } = this.#provider;
    mode.call(processor);
    signalGuest(hypervisor, processor, this.#channel);
  }
}
