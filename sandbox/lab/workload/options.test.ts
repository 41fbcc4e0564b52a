import { describe, expect, test } from 'vitest';
import { type CompareOptions, completeConfig } from '../options.ts';
import { UsageError } from '../usage.ts';
import { IMIX } from './sizes.ts';

const TWO = [
  { length: 60, time: 0 },
  { length: 1514, time: 100 },
];

/** The message with which `options` are refused. */
function refusal(options: object): string {
  try {
    completeConfig(options as CompareOptions);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error(`accepted ${JSON.stringify(options)}`);
}

describe('a workload that cannot be is refused with what is accepted', () => {
  test.each<[object, RegExp]>([
    [{ arrivals: 'bursty', load: 1000 }, /arrivals: 'bursty' .* regular, poisson/],
    [{ arrivals: 'poisson' }, /arrivals: load max has no clock; give load/],
    [{ sizes: [] }, /sizes: give imix or frame lengths/],
    [{ sizes: 'jumbo' }, /sizes: give imix/],
    [{ sizes: [60, 59] }, /sizes: number 2, 59, .* 60 to 9014 bytes/],
    [{ sizes: [60.5] }, /number 1, 60.5/],
    [{ sizes: ['60'] }, /number 1, 60,/],
    [{ sizes: new Array(10_001).fill(60) }, /10001 lengths are more than 10000/],
    [{ sizes: 'imix', frame: 60 }, /sizes and frame: .* not both/],
    [{ recorded: TWO.slice(1) }, /recorded: give two frames or more/],
    [{ recorded: 'file.pcap' }, /recorded: give two frames or more/],
    [{ recorded: [TWO[0], { length: 13, time: 1 }] }, /frame 2: 13 bytes are not 14 to 9014/],
    [{ recorded: [{ length: 65549, time: 0 }, TWO[1]] }, /frame 1: 65549 bytes/],
    [{ recorded: [TWO[0], undefined] }, /frame 2: undefined is not a length/],
    [{ recorded: [TWO[0], { length: 60, time: Number.NaN }] }, /frame 2: NaN is not a time/],
    [{ recorded: [TWO[1], TWO[0]] }, /frame 2 is earlier than the one before it/],
    [{ recorded: [TWO[0], TWO[0]] }, /all frames have the same time/],
    [{ recorded: new Array(200_001).fill(TWO[0]) }, /200001 frames are more than 200000/],
    [{ recorded: TWO, load: 'paced' }, /recorded and load: .* leave load out/],
    [{ recorded: TWO, frame: 60 }, /recorded and frame/],
    [{ recorded: TWO, sizes: 'imix' }, /recorded and sizes/],
    [{ recorded: TWO, arrivals: 'poisson' }, /recorded and arrivals/],
    [{ inFlight: 2 }, /inFlight: .* direction rr only/],
    [{ inFlight: 0, direction: 'rr' }, /inFlight: 0 .* 1 to 64/],
    [{ inFlight: 65, direction: 'rr' }, /inFlight: 65 .* 1 to 64/],
    [{ inFlight: 2, direction: 'rr', load: 'paced' }, /waits for no reply; leave load out/],
    [{ inFlight: 64, direction: 'rr', vms: 7 }, /64 of each of 7 flows are 448, more than the 384/],
    [{ appShare: 1 }, /appShare: 1 is not a share from 0 to 0.95/],
    [{ appShare: -0.1 }, /appShare: -0.1/],
    [{ appShare: '0.5' }, /appShare: 0.5 is not a share/],
    [{ sices: 'imix' }, /no option 'sices'.*sizes/],
  ])('%o', (options, message) => {
    expect(refusal(options)).toMatch(message);
    expect(refusal(options)).not.toContain('\n');
  });
});

describe('what is filled in', () => {
  test('the longest of several sizes is the frame', () => {
    expect(completeConfig({ sizes: [60, 9014, 500] })).toMatchObject({
      sizes: [60, 9014, 500],
      frame: 9014,
    });
    expect(completeConfig({ sizes: 'imix' })).toMatchObject({ sizes: 'imix', frame: 1514 });
  });

  test('a recording has its own rate, and is played once', () => {
    const config = completeConfig({ recorded: TWO, vms: 3 });
    // Two frames in 100 us and a mean gap behind them.
    expect(config).toMatchObject({ recorded: TWO, frame: 1514, load: 10_000, frames: 6 });
  });

  test('frames shorter than the Ethernet minimum are padded', () => {
    const recorded = [{ length: 42, time: 0 }, TWO[1]];
    expect(completeConfig({ recorded }).recorded?.[0]).toEqual({ length: 60, time: 0 });
  });

  test('both directions run for a time, unless the clock gives them their load', () => {
    expect(completeConfig({ direction: 'both' }).durationMs).toBe(10);
    expect(completeConfig({ direction: 'both', frames: 50 })).toMatchObject({ frames: 50 });
    expect(completeConfig({ direction: 'both', load: 'paced' }).frames).toBe(200);
  });

  test('a complete configuration stays as it is when it is completed again', () => {
    for (const options of [
      { sizes: 'imix', load: 1000, arrivals: 'poisson' },
      { recorded: TWO, appShare: 0.5 },
      { direction: 'rr', inFlight: 4 },
      { direction: 'both' },
    ] as const) {
      const config = completeConfig(options as CompareOptions);
      expect(completeConfig(config)).toEqual(config);
    }
  });
});

test('the simple IMIX is seven short frames, four of 576 bytes of IP, and one of 1500', () => {
  const count = (length: number) => IMIX.filter((other) => other === length).length;
  expect([count(60), count(14 + 576), count(14 + 1500), IMIX.length]).toEqual([7, 4, 1, 12]);
});
