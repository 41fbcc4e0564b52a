import type { HostMemory } from '../../memory/host-memory.ts';
import type { ScatterList } from '../../memory/scatter-list.ts';
import { NDIS_RECV_SCALE_PARAM } from '../../vmbus/ndis-structures.ts';

const KEY_BYTES = 40;
const MAX_ENTRIES = 128;
const DISABLE = 0x0010;
const HASH_TOEPLITZ = 1;
const HASH_IPV4 = 0x100;
const HASH_TCP_IPV4 = 0x200;
/** Offsets in a frame: type, protocol, source and destination address, then the ports. */
const ETHER_TYPE = 12;
const IP_VERSION = 14;
const PROTOCOL = 23;
const ADDRESSES = 26;
const PROTOCOL_TCP = 6;
const ADDRESS_BYTES = 8;
const ADDRESS_AND_PORT_BYTES = 12;

/**
 * The hash of Toeplitz over `input`: for each bit that is set, the 32 bits of the key that begin there.
 * Source: "Introduction to Receive Side Scaling" in Microsoft's driver documentation.
 */
export function toeplitz(key: Uint8Array, input: Uint8Array): number {
  let hash = 0;
  for (let bit = 0; bit < input.length * 8; bit++)
    if ((input[bit >>> 3] & (0x80 >>> (bit & 7))) !== 0) hash ^= keyBits(key, bit);
  return hash >>> 0;
}

function keyBits(key: Uint8Array, bit: number): number {
  let value = 0;
  for (let i = 0; i < 32; i++) {
    const at = bit + i;
    value = (value << 1) | ((key[at >>> 3] >>> (7 - (at & 7))) & 1);
  }
  return value;
}

/** Receive-side scaling as the guest has set it: a key, and a table of channels. */
export class Spreading {
  #hashes: number;
  #table: Uint32Array;
  /** Hash of each value of each byte of the input. */
  #parts: Uint32Array;

  private constructor(key: Uint8Array, hashes: number, table: Uint32Array) {
    this.#hashes = hashes;
    this.#table = table;
    this.#parts = new Uint32Array(ADDRESS_AND_PORT_BYTES * 256);
    const input = new Uint8Array(ADDRESS_AND_PORT_BYTES);
    for (let at = 0; at < input.length; at++)
      for (let value = 0; value < 256; value++) {
        input.fill(0);
        input[at] = value;
        this.#parts[at * 256 + value] = toeplitz(key, input);
      }
  }

  /**
   * From the parameters that a guest has sent.
   * @returns undefined when they turn it off; false when they cannot be
   */
  static from(info: DataView): Spreading | undefined | false {
    const { size, at } = NDIS_RECV_SCALE_PARAM;
    if (info.byteLength < size) return false;
    if ((info.getUint16(at.flag, true) & DISABLE) !== 0) return undefined;
    const hashes = info.getUint32(at.hashinfo, true);
    const tableBytes = info.getUint16(at.indirect_tabsize, true);
    const tableAt = info.getUint32(at.indirect_taboffset, true);
    const keyBytes = info.getUint16(at.hashkey_size, true);
    const keyAt = info.getUint32(at.hashkey_offset, true);
    const entries = tableBytes / 4;
    const isPower = entries > 0 && (entries & (entries - 1)) === 0 && entries <= MAX_ENTRIES;
    if ((hashes & 0xff) !== HASH_TOEPLITZ || !isPower || keyBytes !== KEY_BYTES) return false;
    if (tableAt + tableBytes > info.byteLength || keyAt + keyBytes > info.byteLength) return false;
    const key = new Uint8Array(info.buffer, info.byteOffset + keyAt, keyBytes);
    const table = Uint32Array.from({ length: entries }, (_, i) =>
      info.getUint32(tableAt + 4 * i, true),
    );
    return new Spreading(key, hashes, table);
  }

  /** The channel for a frame: by its addresses, and by its ports where it is TCP; 0 for other frames. */
  channelOf(host: HostMemory, frame: ScatterList): number {
    const byte = (at: number) => frame.byte(host, at);
    const isIpv4 =
      byte(ETHER_TYPE) === 8 && byte(ETHER_TYPE + 1) === 0 && byte(IP_VERSION) === 0x45;
    const withPorts = (this.#hashes & HASH_TCP_IPV4) !== 0 && byte(PROTOCOL) === PROTOCOL_TCP;
    if (!isIpv4 || (!withPorts && (this.#hashes & HASH_IPV4) === 0)) return 0;
    const length = withPorts ? ADDRESS_AND_PORT_BYTES : ADDRESS_BYTES;
    let hash = 0;
    for (let i = 0; i < length; i++) hash ^= this.#parts[i * 256 + byte(ADDRESSES + i)];
    return this.#table[(hash >>> 0) & (this.#table.length - 1)];
  }
}
