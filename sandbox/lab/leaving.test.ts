/** In which order a function is taken away, and what each order loses. */
import { describe, expect, test } from 'vitest';
import { LEAVING_STEPS, type LeavingStep, leaveVf, leavingTable } from './failover.ts';
import { comeBack, ejectVf, watchLeaving } from './failover-watch.ts';
import { UsageError } from './usage.ts';

/** Every order of the five steps. */
function orders(left: readonly LeavingStep[] = LEAVING_STEPS): LeavingStep[][] {
  if (left.length === 0) return [[]];
  return left.flatMap((step) =>
    orders(left.filter((other) => other !== step)).map((rest) => [step, ...rest]),
  );
}

/** What has to come before what, so that nobody uses the function when it is taken apart. */
function isRight(steps: readonly LeavingStep[]): boolean {
  const at = (step: LeavingStep) => steps.indexOf(step);
  const unused = Math.max(at('switch-path'), at('move-filter'));
  return unused < at('delete-vport') && unused < at('reset-vf');
}

test('of all 120 orders exactly those lose nothing in which the frames have left first', () => {
  const wrong = orders().filter((steps) => {
    const { lost } = leaveVf({ steps, rate: 2000, stepTime: 2 });
    return (lost.in + lost.out === 0) !== isRight(steps);
  });
  expect(wrong).toEqual([]);
});

describe('what is lost', () => {
  const first: LeavingStep[] = [
    'reset-vf',
    'switch-path',
    'move-filter',
    'delete-vport',
    'free-vf',
  ];

  test('is what was sent until the way was changed, in each direction for itself', () => {
    const { lost, steps, late } = leaveVf({ steps: first, rate: 10_000, stepTime: 5 });
    expect(lost).toEqual({ in: 100, out: 50 });
    expect(steps[0].lost).toEqual({ in: 50, out: 50 });
    expect(late).toBe(0);
  });

  test.each([1, 7, 42])('grows with the time for a step (seed %i)', (seed) => {
    const lost = [2, 4, 8].map((stepTime) => leaveVf({ steps: first, stepTime, seed }).lost);
    expect(lost.map((one) => one.in)).toEqual([40, 80, 160]);
  });

  test('free is refused while there is a VPort, and a second reset of a free VF too', () => {
    const steps: LeavingStep[] = ['free-vf', 'switch-path', 'move-filter', 'delete-vport'];
    const report = leaveVf({ steps });
    expect(report.steps.map(({ accepted }) => accepted)).toEqual([false, true, true, true]);
    expect(report.free).toBe(false);
    expect(leavingTable(report).title).toMatch(/^0 of .* not free$/);
    const late = leaveVf({ steps: ['delete-vport', 'free-vf', 'reset-vf'] });
    expect(late.steps[2].accepted).toBe(false);
  });

  test('frames that are lost are missing from what arrives', () => {
    const samples = watchLeaving({ steps: first, rate: 10_000, stepTime: 5 });
    const during = samples.filter(({ at }) => at > 0 && at < 10);
    expect(during.every(({ byVf, byVmbus }) => byVf + byVmbus <= 1)).toBe(true);
    const after = samples.filter(({ at }) => at > 11);
    expect(after.every(({ byVmbus, arrivedOutside }) => byVmbus >= 9 && arrivedOutside >= 9)).toBe(
      true,
    );
  });
});

test('a guest that answers lets go at once, one that does not after 60 s', () => {
  const good = ejectVf({ guestAnswers: true, rate: 1000 });
  expect(good.moments.at(-1)).toMatchObject({ what: expect.stringContaining('has let the VF go') });
  expect(good.moments.at(-1)?.at).toBeLessThan(20);
  expect(good.lost).toEqual({ in: 0, out: 0 });
  const bad = ejectVf({ guestAnswers: false, rate: 50 });
  expect(bad.moments[1]).toMatchObject({ at: 60_000, what: expect.stringContaining('unasked') });
});

test.each([0, 1000])(
  'coming back, offered after %i ms: by VMBus first, nothing lost',
  (offerAfter) => {
    const { samples, lost, moments } = comeBack({ offerAfter });
    expect(lost).toEqual({ in: 0, out: 0 });
    const [vf] = moments.slice(-1);
    expect(vf.what).toBe('frames go by the VF');
    expect(vf.at - offerAfter).toBeGreaterThan(100);
    expect(vf.at - offerAfter).toBeLessThan(102);
    for (const { at, byVf, byVmbus } of samples)
      if (Math.abs(at - vf.at) > 25) expect(byVf > 0 ? byVmbus : byVf).toBe(0);
  },
);

test.each<[string, () => unknown]>([
  ['a step twice', () => leaveVf({ steps: ['reset-vf', 'reset-vf'] })],
  ['no such step', () => leaveVf({ steps: ['pray' as LeavingStep] })],
  ['no time', () => leaveVf({ steps: [], stepTime: 0 })],
  ['too many frames', () => leaveVf({ steps: [], rate: 1e6 })],
  ['a frame that is none', () => ejectVf({ frame: 20 })],
  ['an offer before the announcement', () => comeBack({ offerAfter: -1 })],
])('%s is refused', (_what, run) => {
  expect(run).toThrow(UsageError);
});
