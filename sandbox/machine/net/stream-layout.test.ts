import { expect, test } from 'vitest';
import { StreamLayout } from './stream-layout.ts';

test('segments by number and by position agree, at every byte', () => {
  const layout = new StreamLayout(1234, 250, 100);
  const ends: number[] = [];
  for (let at = 0; at < 1234; at = layout.endOf(ends.length - 1)) {
    expect(layout.startOf(ends.length)).toBe(at);
    ends.push(layout.endOf(ends.length));
  }
  expect(layout.segments).toBe(ends.length);
  for (let position = 0; position <= 1234; position++) {
    expect(layout.segmentsUntil(position)).toBe(ends.filter((end) => end <= position).length);
    const begun = ends.filter((_, i) => layout.startOf(i) < position).length;
    expect(layout.segmentsBefore(position)).toBe(begun);
  }
  expect(ends.slice(0, 4)).toEqual([100, 200, 250, 350]);
  expect([layout.callEnd(0), layout.callEnd(249), layout.callEnd(1200)]).toEqual([250, 250, 1234]);
});
