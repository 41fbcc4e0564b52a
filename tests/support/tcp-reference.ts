/**
 * A second opinion on cut frames, byte by byte and from the rules alone: RFC 791, 1071, 8200, 9293. It
 * shares no code with the machine.
 */

/** The Internet checksum of `bytes`, over the 16-bit words that they are. */
export function internetSum(bytes: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += bytes[i] * 256 + (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return 0xffff - sum;
}

const word = (value: number) => [Math.floor(value / 256) % 256, value % 256];

/** A frame without a VLAN tag, taken apart. */
export function dissect(frame: Uint8Array) {
  const isIpv6 = frame[12] === 0x86;
  const ip = 14;
  const ipHeader = isIpv6 ? 40 : (frame[ip] % 16) * 4;
  const tcp = ip + ipHeader;
  const payload = tcp + Math.floor(frame[tcp + 12] / 16) * 4;
  const number = (at: number, count: number) =>
    Array.from(frame.subarray(at, at + count)).reduce((value, byte) => value * 256 + byte, 0);
  const addresses = Array.from(frame.subarray(ip + (isIpv6 ? 8 : 12), ip + (isIpv6 ? 40 : 20)));
  const segment = Array.from(frame.subarray(tcp));
  return {
    ipLength: number(ip + (isIpv6 ? 4 : 2), 2) + (isIpv6 ? 40 : 0),
    id: isIpv6 ? 0 : number(ip + 4, 2),
    /** Zero when it is right. */
    ipSum: isIpv6 ? 0 : internetSum(Array.from(frame.subarray(ip, tcp))),
    tcpSum: internetSum([...addresses, 0, 6, ...word(segment.length), ...segment]),
    sequence: number(tcp + 4, 4),
    flags: frame[tcp + 13],
    payload: frame.slice(payload),
  };
}

/** The frames that `whole` becomes with `segment` bytes of payload in each. */
export function cutByHand(whole: Uint8Array, segment: number): Uint8Array[] {
  const isIpv6 = whole[12] === 0x86;
  const tcp = 14 + (isIpv6 ? 40 : (whole[14] % 16) * 4);
  const headers = tcp + Math.floor(whole[tcp + 12] / 16) * 4;
  const { sequence, id, payload } = dissect(whole);
  const frames: Uint8Array[] = [];
  for (let from = 0; from < payload.length; from += segment) {
    const data = Array.from(payload.subarray(from, from + segment));
    const frame = [...Array.from(whole.subarray(0, headers)), ...data];
    const put = (at: number, bytes: number[]) => frame.splice(at, bytes.length, ...bytes);
    const length = frame.length - 14;
    if (isIpv6) put(18, word(length - 40));
    else {
      put(16, word(length));
      put(18, word((id + frames.length) % 65536));
      put(24, [0, 0]);
      put(24, word(internetSum(frame.slice(14, tcp))));
    }
    const at = (sequence + from) % 4294967296;
    put(tcp + 4, [...word(Math.floor(at / 65536)), ...word(at % 65536)]);
    const isLast = from + segment >= payload.length;
    let flags = whole[tcp + 13];
    if (!isLast) flags -= (flags % 2) + (Math.floor(flags / 8) % 2) * 8;
    if (from > 0 && flags >= 128) flags -= 128;
    put(tcp + 13, [flags]);
    put(tcp + 16, [0, 0]);
    const addresses = frame.slice(isIpv6 ? 22 : 26, isIpv6 ? 54 : 34);
    const covered = frame.slice(tcp);
    put(tcp + 16, word(internetSum([...addresses, 0, 6, ...word(covered.length), ...covered])));
    frames.push(Uint8Array.from(frame));
  }
  return frames;
}
