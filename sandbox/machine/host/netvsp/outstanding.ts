/**
 * Transfers of a guest whose frames are on their way, and those that are through and wait for their
 * completion to be told. Transactions are the guest's own numbers.
 */
export class Outstanding {
  #transactions: number[] = [];
  #holds: number[] = [];
  #free: number[] = [];
  /** Transactions that are through, from `#head` to `#tail`; the array keeps the room that it had once. */
  #done: number[] = [];
  #head = 0;
  #tail = 0;

  /** Transfers that are through. */
  get done(): number {
    return this.#tail - this.#head;
  }

  /** Transaction of the one that is through the longest. */
  get first(): number {
    return this.#done[this.#head];
  }

  shift(): void {
    this.#head++;
    if (this.#head === this.#tail) this.#head = this.#tail = 0;
  }

  /** A transfer begins, held once; its token. */
  begin(transaction: number): number {
    const token = this.#free.pop() ?? this.#holds.length;
    this.#transactions[token] = transaction;
    this.#holds[token] = 1;
    return token;
  }

  hold(token: number): void {
    this.#holds[token]++;
  }

  /** Gives a hold back; with the last one the transfer is through. */
  release(token: number): void {
    if (--this.#holds[token] > 0) return;
    this.#free.push(token);
    this.#done[this.#tail++] = this.#transactions[token];
  }
}
