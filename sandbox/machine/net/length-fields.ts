import type { HostMemory } from '../memory/host-memory.ts';
import { fold, onesSum, swap16 } from './checksum.ts';
import { ETHERNET_HEADER, PAYLOAD_OFFSET } from './frame.ts';

const UNKNOWN = 0xffffffff;

/**
 * The fields of a frame that depend on its length: of IPv4 the length and the header's checksum, of UDP the
 * length, and the sum that its checksum is made of. Computed when a length comes for the first time.
 */
export class LengthFields {
  #host: HostMemory;
  #template: number;
  /** By length: checksum of the IPv4 header in the upper half, sum for UDP in the lower one. */
  #sums: Uint32Array;

  /** @param template address of the longest frame, whose own fields of length are taken out */
  constructor(host: HostMemory, template: number, longest: number) {
    this.#host = host;
    this.#template = template;
    this.#sums = new Uint32Array(longest + 1).fill(UNKNOWN);
    const ip = template + ETHERNET_HEADER;
    host.u16[(ip + 2) >>> 1] = 0;
    host.u16[(ip + 10) >>> 1] = 0;
    host.u16[(ip + 24) >>> 1] = 0;
  }

  /**
   * Writes the fields of a frame of `length` bytes at `frame`, all but UDP's checksum.
   * @returns what that is made of: the sum over pseudo header, header and payload without a sequence number
   */
  write(frame: number, length: number): number {
    let sums = this.#sums[length];
    if (sums === UNKNOWN) sums = this.#prepare(length);
    const { u16 } = this.#host;
    const ip = frame + ETHERNET_HEADER;
    u16[(ip + 2) >>> 1] = swap16(length - ETHERNET_HEADER);
    u16[(ip + 10) >>> 1] = sums >>> 16;
    u16[(ip + 24) >>> 1] = swap16(length - 34);
    return sums & 0xffff;
  }

  #prepare(length: number): number {
    const host = this.#host;
    const ip = this.#template + ETHERNET_HEADER;
    const header = fold(onesSum(host, ip, 20) + swap16(length - ETHERNET_HEADER)) ^ 0xffff;
    const udpLength = length - PAYLOAD_OFFSET + 8;
    const covered = onesSum(host, ip + 12, 8 + udpLength);
    const sum = fold(covered + swap16(17) + 2 * swap16(udpLength));
    this.#sums[length] = header * 65536 + sum;
    return this.#sums[length];
  }
}
