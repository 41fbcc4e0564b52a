/** Entries of the table that spreads what the guest sends over its channels. */
export const SEND_TABLE = 16;

/** The host's table of channels for the queues of the guest; all on the primary one until it comes. */
export class SendTable {
  #table = Array.from({ length: SEND_TABLE }, () => 0);

  /** Takes the table out of a message of NVSP at word `at` of a packet; one that cannot be is ignored. */
  read(packet: Uint32Array, at: number, words: number): void {
    const table = at + packet[at + 2] / 4;
    if (packet[at + 1] !== SEND_TABLE) return;
    if (!Number.isInteger(table) || table + SEND_TABLE > words) return;
    this.#table = Array.from(packet.subarray(table, table + SEND_TABLE));
  }

  /** The channel of `queue`, where there are `count`. */
  channelOf(queue: number, count: number): number {
    return (queue < SEND_TABLE ? this.#table[queue] : queue) % count;
  }
}
