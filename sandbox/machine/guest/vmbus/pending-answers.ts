import { STATUS_REFUSED } from '../../vmbus/channel-messages.ts';

/** Called with a status of the host: 0 for success. */
export type Answer = (status: number) => void;

/** What a guest has asked of its host and not been answered yet. Each answer is given once. */
export class PendingAnswers {
  /** By the handle of a page list. */
  readonly created = new Map<number, { relid: number; then: Answer }>();
  readonly tornDown = new Map<number, () => void>();
  /** By the number of a channel. */
  readonly opened = new Map<number, Answer>();
  readonly modified = new Map<number, Answer>();

  /** Nobody will answer for a channel that is gone. */
  refuse(relid: number): void {
    for (const [handle, waiting] of this.created)
      if (waiting.relid === relid) take(this.created, handle)?.then(STATUS_REFUSED);
    take(this.opened, relid)?.(STATUS_REFUSED);
    take(this.modified, relid)?.(STATUS_REFUSED);
  }

  /** The connection is over: nobody is called any more. */
  clear(): void {
    for (const waiting of [this.created, this.tornDown, this.opened, this.modified])
      waiting.clear();
  }
}

/** Takes out what waits under `key`, so that a second answer finds nothing. */
export function take<T>(waiting: Map<number, T>, key: number): T | undefined {
  const found = waiting.get(key);
  waiting.delete(key);
  return found;
}
