import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksum, PEER_ADDRESS, PEER_MAC, Peer } from './peer.ts';

const GUEST_MAC = [0x00, 0x15, 0x5d, 0, 0, 1];
const GUEST = [10, 0, 2, 15];

function arp(target: Iterable<number> = PEER_ADDRESS): Uint8Array {
  const broadcast = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
  const message = [0, 1, 8, 0, 6, 4, 0, 1, ...GUEST_MAC, ...GUEST, 0, 0, 0, 0, 0, 0, ...target];
  return Uint8Array.of(...broadcast, ...GUEST_MAC, 8, 6, ...message);
}

/** An IP packet to the peer with `payload` as its message, headers and checksums as they should be. */
function packet(protocol: number, payload: Uint8Array): Uint8Array {
  const length = 20 + payload.length;
  const header = [0x45, 0, length >> 8, length & 255, 0, 1, 0, 0, 64, protocol, 0, 0];
  return Uint8Array.of(
    ...PEER_MAC,
    ...GUEST_MAC,
    8,
    0,
    ...header,
    ...GUEST,
    ...PEER_ADDRESS,
    ...payload,
  );
}

function echo(size: number): Uint8Array {
  const message = Uint8Array.from({ length: 8 + size }, (_, i) => (i < 8 ? 0 : i));
  message[0] = 8;
  message.set([0x12, 0x34, 0, 1], 4);
  const sum = checksum(message, 0, message.length);
  message.set([sum >> 8, sum], 2);
  return packet(1, message);
}

describe('peer', () => {
  it('answers who has its address, and nobody else’s', () => {
    const peer = new Peer();
    const reply = peer.receive(arp());
    expect(reply).toHaveLength(60);
    expect([...(reply?.subarray(0, 12) ?? [])]).toEqual([...GUEST_MAC, ...PEER_MAC]);
    expect([...(reply?.subarray(20, 42) ?? [])]).toEqual([
      ...[0, 2, ...PEER_MAC, ...PEER_ADDRESS],
      ...[...GUEST_MAC, ...GUEST],
    ]);
    expect(peer.receive(arp([10, 0, 2, 9]))).toBeUndefined();
    expect(peer.counts).toMatchObject({ frames: 2, arp: 1, other: 1, answered: 60 });
  });

  it.each([0, 1, 56, 57, 1400, 1472])('sends an echo of %i bytes back', (size) => {
    const peer = new Peer();
    const request = echo(size);
    const reply = peer.receive(request) ?? new Uint8Array();
    expect([...reply.subarray(26, 34)]).toEqual([...PEER_ADDRESS, ...GUEST]);
    expect(reply[34]).toBe(0);
    expect([...reply.subarray(38)]).toEqual([...request.subarray(38)]);
    expect(checksum(reply, 34, reply.length)).toBe(0);
    expect(peer.counts.echoes).toBe(1);
  });

  it('counts UDP and does not answer it', () => {
    const peer = new Peer();
    expect(peer.receive(packet(17, new Uint8Array(20)))).toBeUndefined();
    expect(peer.counts).toMatchObject({ udp: 1, other: 0 });
  });

  it('lives with any frame, whole or cut', () => {
    const peer = new Peer();
    const damaged = fc
      .tuple(
        fc.constantFrom(arp(), echo(40), packet(17, new Uint8Array(9))),
        fc.nat(60),
        fc.nat(60),
        fc.nat(255),
      )
      .map(([frame, length, at, byte]) => {
        const copy = frame.slice(0, length);
        if (at < copy.length) copy[at] = byte;
        return copy;
      });
    const anything = fc.uint8Array({ maxLength: 100 });
    fc.assert(
      fc.property(fc.oneof(damaged, anything), (frame) => {
        const reply = peer.receive(frame);
        expect(reply === undefined || reply.length >= 42).toBe(true);
      }),
      { seed: 21140, numRuns: 2000 },
    );
    const { frames, arp: asked, echoes, udp, other } = peer.counts;
    expect(asked + echoes + udp + other).toBe(frames);
  });
});
