import { describe, expect, test } from 'vitest';
import { Engine, NANOSECOND } from '../engine/engine.ts';
import { HostMemory } from '../memory/host-memory.ts';
import { Ledger } from '../partition/ledger.ts';
import { Link } from './link.ts';

function newLink(bitsPerSecond: number, slots = 4, delay = 500 * NANOSECOND) {
  const engine = new Engine();
  const host = new HostMemory(1 << 21);
  const options = { bitsPerSecond, delay, slots, maxFrame: 1514 };
  const link = new Link(engine, host, new Ledger(), options);
  const arrived: { time: number; bytes: Uint8Array }[] = [];
  link.receiver = {
    receive: (at, length) => {
      arrived.push({ time: engine.now, bytes: host.bytes.slice(at, at + length) });
    },
  };
  const send = (length: number, fill: number, at = engine.now) => {
    const to = link.claim();
    if (to < 0) return false;
    host.bytes.fill(fill, to, to + length);
    link.send(length, at);
    return true;
  };
  return { engine, host, link, arrived, send };
}

describe('a link (IEEE 802.3: preamble 8, FCS 4, gap 12 bytes beside the frame)', () => {
  test.each([
    [1e9, 12_304],
    [1e10, 1230.4],
    [1e11, 123.04],
  ])('at %d bit/s a frame of 1514 bytes takes %d ns, then the delay', (rate, nanoseconds) => {
    const { engine, arrived, send } = newLink(rate);
    send(1514, 1);
    engine.run();
    expect(arrived[0].time).toBe(Math.round((nanoseconds + 500) * NANOSECOND));
  });

  test('a new rate holds from the next frame on; the one under way keeps its own', () => {
    const { engine, link, arrived, send } = newLink(1e10);
    send(1514, 1);
    link.setRate(1e9);
    send(1514, 2);
    engine.run();
    expect(link.bitsPerSecond).toBe(1e9);
    expect(arrived.map(({ time }) => time)).toEqual([
      Math.round((1230.4 + 500) * NANOSECOND),
      Math.round((1230.4 + 12_304 + 500) * NANOSECOND),
    ]);
  });

  test('a VLAN tag makes a full frame 4 bytes longer, and neighbours keep their bytes', () => {
    const { engine, arrived, send } = newLink(1e10);
    send(1518, 1);
    send(1518, 2);
    engine.run();
    for (const [i, { bytes }] of arrived.entries()) expect([...new Set(bytes)]).toEqual([i + 1]);
  });

  test('frames follow one another without a pause, in order and unchanged', () => {
    const { engine, link, arrived, send } = newLink(1e10);
    for (const [i, length] of [100, 60, 1514].entries()) send(length, i + 1, 0);
    engine.run();
    expect(arrived.map(({ bytes }) => [bytes.length, bytes[0], bytes.at(-1)])).toEqual([
      [100, 1, 1],
      [60, 2, 2],
      [1514, 3, 3],
    ]);
    const gaps = arrived.map(({ time }, i) => time - (arrived[i - 1]?.time ?? 500 * NANOSECOND));
    expect(gaps).toEqual([124 * 800, 84 * 800, 1538 * 800]);
    expect(link.busy).toBe((124 + 84 + 1538) * 800);
  });

  test('a short frame is padded to the minimum with zeros, whatever lay there before', () => {
    const { engine, arrived, send } = newLink(1e10, 1);
    send(1514, 9);
    engine.run();
    send(20, 7);
    engine.run();
    const { bytes } = arrived[1];
    expect([...bytes]).toEqual([...new Array(20).fill(7), ...new Array(40).fill(0)]);
  });

  test('has room for as many frames as it has buffers, and again when one has arrived', () => {
    const { engine, link, arrived, send } = newLink(1e10, 4);
    for (let i = 0; i < 4; i++) expect(send(60, i)).toBe(true);
    expect(send(60, 9)).toBe(false);
    expect(link.claim()).toBe(-1);
    engine.run();
    expect(arrived).toHaveLength(4);
    expect(send(60, 9)).toBe(true);
  });

  test('a frame that is sent for later does not leave before', () => {
    const { engine, arrived, send } = newLink(1e10);
    send(60, 1, 10_000 * NANOSECOND);
    engine.run();
    expect(arrived[0].time).toBe(10_500 * NANOSECOND + 84 * 800);
  });
});
