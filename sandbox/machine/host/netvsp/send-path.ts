import { ScatterList, type ScatterOwner } from '../../memory/scatter-list.ts';
import { DRIVER } from '../../partition/ledger.ts';
import type { VirtualProcessor } from '../../partition/virtual-processor.ts';
import {
  MAX_PACKETS_PER_TRANSFER,
  NVSP_RNDIS_COMPLETE,
  NVSP_STATUS_FAILED,
  NVSP_STATUS_SUCCESS,
  SEND_SECTION_SIZE,
} from '../../vmbus/nvsp.ts';
import { RNDIS_BODY, RNDIS_HEADER, WORD_DATA_LENGTH, WORD_DATA_OFFSET } from '../../vmbus/rndis.ts';
import { Outstanding } from './outstanding.ts';
import type { NetVsp } from './provider.ts';
import { SentFrames } from './sent-frames.ts';
import { SentOffload, type WorkWanted } from './sent-offload.ts';
import type { PacketWriter } from './writer.ts';

/** Completions kept for a guest whose ring is full, before its channel is closed. */
const MAX_COMPLETIONS = 4096;
const COMPLETE = [NVSP_RNDIS_COMPLETE, NVSP_STATUS_SUCCESS];
const REFUSED = [NVSP_RNDIS_COMPLETE, NVSP_STATUS_FAILED];

/** Frames of the guest on one channel: to the switch without copying them, and completed when they went. */
export class SendPath implements ScatterOwner {
  /** Transfers of the guest that held something else than frames. */
  malformed = 0;
  #provider: NetVsp;
  #writer: PacketWriter;
  #frames: SentFrames;
  #lists: ScatterList[] = [];
  #outstanding = new Outstanding();
  #offload: SentOffload;
  /** Transactions with a frame that was not what its information said. */
  #refused = new Set<number>();

  constructor(provider: NetVsp, writer: PacketWriter) {
    this.#provider = provider;
    this.#writer = writer;
    this.#frames = new SentFrames(provider.host);
    const { host, state } = provider;
    this.#offload = new SentOffload(host, state.offloads, () => state.maxFrame);
  }

  /** Whether the guest leaves more completions unread than this provider keeps. */
  get overrun(): boolean {
    return this.#outstanding.done > MAX_COMPLETIONS;
  }

  /** A transfer of the guest begins, held once; its token. */
  begin(packet: Uint32Array): number {
    return this.#outstanding.begin(packet[2] + packet[3] * 4294967296);
  }

  release(token: number): void {
    this.#outstanding.release(token);
  }

  /** The NIC is through with a frame of the guest: its completion goes out with the next batch. */
  returned(list: ScatterList): void {
    this.#lists.push(list);
    this.#outstanding.release(list.token);
  }

  /** Tells the guest what went since the last time, as far as its ring has room. */
  flush(processor: VirtualProcessor): void {
    const outstanding = this.#outstanding;
    while (outstanding.done > 0) {
      const transaction = outstanding.first;
      const refused = this.#refused.size > 0 && this.#refused.has(transaction);
      if (!this.#writer.complete(processor, transaction, refused ? REFUSED : COMPLETE)) return;
      if (refused) this.#refused.delete(transaction);
      outstanding.shift();
    }
  }

  /** Every frame of a transfer goes to the switch; the transfer is completed when all are through. */
  forward(processor: VirtualProcessor, packet: Uint32Array, transfer: ScatterList): void {
    const token = this.begin(packet);
    this.#frames.reset();
    for (let frames = 0; frames < MAX_PACKETS_PER_TRANSFER; frames++) {
      const list = this.#newList(token);
      const next = this.#frames.next(transfer, list);
      if (next < 0) this.malformed++;
      if (next <= 0) {
        this.#lists.push(list);
        break;
      }
      this.#outstanding.hold(token);
      const { serviceProvider } = processor.lp.costs;
      this.#writer.charge(processor, DRIVER, serviceProvider, 'VSP: from the guest');
      const { work } = this.#frames;
      if (work === undefined) this.#toSwitch(processor, list);
      else if (!this.#offer(processor, list, work))
        this.#refused.add(packet[2] + packet[3] * 4294967296);
    }
    this.#outstanding.release(token);
  }

  /** A transfer that cannot be one is completed, and nothing else. */
  refuse(packet: Uint32Array): void {
    this.malformed++;
    this.release(this.begin(packet));
  }

  /** Without the copy of ring messages: whether the frame of `transfer` looks right where it lies. */
  checkInPlace(processor: VirtualProcessor, transfer: ScatterList): boolean {
    const { serviceProvider } = processor.lp.costs;
    this.#writer.charge(processor, DRIVER, serviceProvider, 'VSP: check the message');
    const list = this.#newList(-1);
    this.#frames.reset();
    const good = this.#frames.next(transfer, list) === 1;
    this.#lists.push(list);
    return good;
  }

  /** Forwards the frame that was checked, by what its message says by now. */
  useInPlace(processor: VirtualProcessor, packet: Uint32Array): void {
    const list = this.#newList(this.begin(packet));
    this.#addUnchecked(list, packet[(packet[0] >>> 16) * 2 + 2]);
    this.#toSwitch(processor, list);
  }

  /** The offset in the message is added to the mapping, whatever it is. */
  #addUnchecked(list: ScatterList, section: number): void {
    const { host, state } = this.#provider;
    if (state.send === undefined || section >= state.sendSections) return;
    const start = state.send.span(section * SEND_SECTION_SIZE, RNDIS_HEADER);
    if (start < 0) return;
    const offset = host.read32(start + 4 * WORD_DATA_OFFSET) + RNDIS_BODY;
    const length = host.read32(start + 4 * WORD_DATA_LENGTH);
    const at = (start + offset) % 4294967296;
    // Beyond the host's memory there is nothing to read: a machine check, here a dropped frame.
    if (at + length <= host.size) list.add(at, length);
  }

  /** To the switch, after the copies that the policy asks for. */
  #toSwitch(processor: VirtualProcessor, list: ScatterList): void {
    const provider = this.#provider;
    provider.mode.call(processor);
    const good = list.length > 0 && this.#protect(processor, list);
    if (!good || !provider.switch.forward(processor, list, provider)) this.returned(list);
  }

  /** To the switch with what is to be done to the frame; false when that cannot be done. */
  #offer(processor: VirtualProcessor, list: ScatterList, work: WorkWanted): boolean {
    const provider = this.#provider;
    provider.mode.call(processor);
    list.offload = this.#offload.accept(processor, list, work);
    const accepted = list.offload !== undefined;
    if (!accepted) this.malformed++;
    if (!accepted || !provider.switch.forward(processor, list, provider)) this.returned(list);
    return accepted;
  }

  #protect(processor: VirtualProcessor, list: ScatterList): boolean {
    const { copies, mover, privateMemory } = this.#provider;
    if (mover !== undefined) return mover.fetch(processor, list);
    if (copies.sentFrames) return privateMemory.copyFrame(processor, list);
    return !copies.sentHeaders || privateMemory.copyHeader(processor, list);
  }

  #newList(token: number): ScatterList {
    const list = this.#lists.pop() ?? new ScatterList();
    list.clear();
    list.owner = this;
    list.token = token;
    return list;
  }
}
