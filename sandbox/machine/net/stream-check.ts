import { Random } from '../engine/random.ts';
import type { HostMemory } from '../memory/host-memory.ts';
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
    for (let i = 0; i < length; i++)
      if (host.bytes[at + i] !== this.bytes[(position + i) % PERIOD]) return false;
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

  /** A frame of `length` bytes at `address`, at `now`. */
  check(address: number, length: number, now: number): void {
    const payload = length - headersOf(this.#stream);
    if (payload <= 0 || !this.#isWhole(address, length)) {
      this.damaged++;
      return;
    }
    const { bytes } = this.#host;
    const transport = address + transportOf(this.#stream);
    const sequence =
      ((bytes[transport + 4] << 24) |
        (bytes[transport + 5] << 16) |
        (bytes[transport + 6] << 8) |
        bytes[transport + 7]) >>>
      0;
    const expected = (this.#first + this.bytes) % 4294967296;
    const at = address + length - payload;
    if (sequence !== expected) this.misplaced++;
    else if (!this.#pattern.matches(this.#host, at, this.bytes, payload)) this.damaged++;
    else {
      this.frames++;
      this.bytes += payload;
      this.last = now;
      if ((bytes[transport + 13] & 8) !== 0) this.pushes++;
    }
  }

  #isWhole(address: number, length: number): boolean {
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
    const transport = address + transportOf(this.#stream);
    const addresses = ip + (ipv6 ? 8 : 12);
    const covered = address + length - transport;
    const sum = onesSum(host, addresses, transport - addresses) + onesSum(host, transport, covered);
    return fold(sum + swap16(6) + swap16(covered)) === 0xffff;
  }
}
