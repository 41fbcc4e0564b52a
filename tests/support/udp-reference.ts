/**
 * A second opinion on the frames of workloads, byte by byte and from the rules alone: RFC 768, 791, 894. It
 * shares no code with the machine.
 */
import { internetSum } from './tcp-reference.ts';

/** A frame of UDP over IPv4, taken apart as a packet analyser does. Sums are 0 where a checksum is right. */
export function dissectUdp(frame: Uint8Array) {
  const number = (at: number, count: number) =>
    Array.from(frame.subarray(at, at + count)).reduce((value, byte) => value * 256 + byte, 0);
  const mac = (at: number) =>
    Array.from(frame.subarray(at, at + 6), (byte) => byte.toString(16).padStart(2, '0')).join(':');
  const udp = 14 + (frame[14] % 16) * 4;
  const datagram = Array.from(frame.subarray(udp));
  const addresses = Array.from(frame.subarray(26, 34));
  const length = [Math.floor(datagram.length / 256), datagram.length % 256];
  return {
    destination: mac(0),
    source: mac(6),
    type: number(12, 2),
    version: Math.floor(frame[14] / 16),
    protocol: frame[23],
    /** Bytes that IPv4 and UDP say there are, each with what is before it. */
    ipEnd: 14 + number(16, 2),
    udpEnd: udp + number(udp + 4, 2),
    ipSum: internetSum(Array.from(frame.subarray(14, udp))),
    udpSum: internetSum([...addresses, 0, 17, ...length, ...datagram]),
    /** The payload's first words: the frame's number, and its flow's. */
    sequence: number(udp + 8, 4),
    flow: number(udp + 12, 4),
  };
}
