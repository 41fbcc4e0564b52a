import type { HostMemory } from '../memory/host-memory.ts';
import { MESSAGE_FLAGS, MESSAGE_NONE, MESSAGE_PENDING, MESSAGE_SIZE } from './intercept-message.ts';
import type { Synic } from './synic.ts';
import { SINTS } from './synic-spec.ts';

/**
 * A message on its way: 256 bytes in the hypervisor's memory. Each sender has its own buffers, so what
 * it can have outstanding is bounded: an intercepted processor has one, a port has 16.
 */
export class MessageBuffer {
  /** Host address of its bytes. */
  readonly address: number;
  /** When it was sent, in picoseconds: nobody sees it earlier. */
  at = 0;
  /** Whether it waits for its slot. */
  queued = false;
  /** The one behind it in the queue of a slot. */
  next: MessageBuffer | undefined;

  constructor(address: number) {
    this.address = address;
  }
}

/** The slots of a SIM page, and the queue behind each, which only the hypervisor sees. */
export class SynicMessages {
  /** Host address of the SIM page. */
  readonly page: number;
  #host: HostMemory;
  #synic: Synic;
  /** First and last message that wait for each slot. */
  #first: (MessageBuffer | undefined)[] = new Array(SINTS).fill(undefined);
  #last: (MessageBuffer | undefined)[] = new Array(SINTS).fill(undefined);
  /** Messages in all queues. */
  waiting = 0;

  constructor(host: HostMemory, synic: Synic, page: number) {
    this.#host = host;
    this.#synic = synic;
    this.page = page;
  }

  /** Host address of the slot of `sint`. */
  slot(sint: number): number {
    return this.page + sint * MESSAGE_SIZE;
  }

  /** Whether something waits for the slot of `sint`. */
  waitsOn(sint: number): boolean {
    return this.#first[sint] !== undefined;
  }

  /** Messages that wait for the slot of `sint`. */
  queuedOn(sint: number): number {
    let count = 0;
    for (let next = this.#first[sint]; next !== undefined; next = next.next) count++;
    return count;
  }

  isFree(sint: number): boolean {
    return this.#host.u32[this.slot(sint) >>> 2] === MESSAGE_NONE;
  }

  /** The guest that takes the message out is to write EOM. */
  markPending(sint: number): void {
    this.#host.bytes[this.slot(sint) + MESSAGE_FLAGS] |= MESSAGE_PENDING;
  }

  /** Sends `message`: into the slot when that is empty, else behind the others. */
  post(sint: number, message: MessageBuffer, at: number): void {
    if (message.queued) return;
    message.at = at;
    message.next = undefined;
    message.queued = true;
    const last = this.#last[sint];
    if (last === undefined) this.#first[sint] = message;
    else last.next = message;
    this.#last[sint] = message;
    this.waiting++;
    this.deliver(sint, at);
  }

  /** Moves the front message into an empty slot; a full slot learns that more are waiting. */
  deliver(sint: number, at: number): void {
    if (!this.#synic.messagesEnabled) return;
    const message = this.#first[sint];
    if (message !== undefined && this.isFree(sint)) {
      this.#host.copy(this.slot(sint), message.address, MESSAGE_SIZE);
      this.#first[sint] = message.next;
      if (message.next === undefined) this.#last[sint] = undefined;
      message.queued = false;
      this.waiting--;
      this.#synic.raise(sint, message.at > at ? message.at : at);
    }
    if (this.#first[sint] !== undefined) this.markPending(sint);
  }

  /** Takes `buffers` out of the queue of `sint`: nobody will get what is in them. */
  discard(sint: number, buffers: readonly MessageBuffer[]): void {
    let before: MessageBuffer | undefined;
    for (let next = this.#first[sint]; next !== undefined; next = next.next) {
      if (!buffers.includes(next)) {
        before = next;
        continue;
      }
      if (before === undefined) this.#first[sint] = next.next;
      else before.next = next.next;
      next.queued = false;
      this.waiting--;
    }
    this.#last[sint] = before;
  }

  /** Looks at every queue again. */
  scan(at: number): void {
    if (this.waiting === 0) return;
    for (let sint = 0; sint < SINTS; sint++)
      if (this.#first[sint] !== undefined) this.deliver(sint, at);
  }
}
