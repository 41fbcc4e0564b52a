import { describe, expect, test } from 'vitest';
import { Engine, NANOSECOND } from '../engine/engine.ts';
import { HostMemory } from '../memory/host-memory.ts';
import { Ledger } from '../partition/ledger.ts';
import { Link } from './link.ts';
import { PauseReceiver } from './pause.ts';

/** Of a frame of 60 bytes at 10 Gb/s, with what is around it. */
const FRAME_TIME = 67_200;
/** Of the longest pause at 10 Gb/s: 65535 quanta of 512 bits. */
const LONGEST = 65535 * 512 * 100;

function bench() {
  const engine = new Engine();
  const host = new HostMemory(1 << 21);
  const options = { bitsPerSecond: 1e10, delay: 500 * NANOSECOND, slots: 8, maxFrame: 1514 };
  const link = new Link(engine, host, new Ledger(), options);
  const arrived: number[] = [];
  const behind: number[] = [];
  link.receiver = { receive: () => arrived.push(engine.now - 500 * NANOSECOND) };
  const partner = new PauseReceiver(
    host,
    link,
    { receive: (_, length) => behind.push(length) },
    () => engine.now,
  );
  const send = (at = engine.now) => {
    link.claim();
    link.send(60, at);
  };
  const at = host.allocate(4096);
  const hear = (type: number, opcode: number, quanta: number) => {
    const words = [type, opcode, quanta].flatMap((word) => [word >> 8, word & 255]);
    host.bytes.set(words, at + 12);
    partner.receive(at, 60);
  };
  return { engine, link, arrived, behind, partner, send, hear };
}

describe('a pause frame (IEEE 802.3 annex 31B)', () => {
  test('stops the partner for its quanta of 512 bit times, and goes no further', () => {
    const { engine, arrived, behind, send, hear, link, partner } = bench();
    hear(0x8808, 1, 0xffff);
    expect(link.busyUntil).toBe(LONGEST);
    send();
    engine.run();
    expect(arrived).toEqual([LONGEST + FRAME_TIME]);
    expect([behind.length, partner.paused]).toEqual([0, 1]);
  });

  test('a receiver that stops the link at the last frame gets no frame twice', () => {
    const { engine, arrived, link, send } = bench();
    const { receiver } = link;
    link.receiver = {
      receive: (at, length) => {
        receiver?.receive(at, length);
        link.pause(engine.now + LONGEST);
      },
    };
    send();
    engine.run();
    send();
    engine.run();
    expect(arrived).toEqual([FRAME_TIME, 500 * NANOSECOND + LONGEST + 2 * FRAME_TIME]);
  });

  test('a frame that has begun ends; those behind it wait, in order', () => {
    const { engine, arrived, send, hear } = bench();
    for (let i = 0; i < 3; i++) send();
    engine.run(FRAME_TIME / 2);
    hear(0x8808, 1, 100);
    engine.run();
    const until = FRAME_TIME / 2 + 100 * 51_200;
    expect(arrived).toEqual([FRAME_TIME, until + FRAME_TIME, until + 2 * FRAME_TIME]);
  });

  test('one with zero quanta ends it: what waits goes at once, but not before its time', () => {
    const { engine, arrived, send, hear, link } = bench();
    hear(0x8808, 1, 0xffff);
    send();
    send(10 * FRAME_TIME);
    engine.run(5 * FRAME_TIME);
    hear(0x8808, 1, 0);
    engine.run();
    expect(arrived).toEqual([6 * FRAME_TIME, 11 * FRAME_TIME]);
    expect(link.busyUntil).toBe(11 * FRAME_TIME);
  });

  test('other frames pass, other MAC control frames end here and stop nothing', () => {
    const { engine, arrived, behind, send, hear } = bench();
    hear(0x0800, 1, 0xffff);
    hear(0x8808, 2, 0xffff);
    send();
    engine.run();
    expect(behind).toEqual([60]);
    expect(arrived).toEqual([FRAME_TIME]);
  });
});
