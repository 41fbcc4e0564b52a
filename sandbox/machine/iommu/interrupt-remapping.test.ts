import { expect, test } from 'vitest';
import { oneProcessor } from '../../../tests/support/machine.ts';
import { InterruptRemapping } from './interrupt-remapping.ts';

function setUp() {
  const { engine, processor } = oneProcessor('bare');
  const taken: number[] = [];
  processor.install(9, {
    interrupt(_processor, vector) {
      taken.push(vector);
      return undefined;
    },
  });
  const remapping = new InterruptRemapping();
  const index = remapping.add({ sourceId: 0x0180, processor, vector: 9, posted: false });
  return { engine, remapping, index, taken };
}

test('a message of the function that the entry belongs to reaches vector and processor', () => {
  const { engine, remapping, index, taken } = setUp();
  expect(remapping.deliver(0x0180, index, 0)).toBe(true);
  engine.run();
  expect(taken).toEqual([9]);
  expect(remapping.blocked).toBe(0);
});

test('a forged message, with the index of another function, is blocked', () => {
  const { engine, remapping, index, taken } = setUp();
  expect(remapping.deliver(0x0182, index, 0)).toBe(false);
  engine.run();
  expect(taken).toEqual([]);
  expect(remapping.blocked).toBe(1);
});

test('a message with an index that was never given, or was taken back, is blocked', () => {
  const { engine, remapping, index, taken } = setUp();
  remapping.remove(index);
  for (const wrong of [index, index + 1, -1, 65535, 0.5])
    expect(remapping.deliver(0x0180, wrong, 0)).toBe(false);
  engine.run();
  expect(taken).toEqual([]);
  expect(remapping.blocked).toBe(5);
});
