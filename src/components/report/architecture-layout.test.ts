import { describe, expect, it } from 'vitest';
import type { ArchitectureReport } from '../../../sandbox/lab/report.ts';
import { type Box, layOut, lineOf, wayOf } from './architecture-layout.ts';
import { ARCHITECTURE, sampleArchitecture } from './architecture-sample.ts';

const apart = (a: Box, b: Box) =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

const reports: [string, ArchitectureReport][] = [];
for (const path of ['emulated', 'vmbus', 'sriov'] as const)
  for (const vms of [1, 2, 3])
    reports.push([`${path}, ${vms} machines`, sampleArchitecture(path, vms)]);

describe.each(reports)('the picture of %s', (_name, report) => {
  it.each([false, true])('has every part in it, none over another (narrow: %s)', (narrow) => {
    const { boxes, frames, width, height } = layOut(report, narrow);
    const all = [...boxes.values()];
    for (const [i, box] of all.entries()) {
      expect(Math.min(box.x, box.y, box.width, box.height)).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(width);
      expect(box.y + box.height).toBeLessThanOrEqual(height);
      for (const other of all.slice(i + 1)) expect(apart(box, other)).toBe(true);
    }
    for (const [i, { box }] of frames.entries())
      for (const other of frames.slice(i + 1)) expect(apart(box, other.box)).toBe(true);
    if (!narrow) expect(boxes.size).toBe(report.nodes.length);
  });

  it.each([false, true])('has upright and level lines, edge to edge (narrow: %s)', (narrow) => {
    const layout = layOut(report, narrow);
    for (const { from, to } of report.edges) {
      const [a, b] = [layout.boxes.get(from), layout.boxes.get(to)];
      const points = lineOf(report, layout, from, to);
      if (!a || !b) continue;
      expect(points.length).toBeGreaterThan(1);
      for (const [i, [x, y]] of points.slice(1).entries()) {
        const [u, w] = points[i] ?? [0, 0];
        expect(Math.min(Math.abs(x - u), Math.abs(y - w))).toBeLessThan(0.01);
      }
      for (const [box, point] of [
        [a, points[0]],
        [b, points.at(-1)],
      ] as const) {
        const [x, y] = point ?? [0, 0];
        expect(x).toBeGreaterThanOrEqual(box.x - 0.01);
        expect(x).toBeLessThanOrEqual(box.x + box.width + 0.01);
        expect(y).toBeGreaterThanOrEqual(box.y - 0.01);
        expect(y).toBeLessThanOrEqual(box.y + box.height + 0.01);
      }
    }
  });
});

it('a narrow picture leaves idle machines out, and no part of the way', () => {
  const report = sampleArchitecture('vmbus', 3);
  const { boxes } = layOut(report, true);
  expect([0, 1, 2].map((vm) => boxes.has(`driver-${vm}`))).toEqual([true, false, false]);
  for (const { at, from, to, holder } of report.steps)
    for (const id of [at, from, to, holder]) if (id !== undefined) expect(boxes.has(id)).toBe(true);
});

describe('the way between two parts', () => {
  it('is the shortest over what is connected', () => {
    expect(wayOf(ARCHITECTURE, 'pf', 'peer')).toEqual(['pf', 'nic-switch', 'peer']);
    expect(wayOf(ARCHITECTURE, 'peer', 'pf')).toEqual(['peer', 'nic-switch', 'pf']);
    expect(wayOf(ARCHITECTURE, 'pf', 'pf')).toEqual(['pf']);
  });

  it('is none but the two themselves where nothing is connected', () => {
    expect(wayOf({ ...ARCHITECTURE, edges: [] }, 'pf', 'peer')).toEqual(['pf', 'peer']);
  });
});
