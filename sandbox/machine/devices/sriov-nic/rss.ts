import type { HostMemory } from '../../memory/host-memory.ts';
import { ETHERNET_HEADER } from '../../net/frame.ts';
import type { SwitchRegisters } from './switch-registers.ts';
import { REG_MRQC, REG_RETA, REG_RSSRK, RSSRK_WORDS } from './switch-spec.ts';

/** Fields of MRQC: what is hashed. */
const TCP4 = 1 << 16;
const IP4 = 1 << 17;
const IP6 = 1 << 20;
const TCP6 = 1 << 21;
const UDP4 = 1 << 22;
const UDP6 = 1 << 23;
/** Packet types of a write-back's word 0. */
const TYPE_IP4 = 1 << 4;
const TYPE_IP6 = 1 << 6;
const TYPE_TCP = 1 << 8;
const TYPE_UDP = 1 << 9;
const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;
/** Two addresses of IPv6 and two ports. */
const LONGEST_INPUT = 36;

/** What kinds of hash there are for one version of IP: fields of MRQC, and the write-back's RSS types. */
interface Kinds {
  readonly packet: number;
  readonly tcp: readonly [field: number, type: number];
  readonly udp: readonly [field: number, type: number];
  readonly ip: readonly [field: number, type: number];
}

const KINDS_4: Kinds = { packet: TYPE_IP4, tcp: [TCP4, 1], udp: [UDP4, 7], ip: [IP4, 2] };
const KINDS_6: Kinds = { packet: TYPE_IP6, tcp: [TCP6, 3], udp: [UDP6, 8], ip: [IP6, 5] };

/**
 * Receive-side scaling: Microsoft's Toeplitz hash over addresses and ports, and the table from its low bits
 * to queues. Extension headers of IPv6 are not looked through: such a packet is hashed by its addresses.
 */
export class ReceiveSideScaling {
  /** Of the frame looked at last: hash, and word 0 of its write-back. Both 0 when nothing is hashed. */
  hash = 0;
  types = 0;
  /** Set when the key may have changed. */
  stale = true;
  #registers: SwitchRegisters;
  /** By position of a byte in the input and its value. */
  #table = new Uint32Array(0);

  constructor(registers: SwitchRegisters) {
    this.#registers = registers;
  }

  /** Index among `queues` queues for the frame at `address`, `tag` bytes of which are a VLAN tag. */
  queueFor(host: HostMemory, address: number, length: number, tag: number, queues: number): number {
    this.hash = 0;
    this.types = 0;
    if (this.stale) this.#compile();
    this.#look(host.bytes, address + ETHERNET_HEADER + tag, length - ETHERNET_HEADER - tag);
    const entry = this.hash & 0x7f;
    const word = this.#registers.word(REG_RETA + (entry & ~3));
    const most = 1 << (31 - Math.clz32(Math.max(1, queues)));
    return (word >>> (8 * (entry & 3))) & 0xff & (most - 1);
  }

  #look(b: Uint8Array, at: number, length: number): void {
    const ethertype = (b[at - 2] << 8) | b[at - 1];
    if (ethertype === 0x0800 && length >= 20 && b[at] >>> 4 === 4) {
      const header = 4 * (b[at] & 15);
      const fragment = (((b[at + 6] & 0x3f) << 8) | b[at + 7]) !== 0;
      const ports = !fragment && header >= 20 && length >= header + 4 ? at + header : -1;
      this.#choose(b, KINDS_4, at + 12, 8, b[at + 9], ports);
    } else if (ethertype === 0x86dd && length >= 40 && b[at] >>> 4 === 6) {
      this.#choose(b, KINDS_6, at + 8, 32, b[at + 6], length >= 44 ? at + 40 : -1);
    }
  }

  #choose(
    b: Uint8Array,
    kinds: Kinds,
    addresses: number,
    bytes: number,
    protocol: number,
    ports: number,
  ): void {
    const fields = this.#registers.word(REG_MRQC);
    const above =
      ports < 0
        ? 0
        : protocol === PROTOCOL_TCP
          ? TYPE_TCP
          : protocol === PROTOCOL_UDP
            ? TYPE_UDP
            : 0;
    const [field, type] = above === TYPE_TCP ? kinds.tcp : kinds.udp;
    const byPorts = above !== 0 && (fields & field) !== 0;
    if (!byPorts && (fields & kinds.ip[0]) === 0) return;
    this.hash = this.#hashOf(b, addresses, bytes, 0);
    if (byPorts) this.hash = (this.hash ^ this.#hashOf(b, ports, 4, bytes)) >>> 0;
    this.types = (byPorts ? type : kinds.ip[1]) | kinds.packet | above;
  }

  #hashOf(b: Uint8Array, at: number, length: number, position: number): number {
    let hash = 0;
    for (let i = 0; i < length; i++) hash ^= this.#table[(position + i) * 256 + b[at + i]];
    return hash >>> 0;
  }

  /** The hash of one bit is the 32 bits of the key that start where it stands; a byte's is their sum. */
  #compile(): void {
    const words = RSSRK_WORDS;
    const key = Uint8Array.from({ length: 4 * words }, (_, i) => {
      const word = this.#registers.word(REG_RSSRK + (i & ~3));
      return word >>> (8 * (i & 3));
    });
    const keyBit = (bit: number) => (key[bit >> 3] >>> (7 - (bit & 7))) & 1;
    this.#table = new Uint32Array(LONGEST_INPUT * 256);
    for (let position = 0; position < LONGEST_INPUT; position++)
      for (let bit = 0; bit < 8; bit++) {
        let window = 0;
        for (let i = 0; i < 32; i++) window = (window << 1) | keyBit(8 * position + bit + i);
        for (let value = 0; value < 256; value++)
          if ((value & (0x80 >>> bit)) !== 0) this.#table[position * 256 + value] ^= window;
      }
    this.stale = false;
  }
}
