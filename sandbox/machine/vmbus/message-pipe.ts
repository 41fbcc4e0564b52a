import {
  CONNECTION_MESSAGE,
  CONNECTION_MESSAGE_OLD,
  VMBUS_MESSAGE_TYPE,
} from './channel-messages.ts';

/** An end of a message connection: gets payloads. */
export interface MessageEnd {
  received(payload: Uint8Array): void;
}

/**
 * The message connections between a guest and the root without the SynIC under them: payloads arrive in the
 * order in which they were posted, at once, and cost nothing. For setting machines up, and for tests.
 */
export class MessagePipe {
  /** Messages that were lost: of another type, or to a connection that is none. */
  lost = 0;
  #guest: MessageEnd | undefined;
  #host: MessageEnd | undefined;
  #queue: (() => void)[] = [];
  #running = false;

  join(guest: MessageEnd, host: MessageEnd): void {
    this.#guest = guest;
    this.#host = host;
  }

  /** From the guest. */
  post(connectionId: number, messageType: number, payload: Uint8Array): void {
    const known = connectionId === CONNECTION_MESSAGE || connectionId === CONNECTION_MESSAGE_OLD;
    if (known && messageType === VMBUS_MESSAGE_TYPE)
      this.#deliver(() => this.#host?.received(payload));
    else this.lost++;
  }

  /** From the root. */
  send(payload: Uint8Array): void {
    this.#deliver(() => this.#guest?.received(payload));
  }

  #deliver(message: () => void): void {
    this.#queue.push(message);
    if (this.#running) return;
    this.#running = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) next();
    this.#running = false;
  }
}
