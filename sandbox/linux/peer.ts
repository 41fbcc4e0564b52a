/** Who stands at the other end of the wire, in the guest's network. */
export const PEER_MAC = Uint8Array.of(0x02, 0, 0, 0, 0, 0x01);
export const PEER_ADDRESS = Uint8Array.of(10, 0, 2, 2);

const ETHERTYPE_IP = 0x0800;
const ETHERTYPE_ARP = 0x0806;
const PROTOCOL_ICMP = 1;
const PROTOCOL_UDP = 17;
const HEADERS = 14;
const SHORTEST = 60;

/** What the peer has seen. */
export interface PeerCounts {
  frames: number;
  arp: number;
  echoes: number;
  udp: number;
  /** Frames that were none of these, or not meant for it. */
  other: number;
  /** Bytes of its answers, without FCS. */
  answered: number;
}

/**
 * A host with one address that answers ARP and pings, and counts UDP. It keeps no state and never
 * sends unasked; a frame that is too short for what it claims to be is counted and left alone.
 */
export class Peer {
  readonly counts: PeerCounts = { frames: 0, arp: 0, echoes: 0, udp: 0, other: 0, answered: 0 };

  /** A frame without FCS. @returns the answer, in fresh memory, if there is one */
  receive(frame: Uint8Array): Uint8Array | undefined {
    this.counts.frames++;
    const answer = this.#answer(frame);
    this.counts.answered += answer?.length ?? 0;
    return answer;
  }

  #answer(frame: Uint8Array): Uint8Array | undefined {
    const { counts } = this;
    const type = frame.length < HEADERS ? 0 : word(frame, 12);
    if (type === ETHERTYPE_ARP && isRequestForUs(frame)) {
      counts.arp++;
      return arpReply(frame);
    }
    const protocol = type === ETHERTYPE_IP && isForUs(frame) ? frame[23] : 0;
    if (protocol === PROTOCOL_ICMP && isEcho(frame)) {
      counts.echoes++;
      return echoReply(frame);
    }
    if (protocol === PROTOCOL_UDP) counts.udp++;
    else counts.other++;
    return undefined;
  }
}

const word = (bytes: Uint8Array, at: number): number => (bytes[at] << 8) | bytes[at + 1];

const equal = (frame: Uint8Array, at: number, wanted: Uint8Array): boolean =>
  wanted.every((byte, i) => frame[at + i] === byte);

const isForUs = (frame: Uint8Array): boolean =>
  frame.length >= 34 && equal(frame, 0, PEER_MAC) && equal(frame, 30, PEER_ADDRESS);

const isRequestForUs = (frame: Uint8Array): boolean =>
  frame.length >= 42 && word(frame, 20) === 1 && equal(frame, 38, PEER_ADDRESS);

/** Where the message of an IP packet starts in its frame. */
const messageAt = (frame: Uint8Array): number => HEADERS + 4 * (frame[HEADERS] & 15);

const isEcho = (frame: Uint8Array): boolean => {
  const at = messageAt(frame);
  const end = HEADERS + word(frame, 16);
  const isWhole = (word(frame, 20) & 0x3fff) === 0;
  return isWhole && at >= 34 && at + 8 <= end && end <= frame.length && frame[at] === 8;
};

/** RFC 826: sender and target change places, and the sender's hardware address is filled in. */
function arpReply(request: Uint8Array): Uint8Array {
  const reply = new Uint8Array(SHORTEST);
  reply.set(request.subarray(0, 42));
  reply.set(request.subarray(6, 12), 0);
  reply.set(PEER_MAC, 6);
  reply[21] = 2;
  reply.set(PEER_MAC, 22);
  reply.set(PEER_ADDRESS, 28);
  reply.set(request.subarray(22, 32), 32);
  return reply;
}

/** RFC 792: addresses change places, type 8 becomes 0, the checksum is made anew. */
function echoReply(request: Uint8Array): Uint8Array {
  const reply = request.slice();
  reply.set(request.subarray(6, 12), 0);
  reply.set(PEER_MAC, 6);
  reply.set(PEER_ADDRESS, 26);
  reply.set(request.subarray(26, 30), 30);
  const at = messageAt(reply);
  const end = HEADERS + word(reply, 16);
  reply[at] = 0;
  reply[at + 2] = reply[at + 3] = 0;
  const sum = checksum(reply, at, end);
  reply[at + 2] = sum >>> 8;
  reply[at + 3] = sum;
  return reply;
}

/** The Internet checksum of bytes [start, end) (RFC 1071). */
export function checksum(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  for (let at = start; at < end; at += 2)
    sum += (bytes[at] << 8) | (at + 1 < end ? bytes[at + 1] : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
