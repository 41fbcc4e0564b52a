/**
 * When a receiver of TCP acknowledges: at the second segment that it has not acknowledged (RFC 1122,
 * 4.2.3.2), and when its window has opened by half after the application has read. There is no timer for a
 * single segment: a window of four segments or more never waits for it.
 */
export class Acknowledging {
  /** Bytes received, and of these the application's. */
  received = 0;
  read = 0;
  #acknowledged = 0;
  #edge: number;
  #capacity: number;
  #threshold: number;

  /** @param threshold bytes that may stay unacknowledged */
  constructor(capacity: number, threshold: number) {
    this.#capacity = this.#edge = capacity;
    this.#threshold = threshold;
  }

  /** Room for so many bytes behind those received. */
  get window(): number {
    return this.#capacity - (this.received - this.read);
  }

  /** Whether an acknowledgement is due. */
  get due(): boolean {
    if (this.received - this.#acknowledged > this.#threshold) return true;
    return this.received + this.window - this.#edge >= this.#capacity / 2;
  }

  /** One was sent. */
  done(): void {
    this.#acknowledged = this.received;
    this.#edge = this.received + this.window;
  }
}
