import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HostMemory } from '../memory/host-memory.ts';
import { checkFrame, FRAME_GOOD, flowOf, makeMac, sequenceOf } from './frame.ts';
import { FrameTemplate } from './frame-template.ts';

const AT = 0x1002;
const STATIONS = { source: makeMac(1, 0), destination: makeMac(2, 0) };

function setUp(lengths: number[], seed = 1) {
  const host = new HostMemory(1 << 21);
  host.allocate(0x4000);
  const length = Math.max(...lengths);
  const flow = { flow: 3, seed, length, ...STATIONS };
  const varied = new FrameTemplate(host, { ...flow, lengths: Uint16Array.from(lengths) });
  return { host, varied, flow };
}

test('frames of varied lengths are whole, each with its number, its flow and its own length', () => {
  const lengths = fc.array(fc.integer({ min: 60, max: 9014 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(lengths, fc.nat(), (sizes, seed) => {
      const { host, varied } = setUp(sizes, seed);
      for (let sequence = 0; sequence < 2 * sizes.length; sequence++) {
        const length = varied.write(AT, sequence);
        expect(length).toBe(sizes[sequence % sizes.length]);
        expect(checkFrame(host, AT, length)).toBe(FRAME_GOOD);
        expect([sequenceOf(host, AT), flowOf(host, AT)]).toEqual([sequence, 3]);
      }
    }),
    { numRuns: 30 },
  );
});

test('a frame of the longest length is, byte for byte, that of a flow which has no other', () => {
  const { host, varied, flow } = setUp([60, 1514, 777]);
  const fixed = new FrameTemplate(host, flow);
  const bytesOf = (template: FrameTemplate) => {
    const length = template.write(AT, 1);
    return host.bytes.slice(AT, AT + length);
  };
  expect(bytesOf(varied)).toEqual(bytesOf(fixed));
});
