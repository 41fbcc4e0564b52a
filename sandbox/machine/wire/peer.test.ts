import { describe, expect, test } from 'vitest';
import { Engine } from '../engine/engine.ts';
import { RecordedGaps } from '../engine/gaps.ts';
import { HostMemory } from '../memory/host-memory.ts';
import { FlowCheck } from '../net/flow-check.ts';
import { makeMac, sequenceOf } from '../net/frame.ts';
import { FrameTemplate } from '../net/frame-template.ts';
import { Ledger } from '../partition/ledger.ts';
import { Link } from './link.ts';
import { type PeerPlan, RemotePeer } from './peer.ts';

const AT = 0x1002;
const LENGTHS = Uint16Array.of(60, 200, 1514);
const [GUEST, PEER] = [makeMac(1, 0), makeMac(2, 0)];

/** A peer on a link of 8 Gb/s, a byte a nanosecond, and what comes off that link. */
function setUp(plan: PeerPlan, replies = false) {
  const engine = new Engine();
  const host = new HostMemory(1 << 22);
  host.allocate(0x2000);
  const link = new Link(engine, host, new Ledger(), {
    bitsPerSecond: 8e9,
    delay: 0,
    slots: 64,
    maxFrame: 1514,
  });
  const flow = { flow: 0, seed: 1, length: 1514, lengths: LENGTHS };
  const check = new FlowCheck(host, 1, { arrived: () => {}, stray: () => {} });
  const sent: [number, number][] = [];
  const peer = new RemotePeer(engine, host, link, check, {
    sent: (_flow, sequence, time) => sent.push([sequence, time]),
  });
  peer.replies = replies;
  peer.turnaround = 5000;
  const came: [number, number][] = [];
  link.receiver = {
    receive: (address, length) => came.push([sequenceOf(host, address), length]),
  };
  peer.addFlow({ ...flow, source: PEER, destination: GUEST }, plan);
  const requests = new FrameTemplate(host, { ...flow, source: GUEST, destination: PEER });
  const request = (sequence: number) => peer.receive(AT, requests.write(AT, sequence));
  return { engine, sent, came, request };
}

describe('the station at the far end', () => {
  test('sends at the times of its gaps, with the lengths of its sequence numbers', () => {
    const gaps = new RecordedGaps(Float64Array.of(2_000_000, 0, 5_000_000));
    const { engine, sent, came } = setUp({
      limit: 5,
      period: 1,
      gaps,
      window: 1,
      start: 1_000_000,
    });
    engine.run();
    const times = [1e6, 3e6, 3e6, 8e6, 10e6];
    expect(sent).toEqual(times.map((time, sequence) => [sequence, time]));
    expect(came).toEqual([60, 200, 1514, 60, 200].map((length, i) => [i, length]));
  });

  test('answers each request with its number and its length, also behind one that was lost', () => {
    const { engine, came, request } = setUp({ limit: 9, period: 0, window: 1, start: 0 }, true);
    for (const sequence of [0, 1, 4, 5]) request(sequence);
    engine.run();
    expect(came).toEqual([
      [0, 60],
      [1, 200],
      [4, 200],
      [5, 1514],
    ]);
  });
});
