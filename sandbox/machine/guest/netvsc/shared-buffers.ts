import type { GuestMemory } from '../../memory/guest-memory.ts';
import { PAGE_SIZE } from '../../memory/host-memory.ts';
import type { Channel } from '../../vmbus/channel.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import { SendBuffer } from './send-buffer.ts';

type BufferName = 'receive' | 'send';

/**
 * The memory that the driver shares with its provider. It is the driver's for good: shared again, it is the
 * same memory under another handle.
 */
export class SharedBuffers {
  #memory: GuestMemory;
  #bytes: Record<BufferName, number>;
  /** Guest addresses; 0 for memory that the driver has not needed yet. */
  #at: Record<BufferName, number> = { receive: 0, send: 0 };
  /** Handles by which the host has them; 0 for none. */
  #handles: Record<BufferName, number> = { receive: 0, send: 0 };

  constructor(memory: GuestMemory, receiveBytes: number, sendBytes: number) {
    this.#memory = memory;
    // The host is told of whole pages, and shares all of them out.
    const receive = Math.ceil(receiveBytes / PAGE_SIZE) * PAGE_SIZE;
    this.#bytes = { receive, send: sendBytes };
  }

  get receive(): number {
    return this.#at.receive;
  }

  get send(): number {
    return this.#at.send;
  }

  /** Describes a buffer to the host; `then` gets its handle, 0 when the host does not take it. */
  share(channel: Channel, buffer: BufferName, then: (handle: number) => void): void {
    const bytes = this.#bytes[buffer];
    if (this.#at[buffer] === 0) this.#at[buffer] = this.#memory.allocate(bytes);
    const first = this.#at[buffer] / PAGE_SIZE;
    const pages = Array.from({ length: Math.ceil(bytes / PAGE_SIZE) }, (_, i) => first + i);
    let handle = 0;
    const established = (status: number) => {
      if (status !== 0) this.#handles[buffer] = handle = 0;
      then(handle);
    };
    handle = channel.guestControl?.establishGpadl({ pages }, established) ?? 0;
    this.#handles[buffer] = handle;
  }

  /** Takes a buffer back; `then` is called when it is the guest's alone. */
  takeBack(channel: Channel, buffer: BufferName, then: () => void): void {
    const handle = this.#handles[buffer];
    this.#handles[buffer] = 0;
    if (handle === 0) then();
    else channel.guestControl?.teardownGpadl(handle, then);
  }

  /** The host has forgotten the handles by itself. */
  forget(): void {
    this.#handles = { receive: 0, send: 0 };
  }

  /** The send buffer in sections of `size` bytes; without any while that is 0. */
  sendSections(size: number): SendBuffer {
    const bytes = size === 0 ? 0 : this.#bytes.send;
    return new SendBuffer(this.#memory, size === 0 ? 0 : this.#at.send, bytes, size);
  }

  receiver(): ReceiveBuffer {
    return new ReceiveBuffer(this.#memory, this.#at.receive, this.#bytes.receive);
  }
}
