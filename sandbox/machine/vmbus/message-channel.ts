import type { HostMemory } from '../memory/host-memory.ts';
import { COPY, EXIT_ROOT_EOM, HYPERVISOR, INTERCEPT } from '../partition/ledger.ts';
import { SINT_VMBUS } from '../partition/synic-spec.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import { Channel } from './channel.ts';
import { Ring } from './ring.ts';

/** Bytes of a message with its header, and of the largest payload. */
const MESSAGE_BYTES = 256;
const PAYLOAD_WORDS = 60;
/**
 * Buffers of the port. The real interface has 16 and refuses what is more; here there are enough for all
 * frames that a driver has outstanding, so that nothing is lost and what is seen is the price alone.
 */
const BUFFERS = 512;

/** Messages on their way in one direction: bytes in the hypervisor's memory, and the receiver's slot. */
class MessagePort {
  readonly host: HostMemory;
  /** The processor whose slot it is. */
  readonly receiver: VirtualProcessor;
  /** The event flag that wakes it. */
  #flag: () => number;
  #address: number;
  #lengths = new Int32Array(BUFFERS);
  #head = 0;
  #count = 0;
  /** Whether the message at the head lies in the slot, so that the receiver can read it. */
  #delivered = false;

  constructor(host: HostMemory, receiver: VirtualProcessor, flag: () => number) {
    this.#flag = flag;
    this.host = host;
    this.receiver = receiver;
    this.#address = host.allocate(BUFFERS * MESSAGE_BYTES);
  }

  get count(): number {
    return this.#count;
  }

  get readable(): boolean {
    return this.#delivered;
  }

  post(words: Uint32Array, count: number): boolean {
    if (this.#count === BUFFERS || count > PAYLOAD_WORDS) return false;
    const slot = (this.#head + this.#count) % BUFFERS;
    const at = (this.#address + slot * MESSAGE_BYTES) >>> 2;
    for (let i = 0; i < count; i++) this.host.u32[at + i] = words[i];
    this.#lengths[slot] = count;
    this.#count++;
    this.#delivered = true;
    return true;
  }

  /** Takes the message out of the slot. With another one behind it, EOM brings that and an interrupt. */
  take(into: Uint32Array): number {
    if (!this.#delivered) return 0;
    const at = (this.#address + this.#head * MESSAGE_BYTES) >>> 2;
    const length = this.#lengths[this.#head];
    for (let i = 0; i < length; i++) into[i] = this.host.u32[at + i];
    this.#head = (this.#head + 1) % BUFFERS;
    this.#count--;
    this.#delivered = false;
    this.#copied();
    return length;
  }

  /** The receiver says that its slot is empty. */
  endOfMessage(): void {
    const { receiver } = this;
    if (this.#count === 0 || this.#delivered) return;
    const { ledger, costs } = receiver.lp;
    if (receiver.kind === 'root') ledger.exits[EXIT_ROOT_EOM]++;
    receiver.charge(HYPERVISOR, INTERCEPT, costs.exitInHypervisor, 'EOM: the next message');
    this.#delivered = true;
    receiver.synic?.signal(SINT_VMBUS, this.#flag(), receiver.local);
  }

  /** The hypervisor copies a message twice: from the sender's page, and into the receiver's slot. */
  #copied(): void {
    const { receiver } = this;
    const cycles = 2 * receiver.lp.costs.copyWarm * MESSAGE_BYTES;
    receiver.charge(HYPERVISOR, COPY, cycles, 'a message of 256 bytes, twice');
  }
}

/** A direction of a channel without a ring: each packet is a message that the hypervisor carries. */
class MessageRing extends Ring {
  #port: MessagePort;

  constructor(pages: number[], port: MessagePort) {
    super(port.host, pages);
    this.#port = port;
  }

  override get hasPackets(): boolean {
    return this.#port.readable;
  }

  /** There is nobody to be asked not to interrupt: the hypervisor delivers each message. */
  override get masked(): boolean {
    return false;
  }

  override set masked(_value: boolean) {}

  override write(
    words: Uint32Array,
    count: number,
    type: number,
    headerWords: number,
    flags: number,
    transaction: number,
  ): 0 | 1 | 2 {
    words[0] = type | (((4 + headerWords) >> 1) << 16);
    words[1] = ((count + 1) >>> 1) | (flags << 16);
    words[2] = transaction >>> 0;
    words[3] = Math.floor(transaction / 4294967296);
    return this.#port.post(words, count) ? 2 : 0;
  }

  override read(into: Uint32Array): number {
    return this.#port.take(into);
  }

  override commit(): boolean {
    return false;
  }

  override endBatch(): boolean {
    this.#port.endOfMessage();
    return true;
  }
}

/** A channel whose packets all pass through the hypervisor. For teaching what a ring saves. */
export class MessageChannel extends Channel {
  #toRoot: MessagePort | undefined;
  #toGuest: MessagePort | undefined;

  override openGuestToRoot(): Ring {
    this.#toRoot ??= new MessagePort(
      this.guestMemory.host,
      this.rootProcessor,
      () => this.portId & 0xfff,
    );
    return new MessageRing(this.ringPages(0), this.#toRoot);
  }

  override openRootToGuest(): Ring {
    this.#toGuest ??= new MessagePort(this.guestMemory.host, this.guestProcessor, () => this.relid);
    return new MessageRing(this.ringPages(1), this.#toGuest);
  }
}
