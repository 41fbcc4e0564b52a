import { Random } from '../engine/random.ts';
import type { HostMemory } from '../memory/host-memory.ts';
import type { ScatterList } from '../memory/scatter-list.ts';
import { fold, onesSum, swap16 } from './checksum.ts';
import { ETHERNET_HEADER, MIN_FRAME, macKey, macKeyAt } from './frame.ts';
import { IPV6_HEADER } from './segmentation.ts';
import { headersOf, IPV4_HEADER, type TcpStream, transportOf } from './tcp.ts';

const PERIOD = 65536;

/** The bytes of a stream: a seeded pattern that comes again after 64 KiB. */
export class StreamPattern {
  readonly bytes = new Uint8Array(PERIOD);

  constructor(seed: number) {
    const random = new Random(seed);
    for (let i = 0; i < PERIOD; i++) this.bytes[i] = random.below(256);
  }

  /** Writes `length` bytes of the stream from `position` on to host memory at `to`. */
  fill(host: HostMemory, to: number, position: number, length: number): void {
    for (let done = 0; done < length; ) {
      const from = (position + done) % PERIOD;
      const count = Math.min(length - done, PERIOD - from);
      host.bytes.set(this.bytes.subarray(from, from + count), to + done);
      done += count;
    }
  }

  matches(host: HostMemory, at: number, position: number, length: number): boolean {
    const { bytes } = host;
    const from = position % PERIOD;
    for (let i = 0; i < length; i++)
      if (bytes[at + i] !== this.bytes[(from + i) & (PERIOD - 1)]) return false;
    return true;
  }
}

/**
 * The end of a stream: checks each frame's addresses, lengths, checksums, place in the stream, and every byte
 * of its payload. The stream begins with sequence number `first`.
 */
export class StreamCheck {
  /** Frames that were right. */
  frames = 0;
  /** Payload of those, in bytes. */
  bytes = 0;
  /** Frames that were wrong in themselves, and right ones that were not the next. */
  damaged = 0;
  misplaced = 0;
  /** Frames with PSH. */
  pushes = 0;
  /** When the last right one came, in picoseconds. */
  last = 0;
  /** Told where each right piece of payload lies, in order. */
  onBytes: ((address: number, length: number) => void) | undefined;
  #host: HostMemory;
  #stream: TcpStream;
  #pattern: StreamPattern;
  #first: number;

  constructor(host: HostMemory, stream: TcpStream, pattern: StreamPattern, first: number) {
    this.#host = host;
    this.#stream = stream;
    this.#pattern = pattern;
    this.#first = first;
  }

  /** A frame of `length` bytes at `address`, at `now`. @returns bytes of payload that it brought */
  check(address: number, length: number, now: number): number {
    const payload = length - headersOf(this.#stream);
    if (payload <= 0 || !this.#isWhole(address, length, true)) {
      this.damaged++;
      return 0;
    }
    return this.#accept(address, now, payload, (position) =>
      this.#take(address + length - payload, position, payload),
    );
  }

  /**
   * A frame that was coalesced of several segments, in pieces of host memory. Its headers are in the first
   * one; whoever coalesced it has checked the sums of its segments, and the whole has none.
   */
  checkPieces(frame: ScatterList, now: number): number {
    const headers = headersOf(this.#stream);
    const payload = frame.length - headers;
    const [first] = frame.addresses;
    const whole = frame.lengths[0] >= headers && this.#isWhole(first, frame.length, false);
    if (payload <= 0 || !whole) {
      this.damaged++;
      return 0;
    }
    return this.#accept(first, now, payload, (position) => {
      let at = position;
      for (let i = 0; i < frame.count; i++) {
        const skip = i === 0 ? headers : 0;
        const length = frame.lengths[i] - skip;
        if (!this.#take(frame.addresses[i] + skip, at, length)) return false;
        at += length;
      }
      return true;
    });
  }

  /** The payload is the stream's next if its sequence number says so and every byte is right. */
  #accept(
    address: number,
    now: number,
    payload: number,
    take: (position: number) => boolean,
  ): number {
    const { bytes } = this.#host;
    const transport = address + transportOf(this.#stream);
    const sequence =
      ((bytes[transport + 4] << 24) |
        (bytes[transport + 5] << 16) |
        (bytes[transport + 6] << 8) |
        bytes[transport + 7]) >>>
      0;
    const expected = (this.#first + this.bytes) % 4294967296;
    if (sequence !== expected) this.misplaced++;
    else if (!take(this.bytes)) this.damaged++;
    else {
      this.frames++;
      this.bytes += payload;
      this.last = now;
      if ((bytes[transport + 13] & 8) !== 0) this.pushes++;
      return payload;
    }
    return 0;
  }

  #take(at: number, position: number, length: number): boolean {
    if (!this.#pattern.matches(this.#host, at, position, length)) return false;
    this.onBytes?.(at, length);
    return true;
  }

  /** @param sums whether its checksums are to be right too */
  #isWhole(address: number, length: number, sums: boolean): boolean {
    const host = this.#host;
    const { bytes } = host;
    const { source, destination, ipv6 } = this.#stream;
    if (length < MIN_FRAME || macKeyAt(host, address) !== macKey(destination.high, destination.low))
      return false;
    if (macKeyAt(host, address + 6) !== macKey(source.high, source.low)) return false;
    const ip = address + ETHERNET_HEADER;
    const inside = (bytes[ip + (ipv6 ? 4 : 2)] << 8) | bytes[ip + (ipv6 ? 5 : 3)];
    if (inside + (ipv6 ? IPV6_HEADER : 0) !== length - ETHERNET_HEADER) return false;
    if (!ipv6 && onesSum(host, ip, IPV4_HEADER) !== 0xffff) return false;
    if (!sums) return true;
    const transport = address + transportOf(this.#stream);
    const addresses = ip + (ipv6 ? 8 : 12);
    const covered = address + length - transport;
    const sum = onesSum(host, addresses, transport - addresses) + onesSum(host, transport, covered);
    return fold(sum + swap16(6) + swap16(covered)) === 0xffff;
  }
}
