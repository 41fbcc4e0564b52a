import { afterEach, describe, expect, test } from 'vitest';
import { compare } from '../compare.ts';
import { type CompareOptions, completeConfig } from '../options.ts';
import { PROFILES } from '../profiles.ts';
import { beginSession, endSession } from '../session.ts';
import { findProfile, profileOf, withMitigations } from './choice.ts';
import { profileKnob } from './knob.ts';
import type { Profile } from './schema.ts';

/** The 2017 profile with another cost of a copy. */
function dearCopies(): Profile {
  const own: Profile = JSON.parse(JSON.stringify(findProfile('skylake-2017')));
  own.id = 'dear-copies';
  own.p.memcpy_cold.value = 10;
  return own;
}

const SHORT: CompareOptions = { paths: ['vmbus'], direction: 'rx', frames: 200 };

async function rates(options: CompareOptions): Promise<number> {
  return (await compare({ ...SHORT, ...options })).paths.vmbus?.throughputGbps ?? 0;
}

const begin = (profile: unknown, knobs = {}): void =>
  beginSession({ knobs, emit: () => {}, profile });

afterEach(() => {
  endSession();
});

describe('a profile of one’s own', () => {
  test('is an object, goes with the configuration and is what is charged', async () => {
    const own = dearCopies();
    const config = completeConfig({ ...SHORT, profile: own });
    expect(config).toMatchObject({ profile: 'dear-copies', ownProfile: own });
    expect(config.postedInterrupts).toBe(true);
    expect(profileOf(config).p.memcpy_cold.value).toBe(10);
    const [ours, dear] = [await rates({ profile: 'skylake-2017' }), await rates({ profile: own })];
    expect(dear).toBeLessThan(ours / 2);
    // A complete configuration is one that can be given again, wherever it is read.
    expect(await rates(completeConfig(config))).toBe(dear);
  });

  test('is known to a session as own, by every experiment and by the knob', async () => {
    begin(dearCopies(), { 'Costs of': 'own' });
    expect(profileKnob()).toBe('own');
    expect(endSession().knobs).toMatchObject([
      { choices: [...PROFILES.map(({ id }) => id), 'own'] },
    ]);
    begin(dearCopies());
    expect(findProfile('own').p.memcpy_cold.value).toBe(10);
    expect(completeConfig({ profile: 'own' })).toMatchObject({ profile: 'own' });
    expect(await rates({ profile: 'own' })).toBe(await rates({ profile: dearCopies() }));
  });

  test('that is none stops nobody who does not ask for it', () => {
    begin({ ...dearCopies(), ghz: -3 });
    expect(profileKnob()).toBe('nehalem-2008r2');
    expect(() => findProfile('own')).toThrow(/your own profile 'dear-copies': 'ghz' -3 is not/);
  });

  test('is gone with its session', () => {
    begin(dearCopies());
    endSession();
    expect(() => findProfile('own')).toThrow(/there is no 'own' here; make one/);
    begin(undefined, { 'Costs of': 'own' });
    expect(() => profileKnob()).toThrow(/'Costs of': own is not one of nehalem/);
  });

  test('in a configuration gives way to another choice', () => {
    const config = completeConfig({ profile: dearCopies() });
    const other = completeConfig({ ...config, profile: 'sandybridge-2012' });
    expect(other).not.toHaveProperty('ownProfile');
    expect(profileOf(other).ghz).toBe(2.6);
  });

  test('of the course is none', () => {
    expect(completeConfig({ profile: 'skylake-2017' })).not.toHaveProperty('ownProfile');
  });
});

describe('mitigations', () => {
  test('make each exit that was measured before them 1.44 times as dear, and a system call 228 ns', () => {
    const without = findProfile('skylake-2017');
    const { p } = withMitigations(without, true);
    for (const exit of ['vmexit_rtt', 'exit_in_hypervisor', 'exit_user_vmm'])
      expect(p[exit].value / without.p[exit].value).toBeCloseTo(1.4436, 3);
    expect(p.syscall_rtt.value / 2.5).toBe(228);
    expect(p.doorbell_kick).toEqual(without.p.doorbell_kick);
  });

  test('can be taken away where a profile has them, and put back', () => {
    for (const profile of PROFILES) {
      const { included = false } = profile.mitigations ?? {};
      expect(withMitigations(profile, included)).toBe(profile);
      const other = withMitigations(profile, !included);
      const [dear, cheap] = included ? [profile, other] : [other, profile];
      expect(dear.p.vmexit_rtt.value).toBeGreaterThan(cheap.p.vmexit_rtt.value);
      expect(withMitigations(other, included)).toEqual(profile);
    }
  });

  test('change cycles and no count', async () => {
    const runs = await Promise.all(
      [false, true].map((mitigations) =>
        compare({
          paths: ['emulated'],
          profile: 'skylake-2017',
          load: 'paced',
          mitigations,
          frames: 50,
        }),
      ),
    );
    const [off, on] = runs.map(({ paths }) => paths.emulated);
    expect(on?.cyclesPerFrame).toBeGreaterThan(1.15 * (off?.cyclesPerFrame ?? Infinity));
    const { events: _, ...counts } = off?.perFrame ?? { events: 0 };
    expect(on?.perFrame).toMatchObject(counts);
    expect(runs.map(({ config }) => config.mitigations)).toEqual([false, true]);
  });

  test('that a profile knows nothing of are refused, and words too', () => {
    const { mitigations: _, ...own } = dearCopies();
    expect(() => completeConfig({ profile: own, mitigations: true })).toThrow(
      /'dear-copies' has no/,
    );
    expect(completeConfig({ profile: own, mitigations: false }).mitigations).toBe(false);
    const word = { mitigations: 'on' } as unknown as CompareOptions;
    expect(() => completeConfig(word)).toThrow(/mitigations: 'on' is not true or false/);
  });
});
