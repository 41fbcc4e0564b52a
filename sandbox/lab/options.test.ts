import { describe, expect, test } from 'vitest';
import { type CompareOptions, completeConfig } from './options.ts';
import { costsOf, findProfile, PROFILES } from './profiles.ts';
import { UsageError } from './usage.ts';

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

describe('options that cannot be are refused with the option and what is accepted', () => {
  test.each<[object, RegExp]>([
    [{ frame: -1 }, /frame: -1 .* 60 to 9014 bytes/],
    [{ frame: 59 }, /frame: 59 .* 60 to 9014/],
    [{ frame: 9015 }, /60 to 9014/],
    [{ frame: 100.5 }, /whole number/],
    [{ frame: '1514' }, /frame: 1514 is not a whole number/],
    [{ frame: Number.NaN }, /frame: NaN/],
    [{ profile: 'pentium' }, /profile: .*'pentium'.*nehalem-2008r2.*icelake/],
    [{ direction: 'up' }, /direction: 'up' .* tx, rx, rr/],
    [{ line: '3G' }, /line: '3G' .* 1G, 10G, 25G, 40G, 100G/],
    [{ paths: ['magic'] }, /paths: 'magic' .* native, emulated, vmbus, sriov/],
    [{ paths: [] }, /paths: .* native, emulated, vmbus, sriov/],
    [{ paths: 'vmbus' }, /paths: give at least one/],
    [{ load: 'heavy' }, /load: 'heavy' .* max, paced or a number/],
    [{ load: 0 }, /load: '0' .* from 1 to 1e9/],
    [{ load: 0.5 }, /load: '0.5' .* from 1 to 1e9/],
    [{ load: -250 }, /load: '-250'/],
    [{ load: Infinity }, /load: 'Infinity'/],
    [{ vms: 0 }, /vms: 0 .* 1 to 60/],
    [{ vms: 61 }, /vms: 61 .* 1 to 60/],
    [{ queues: 9 }, /queues: 9 .* 1 to 8/],
    [{ rootCores: 0 }, /rootCores: 0 .* 1 to 16/],
    [{ guestCores: 17 }, /guestCores: 17 .* 1 to 16/],
    [{ frames: 0 }, /frames: 0 .* 1 to 5000000/],
    [{ durationMs: -5 }, /duration: -5 .* 5000 ms/],
    [{ durationMs: 5001 }, /duration: 5001/],
    [{ frames: 5, durationMs: 5 }, /frames and duration/],
    [{ seed: -1 }, /seed: -1 .* 0 to 4294967295/],
    [{ postedInterrupts: 'on' }, /postedInterrupts: 'on' is not true or false/],
    [{ frmae: 1514 }, /no option 'frmae'.*frame, direction/],
  ])('%o', (options, message) => {
    expect(refusal(options)).toMatch(message);
    expect(refusal(options)).not.toContain('\n');
  });
});

describe('defaults', () => {
  test('are those of the command line', () => {
    expect(completeConfig({})).toEqual({
      paths: ['emulated', 'vmbus', 'sriov'],
      profile: 'nehalem-2008r2',
      line: '10G',
      frame: 1514,
      direction: 'tx',
      load: 'max',
      vms: 1,
      queues: 1,
      rootCores: 1,
      guestCores: 1,
      frames: 2000,
      postedInterrupts: false,
      seed: 1,
    });
  });

  test('a path that is named twice runs once; posted interrupts follow the profile', () => {
    const { paths } = completeConfig({ paths: ['sriov', 'vmbus', 'sriov'] });
    expect(paths).toEqual(['sriov', 'vmbus']);
    expect(completeConfig({ profile: 'skylake-2017' }).postedInterrupts).toBe(
      findProfile('skylake-2017').postedInterrupts,
    );
  });
});

describe('profiles', () => {
  test.each(PROFILES.map((profile) => [profile.id, profile] as const))(
    '%s has every cost',
    (_id, profile) => {
      for (const [name, value] of Object.entries(costsOf(profile)))
        if (typeof value === 'number') expect.soft(value, name).toBeGreaterThanOrEqual(0);
    },
  );

  test('a figure that is missing or negative is refused by name', () => {
    const [profile] = PROFILES;
    const { vmexit_rtt: missing, ...p } = profile.p;
    expect(() => costsOf({ ...profile, p })).toThrow(/'vmexit_rtt' needs a value of 0 or more/);
    const negative = { ...profile.p, vmexit_rtt: { ...missing, value: -1 } };
    expect(() => costsOf({ ...profile, p: negative })).toThrow(UsageError);
  });
});
