/** The bits of an interrupt page, and pages that cannot be one. */
import { expect, test } from 'vitest';
import { GuestMemory } from '../memory/guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../memory/host-memory.ts';
import { InterruptPage, TO_GUEST, TO_HOST } from './interrupt-page.ts';

const GPA = 0x5000;

function setUp(gpa = GPA) {
  const memory = new GuestMemory(new HostMemory(4 * LARGE_PAGE_SIZE), LARGE_PAGE_SIZE);
  const page = new InterruptPage(memory, gpa);
  const taken = (half: typeof TO_GUEST | typeof TO_HOST) => {
    const found: number[] = [];
    page.take(half, (relid) => found.push(relid));
    return found;
  };
  return { memory, page, taken };
}

test('a bit for each channel, in the half of its direction', () => {
  const { memory, page, taken } = setUp();
  expect([page.set(TO_GUEST, 33), page.set(TO_GUEST, 33), page.set(TO_HOST, 1)]).toEqual([
    true,
    false,
    true,
  ]);
  expect([memory.read32(GPA + 4), memory.read32(GPA + 2048)]).toEqual([2, 2]);
  page.set(TO_GUEST, 2047);
  page.set(TO_GUEST, 31);
  expect(taken(TO_GUEST)).toEqual([31, 33, 2047]);
  expect([taken(TO_GUEST), taken(TO_HOST)]).toEqual([[], [1]]);
});

test('a bit that is set while the others are taken is found the next time', () => {
  const { page, taken } = setUp();
  page.set(TO_HOST, 5);
  page.take(TO_HOST, () => page.set(TO_HOST, 5));
  expect(taken(TO_HOST)).toEqual([5]);
});

test.each([GPA + 4, 64 * LARGE_PAGE_SIZE, -4096, 2 ** 52])('at %i there is no page', (gpa) => {
  const { page, taken } = setUp(gpa);
  expect([page.set(TO_HOST, 1), taken(TO_HOST)]).toEqual([false, []]);
});

test('a channel that has no bit changes nothing', () => {
  const { memory, page, taken } = setUp();
  for (const relid of [-1, 16384, 1e9]) expect(page.set(TO_HOST, relid)).toBe(false);
  expect([taken(TO_GUEST), taken(TO_HOST), memory.read32(GPA + 4096)]).toEqual([[], [], 0]);
});
