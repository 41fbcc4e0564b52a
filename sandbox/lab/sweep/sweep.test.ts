import { afterEach, describe, expect, test } from 'vitest';
import { compare } from '../compare.ts';
import type { CompareOptions } from '../options.ts';
import { beginSession, endSession } from '../session.ts';
import { UsageError } from '../usage.ts';
import { SWEEP_LIMITS } from './points.ts';
import type { SweepProgress } from './report.ts';
import { highestLossFree, type SweepOptions, sweep } from './sweep.ts';
import { runTask, type Task } from './task.ts';

const SMALL = { paths: ['vmbus', 'sriov'], frames: 60 } as const satisfies object;
const small = (more: object): SweepOptions =>
  ({ ...SMALL, paths: [...SMALL.paths], ...more }) as SweepOptions;

afterEach(() => {
  endSession();
});

/** A pool whose tasks end in an order of their own. */
function shuffled(size: number) {
  const waits = [30, 1, 20, 10, 2];
  const done: number[] = [];
  let begun = 0;
  const run = async (task: unknown): Promise<unknown> => {
    const index = begun++;
    await new Promise((resolve) => setTimeout(resolve, waits[index % waits.length]));
    done.push(index);
    return runTask(structuredClone(task) as Task);
  };
  return { size, run, done };
}

describe('a sweep', () => {
  test('has at each value and path what a comparison says there', async () => {
    const { over, points, config } = await sweep(small({ over: { frame: [64, 1514] } }));
    expect(over).toEqual({ option: 'frame', values: [64, 1514] });
    expect(config).toMatchObject({ frame: 64, paths: ['vmbus', 'sriov'] });
    expect(points.map(({ value, path }) => [value, path])).toEqual([
      [64, 'vmbus'],
      [64, 'sriov'],
      [1514, 'vmbus'],
      [1514, 'sriov'],
    ]);
    const { paths } = await compare({ frames: 60, frame: 1514, paths: ['sriov'] });
    const { ledger: _, ...run } = paths.sriov ?? { ledger: [] };
    expect(points[3].run).toEqual(run);
  });

  test('goes over any option: a line’s values are its rates, those of a switch are words', async () => {
    const lines = await sweep(small({ over: { line: ['1G', '40G'] } }));
    expect(lines.over.values).toEqual([1, 40]);
    expect(lines.points[0].run.throughputGbps).toBeLessThan(1);
    const posted = await sweep(
      small({ over: { postedInterrupts: [true, false] }, paths: ['sriov'] }),
    );
    expect(posted.points.map(({ value }) => value)).toEqual(['on', 'off']);
  });

  test('is the same, byte for byte, on no pool and on pools of any size', async () => {
    const options = small({ over: { frame: [64, 300, 1514] } });
    const alone = JSON.stringify(await sweep(options));
    for (const size of [1, 2, 7]) {
      const pool = shuffled(size);
      beginSession({ knobs: {}, emit: () => {}, pool });
      expect(JSON.stringify(await sweep(options))).toBe(alone);
      expect(pool.done).toHaveLength(6);
      if (size > 1) expect(pool.done).not.toEqual([0, 1, 2, 3, 4, 5]);
    }
  });

  test('tells of itself first and of each point as it comes', async () => {
    const told: SweepProgress[] = [];
    const pool = shuffled(3);
    beginSession({ knobs: {}, emit: () => {}, pool, progress: (part) => told.push(part) });
    const report = await sweep(small({ over: { frame: [64, 1514] } }));
    expect(told[0]).toMatchObject({ id: 1, sweep: { kind: 'sweep', id: 1 } });
    const points = told.slice(1).map((part) => ('point' in part ? part.point : undefined));
    expect(points).toHaveLength(4);
    expect(points).not.toEqual(report.points);
    expect(new Set(points)).toEqual(new Set(report.points));
    await sweep(small({ over: { frame: [64] }, live: false }));
    expect(told).toHaveLength(5);
    expect((await sweep(small({ over: { frame: [64] } }))).id).toBe(2);
  });

  test('begins nothing more after a task has failed', async () => {
    let begun = 0;
    const run = async (): Promise<unknown> => {
      begun++;
      if (begun === 2) throw new UsageError('no');
      await new Promise((resolve) => setTimeout(resolve, 20));
      return runTask;
    };
    beginSession({ knobs: {}, emit: () => {}, pool: { size: 2, run } });
    const many = small({ over: { frame: [64, 65, 66, 67, 68] } });
    await expect(sweep(many)).rejects.toThrow(UsageError);
    expect(begun).toBe(2);
  });

  test.each([
    ['nothing to go over', {}, 'over: { frame'],
    ['no value', { over: { frame: [] } }, 'one option and its values'],
    ['two options', { over: { frame: [64], vms: [1] } }, 'one option and its values'],
    ['a value that is no list', { over: { frame: 64 } }, 'one option and its values'],
    ['paths', { over: { paths: [['vmbus']] } }, "give 'paths' beside 'over'"],
    ['an option that is none', { over: { size: [1] } }, "no option 'size'"],
    ['a value that cannot be, behind one that can', { over: { frame: [64, 1] } }, 'frame: 1'],
    ['a value twice', { over: { frame: [64, 64] } }, 'twice'],
    ['an option twice', { over: { frame: [64] }, frame: 64 }, 'given twice'],
    ['a figure that is none', { over: { frame: [64] }, figure: 'speed' }, 'figure: '],
    [
      'a million values',
      { over: { seed: Array.from({ length: 1e6 }, (_, i) => i) } },
      `up to ${SWEEP_LIMITS.values}`,
    ],
    [
      'too many runs',
      {
        over: { seed: Array.from({ length: 100 }, (_, i) => i) },
        paths: ['native', 'emulated', 'vmbus', 'sriov'],
      },
      `up to ${SWEEP_LIMITS.runs}`,
    ],
    ['too many frames', { over: { seed: [1, 2, 3] }, frames: 1e6 }, 'up to 5,000,000'],
  ])('refuses %s before it runs anything', async (_, options, words) => {
    const told: SweepProgress[] = [];
    beginSession({ knobs: {}, emit: () => {}, progress: (part) => told.push(part) });
    const refused = sweep(small({ ...options }));
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(words);
    expect(told).toEqual([]);
  });
});

