import { expect, test } from 'vitest';
import { Random } from '../../engine/random.ts';
import { GuestMemory } from '../../memory/guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../../memory/host-memory.ts';
import { NO_FRAME, Requestor } from './requestor.ts';
import { SendBuffer } from './send-buffer.ts';

function buffer(sections = 4): SendBuffer {
  const host = new HostMemory(2 * LARGE_PAGE_SIZE);
  const memory = new GuestMemory(host, LARGE_PAGE_SIZE);
  return new SendBuffer(memory, 0x1000, sections * 1024, 1024);
}

test('a packet gives its frames and its section back once, and its number again only after that', () => {
  const requestor = new Requestor(8);
  const shared = buffer();
  const section = shared.take();
  const chain = requestor.chain(requestor.chain(NO_FRAME, 3), 5);
  const number = requestor.begin(chain, section);
  expect(requestor.outstanding).toBe(1);
  const slots: number[] = [];
  expect(requestor.end(number, shared, slots)).toBe(2);
  expect(requestor.end(number, shared, slots)).toBe(0);
  expect([slots, requestor.outstanding]).toEqual([[5, 3], 0]);
  const taken = [shared.take(), shared.take(), shared.take(), shared.take(), shared.take()];
  expect(new Set(taken)).toEqual(new Set([0, 1, 2, 3, -1]));
  for (let i = 0; i < 15; i++) expect(requestor.beginControl()).not.toBe(number);
  expect(requestor.beginControl()).toBe(number);
});

test('a message is not a packet, and numbers that nobody has are nobody’s', () => {
  const requestor = new Requestor(4);
  const shared = buffer();
  const message = requestor.beginControl();
  const packet = requestor.begin(NO_FRAME, -1);
  expect(requestor.end(message, shared, [])).toBe(0);
  expect(requestor.endControl(packet)).toBe(false);
  for (const number of [0, -1, 9, 4294967295, Number.NaN, 1.5])
    expect([requestor.end(number, shared, []), requestor.endControl(number)]).toEqual([0, false]);
  expect(requestor.outstanding).toBe(2);
  expect([requestor.endControl(message), requestor.endControl(message)]).toEqual([true, false]);
});

test('random completions: no slot and no section is given twice or lost', () => {
  const random = new Random(7);
  const requestor = new Requestor(8);
  const shared = buffer(3);
  const free = [0, 1, 2, 3, 4, 5, 6, 7];
  const out = new Set<number>();
  for (let step = 0; step < 5000; step++) {
    if (free.length > 0 && random.below(2) === 0) {
      const slot = free.pop() as number;
      out.add(requestor.begin(requestor.chain(NO_FRAME, slot), shared.take()));
    } else {
      const number = random.below(40);
      const freed = requestor.end(number, shared, free);
      expect(freed).toBe(out.delete(number) ? 1 : 0);
    }
    expect(new Set(free).size).toBe(free.length);
    expect(free.length + out.size).toBe(8);
  }
  for (const number of out) requestor.end(number, shared, free);
  expect(requestor.outstanding).toBe(0);
  expect(new Set([shared.take(), shared.take(), shared.take()])).toEqual(new Set([0, 1, 2]));
  expect(shared.take()).toBe(-1);
});
