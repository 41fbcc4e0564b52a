/** Control messages of VMBus: a file that our own words made, and what changes in it must show. */
import { expect, test } from 'vitest';
import { replayControl } from './control.ts';
import { parseVectorFile } from './vector-file.ts';

interface Step {
  actor: string;
  via: string;
  payload: string;
  connectionId?: number;
  messageType?: number;
}

const u32 = (value: number) =>
  [0, 8, 16, 24].map((shift) => ((value >>> shift) & 255).toString(16).padStart(2, '0')).join('');
const u64 = (value: number) => u32(value) + u32(0);
const message = (type: number, ...words: number[]) => u32(type) + u32(0) + words.map(u32).join('');
const guest = (payload: string, connectionId = 0x84): Step => ({
  actor: 'guest',
  via: 'HvPostMessage',
  connectionId,
  messageType: 1,
  payload,
});
const host = (payload: string): Step => ({ actor: 'host', via: 'SIM slot 2', payload });

const HANDLE = 0xe1e10;
const contact = (version: number, place: string) =>
  `${message(14, version, 1)}${place}${u64(0x201000)}${u64(0x202000)}`;
/** A list of `count` pages as the messages that carry it. */
function gpadl(relid: number, count: number): Step[] {
  const pages = Array.from({ length: count }, (_, i) => u64(0x500 + 3 * i));
  const lengths = u32(((8 + 8 * count) & 0xffff) | (1 << 16));
  const header = message(8, relid, HANDLE) + lengths + u32(4096 * count) + u32(0);
  const steps = [guest(header + pages.slice(0, 26).join(''))];
  for (let at = 26; at < count; at += 28)
    steps.push(guest(message(9, 0, HANDLE) + pages.slice(at, at + 28).join('')));
  return steps;
}

/** Version 5.3 refused, 5.2 agreed on; a channel of `count` pages opened, rescinded and released. */
function sequence(count: number): Step[] {
  const [relid, user] = [6, '00'.repeat(120)];
  return [
    guest(contact(0x50003, u32(2) + u32(0)), 4),
    host(message(15, 0, 0)),
    guest(contact(0x50002, u32(2) + u32(0)), 4),
    host(message(15, 1, 0x84)),
    guest(message(3)),
    host(message(4)),
    ...gpadl(relid, count),
    host(message(10, relid, HANDLE, 0)),
    guest(message(5, relid, relid, HANDLE, 3, 2) + user),
    host(message(6, relid, relid, 0)),
    host(message(2, relid)),
    guest(message(7, relid)),
    guest(message(13, relid)),
    guest(message(16)),
    host(message(17)),
    guest(contact(0x40000, u64(0x200000)), 1),
    host(message(15, 1, 0)),
    guest(message(3), 1),
  ];
}

function replay(steps: Step[]) {
  return replayControl(parseVectorFile('any', JSON.stringify({ steps })));
}

test.each([4, 26, 27, 54, 55, 300])('a channel with %i pages of rings: no difference', (count) => {
  const steps = sequence(count);
  expect(replay(steps)).toEqual({ steps: steps.length, differences: 0, first: [] });
});

test('every byte that the guest decides is compared', () => {
  const steps = sequence(30);
  const change = (at: number, offset: number) => {
    const changed = structuredClone(steps);
    const digits = [...changed[at].payload];
    digits[2 * offset] = digits[2 * offset] === '0' ? '1' : '0';
    changed[at].payload = digits.join('');
    return replay(changed).differences;
  };
  expect(change(0, 16)).toBeGreaterThan(0);
  expect(change(6, 16)).toBeGreaterThan(0);
  expect(change(7, 12)).toBeGreaterThan(0);
  expect(change(9, 12)).toBeGreaterThan(0);
});

test('a message too many, one too few, and another connection', () => {
  const steps = sequence(30);
  expect(replay(steps.toSpliced(7, 0, steps[7])).differences).toBeGreaterThan(0);
  expect(replay(steps.toSpliced(7, 1)).differences).toBeGreaterThan(0);
  steps[4].connectionId = 4;
  expect(replay(steps).differences).toBe(1);
});
