import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventHeap } from './heap.ts';

/** What both queues are: a set of pending slots in the order (time, sequence). */
type Queue = Pick<EventHeap, 'size' | 'nextTime' | 'has' | 'timeOf' | 'set' | 'delete' | 'pop'>;

/** The reference: a plain array, sorted anew at every look. Obviously right, and slow. */
class SortedArray implements Queue {
  #pending: { slot: number; time: number; sequence: number }[] = [];

  get size(): number {
    return this.#pending.length;
  }

  get nextTime(): number {
    return this.#pending[0]?.time ?? Infinity;
  }

  has(slot: number): boolean {
    return this.#pending.some((entry) => entry.slot === slot);
  }

  timeOf(slot: number): number {
    return this.#pending.find((entry) => entry.slot === slot)?.time ?? Number.NaN;
  }

  set(slot: number, time: number, sequence: number): void {
    this.delete(slot);
    this.#pending.push({ slot, time, sequence });
    this.#pending.sort((a, b) => a.time - b.time || a.sequence - b.sequence);
  }

  delete(slot: number): void {
    this.#pending = this.#pending.filter((entry) => entry.slot !== slot);
  }

  pop(): number {
    return this.#pending.shift()?.slot ?? -1;
  }
}

function drain(queue: Queue): number[] {
  const order: number[] = [];
  for (let slot = queue.pop(); slot >= 0; slot = queue.pop()) order.push(slot);
  return order;
}

const QUEUES: [string, () => Queue][] = [
  ['the heap', () => new EventHeap(2)],
  ['the reference', () => new SortedArray()],
];

describe.each(QUEUES)('contract of the pending set: %s', (_name, make) => {
  test('an empty one has no next time and pops -1', () => {
    const queue = make();
    expect(queue.size).toBe(0);
    expect(queue.nextTime).toBe(Infinity);
    expect(queue.pop()).toBe(-1);
    expect(queue.has(0)).toBe(false);
    expect(queue.timeOf(7)).toBeNaN();
  });

  test('pops in order of time', () => {
    const queue = make();
    for (const [i, time] of [30, 10, 50, 20, 40].entries()) queue.set(i, time, i);
    expect(queue.nextTime).toBe(10);
    expect(drain(queue)).toEqual([1, 3, 0, 4, 2]);
  });

  test('equal times come out in the order in which they were set', () => {
    const queue = make();
    const slots = [9, 3, 7, 1, 8, 2, 6, 0, 5, 4];
    for (const [i, slot] of slots.entries()) queue.set(slot, 100, i);
    expect(drain(queue)).toEqual(slots);
  });

  test('setting a pending slot moves it, behind others of the same time', () => {
    const queue = make();
    for (let i = 0; i < 4; i++) queue.set(i, 10, i);
    queue.set(0, 10, 4);
    queue.set(3, 5, 5);
    queue.set(1, 15, 6);
    expect(queue.size).toBe(4);
    expect(queue.timeOf(3)).toBe(5);
    expect(drain(queue)).toEqual([3, 2, 0, 1]);
  });

  test('a deleted slot does not come out, and can be set again', () => {
    const queue = make();
    for (let i = 0; i < 5; i++) queue.set(i, i, i);
    queue.delete(0);
    queue.delete(3);
    queue.delete(3);
    queue.delete(77);
    expect(queue.has(3)).toBe(false);
    queue.set(3, 1, 9);
    expect(drain(queue)).toEqual([1, 3, 2, 4]);
  });
});

const operation = fc.oneof(
  fc.record({ op: fc.constant('set'), slot: fc.nat(90), time: fc.nat(20) }),
  fc.record({ op: fc.constant('set'), slot: fc.nat(90), time: fc.nat(Number.MAX_SAFE_INTEGER) }),
  fc.record({ op: fc.constant('delete'), slot: fc.nat(100), time: fc.constant(0) }),
  fc.record({ op: fc.constant('pop'), slot: fc.constant(0), time: fc.constant(0) }),
);

test('property: heap and reference give the same answers to the same operations', () => {
  const sequences = fc.array(operation, { maxLength: 300, size: 'max' });
  const same = fc.property(sequences, (operations) => {
    const heap = new EventHeap(1);
    const reference = new SortedArray();
    for (const [i, { op, slot, time }] of operations.entries()) {
      if (op === 'pop') expect(heap.pop()).toBe(reference.pop());
      else
        for (const queue of [heap, reference])
          if (op === 'set') queue.set(slot, time, i);
          else queue.delete(slot);
      expect(heap.size).toBe(reference.size);
      expect(heap.nextTime).toBe(reference.nextTime);
      expect(heap.has(slot)).toBe(reference.has(slot));
      expect(heap.timeOf(slot)).toEqual(reference.timeOf(slot));
    }
    expect(drain(heap)).toEqual(drain(reference));
  });
  fc.assert(same, { seed: 1, numRuns: 60 });
});
