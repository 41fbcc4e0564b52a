import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageError } from '../lab/usage.ts';
import type { BenchResult } from './bench.ts';
import { againstHistory, type HistoryEntry, keepRun, readHistory } from './bench-history.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-'));
  file = join(folder, 'history.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A run in which the VMBus path was `factor` of real time. */
function run(factor: number, cpu = 'A'): HistoryEntry {
  const speed = { framesPerSecond: 1, eventsPerFrame: 3, bytesPerFrame: 100 };
  const result: BenchResult = {
    engine: {
      holdPerSecond: { '16': 3, '1000': 2, '100000': 1 },
      ratio: { tinyqueue: 2, simjs: 20 },
    },
    paths: { vmbus: { ...speed, realTimeFactor: factor } },
    bytesPerMillionEvents: 0,
  };
  return { date: '2026-01-01T00:00:00.000Z', node: 'v24', cpu, result };
}

test('a run is added behind those that are there', () => {
  keepRun(file, run(0.5));
  keepRun(file, run(0.6));
  expect(readHistory(file).map(({ result }) => result.paths.vmbus.realTimeFactor)).toEqual([
    0.5, 0.6,
  ]);
});

test('the file stays small', () => {
  for (let i = 0; i < 203; i++) keepRun(file, run(i));
  const kept = readHistory(file);
  expect(kept).toHaveLength(200);
  expect(kept[0].result.paths.vmbus.realTimeFactor).toBe(3);
});

test('a run is compared with the median of earlier ones on the same processor', () => {
  const earlier = [run(0.5), run(0.4), run(0.8), run(9, 'B')];
  expect(againstHistory(run(1), earlier)).toEqual([
    'vmbus: 2.00 of the median of 3 earlier runs (0.50x)',
  ]);
  expect(againstHistory(run(1, 'C'), earlier)).toEqual([]);
});

test.each(['no json', '{}', 'null', '{"cpu":"A","result":null}'])(
  'a file of something else is refused and stays as it is: %s',
  (line) => {
    const text = `${JSON.stringify(run(1))}\n${line}\n`;
    writeFileSync(file, text);
    expect(() => keepRun(file, run(1))).toThrow(UsageError);
    expect(() => readHistory(file)).toThrow(/history\.jsonl:2/);
    expect(readFileSync(file, 'utf8')).toBe(text);
  },
);