describe('the highest load without loss', () => {
  const search = async (options: CompareOptions) => (await highestLossFree(options)).points[0];

  test('of a path that keeps up with the line is the line’s', async () => {
    const { load, trials, run } = await search({ paths: ['sriov'], direction: 'rx' });
    expect(load).toBe(812_743);
    expect(trials).toHaveLength(1);
    expect(run.lossRate).toBe(0);
    expect(run.limitedBy).toBe('link');
  });

  test.each(['tx', 'rx', 'rr'] as const)(
    '%s: lies between one that held and one that did not',
    async (direction) => {
      const { load = 0, trials = [], run } = await search({ paths: ['vmbus'], direction });
      const held = trials.filter((trial) => trial.held).map((trial) => trial.load);
      const not = trials.filter((trial) => !trial.held).map((trial) => trial.load);
      expect(Math.max(...held)).toBe(load);
      expect(Math.min(...not)).toBeGreaterThan(load);
      expect(Math.min(...not) / load).toBeLessThanOrEqual(1.02);
      expect(run.lossRate).toBe(0);
      expect(run.framesPerSecond / load).toBeGreaterThan(0.9);
    },
  );

  test('of a receiver that is too slow is what it delivers when it is sent too much, or more', async () => {
    const { load = 0 } = await search({ paths: ['vmbus'], direction: 'rx' });
    const { paths } = await compare({
      paths: ['vmbus'],
      direction: 'rx',
      load: 812_743,
      frames: 5000,
    });
    expect(paths.vmbus?.lossRate).toBeGreaterThan(0.2);
    expect(load / (paths.vmbus?.framesPerSecond ?? 0)).toBeGreaterThan(0.95);
  });

  test('is searched at each value of an option', async () => {
    const report = await highestLossFree({ paths: ['vmbus'], over: { line: ['1G', '10G'] } });
    expect(report).toMatchObject({ find: 'loss-free', figure: 'framesPerSecond' });
    const [slow, fast] = report.points.map(({ load }) => load ?? 0);
    expect(slow).toBe(81_274);
    expect(fast).toBeGreaterThan(5 * slow);
  });

  test('of frames that the path refuses is that of nothing', async () => {
    const { run } = await search({ paths: ['emulated'], frame: 9000 });
    expect(run.limitedBy).toBe('frame size');
  });

  test.each([
    ['a load', { load: 1000 }, 'do not give one'],
    ['loads', { over: { load: [1, 2] } }, 'do not give one'],
    ['a duration', { durationMs: 5 }, 'not a duration'],
    ['both directions', { direction: 'both', frames: 9 }, 'one direction at a time'],
    ['requests in flight', { direction: 'rr', inFlight: 4 }, 'leave inFlight out'],
    [
      'a recording',
      {
        recorded: [
          { length: 60, time: 0 },
          { length: 60, time: 9 },
        ],
      },
      'its own times',
    ],
  ])('refuses %s', async (_, options, words) => {
    await expect(highestLossFree(options as object)).rejects.toThrow(words);
  });
});
