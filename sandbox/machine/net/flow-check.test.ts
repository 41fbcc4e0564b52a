import { describe, expect, test } from 'vitest';
import { HostMemory } from '../memory/host-memory.ts';
import { FlowCheck } from './flow-check.ts';
import { makeMac } from './frame.ts';
import { FrameTemplate } from './frame-template.ts';

const AT = 0x1002;
const LENGTH = 128;

function setUp() {
  const host = new HostMemory(1 << 21);
  host.allocate(0x2000);
  const arrived: [number, number, number, number][] = [];
  const strays: number[] = [];
  const check = new FlowCheck(host, 2, {
    arrived: (flow, sequence, _at, length, time) => arrived.push([flow, sequence, length, time]),
    stray: (_at, length) => strays.push(length),
  });
  const templates = [0, 1, 2].map((flow) => {
    const stations = { source: makeMac(1, flow), destination: makeMac(2, 0) };
    const description = { flow, seed: 1, length: LENGTH, ...stations };
    if (flow < 2) check.expect(description);
    return new FrameTemplate(host, description);
  });
  const receive = (flow: number, sequence: number, change?: number) => {
    templates[flow].write(AT, sequence);
    if (change !== undefined) host.bytes[AT + change] ^= 1;
    return check.check(AT, LENGTH, 77);
  };
  return { check, receive, arrived, strays, host };
}

describe('the end of the flows', () => {
  test('delivers a frame in its place, with its payload and its time', () => {
    const { check, receive, arrived } = setUp();
    expect(receive(0, 0)).toBe(0);
    expect(receive(1, 0)).toBe(1);
    expect(receive(0, 1)).toBe(0);
    expect(arrived).toEqual([
      [0, 0, LENGTH - 42, 77],
      [1, 0, LENGTH - 42, 77],
      [0, 1, LENGTH - 42, 77],
    ]);
    expect([check.delivered, check.deliveredBytes]).toEqual([3, 3 * LENGTH]);
  });

  test('counts a gap as a loss and goes on behind it', () => {
    const { check, receive } = setUp();
    receive(0, 0);
    receive(0, 5);
    expect(check.lost).toBe(4);
    expect(receive(0, 6)).toBe(0);
    expect(check.lost).toBe(4);
  });

  test('does not deliver what came before: twice, or behind a later one', () => {
    const { check, receive, arrived } = setUp();
    receive(0, 3);
    expect(receive(0, 3)).toBe(-1);
    expect(receive(0, 1)).toBe(-1);
    expect(check.misplaced).toBe(2);
    expect(arrived).toHaveLength(1);
  });

  test('any changed byte is a damaged or a stray frame, station addresses included', () => {
    const { check, receive, arrived, strays } = setUp();
    for (let at = 0; at < LENGTH; at++) expect(receive(0, 0, at)).toBe(-1);
    expect(strays).toHaveLength(LENGTH);
    expect(check.damaged).toBe(LENGTH - 2);
    expect(arrived).toEqual([]);
  });

  test('a frame that is whole and has another length than its number says is a damaged one', () => {
    const { check, receive, host } = setUp();
    const stations = { source: makeMac(1, 0), destination: makeMac(2, 0) };
    const flow = { flow: 0, seed: 1, length: LENGTH, ...stations };
    const template = new FrameTemplate(host, { ...flow, lengths: Uint16Array.of(64, LENGTH) });
    const receiveVaried = (sequence: number) => check.check(AT, template.write(AT, sequence), 0);
    expect(receiveVaried(0)).toBe(-1);
    expect(check.damaged).toBe(1);
    check.expect({ ...flow, lengths: Uint16Array.of(64, LENGTH) });
    expect([receiveVaried(0), receiveVaried(1)]).toEqual([0, 0]);
    expect(receive(0, 2)).toBe(-1);
    expect(check.damaged).toBe(2);
  });

  test('a flow that nobody sends is a damaged frame, not an exception', () => {
    const { check, receive } = setUp();
    expect(receive(2, 0)).toBe(-1);
    expect(check.damaged).toBe(1);
  });
});
