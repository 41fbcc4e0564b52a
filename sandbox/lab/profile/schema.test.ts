import { describe, expect, test } from 'vitest';
import { costsOf, PROFILES } from '../profiles.ts';
import { UsageError } from '../usage.ts';
import { FIGURES } from './figures.ts';
import { checkProfile, type Profile, profileProblems } from './schema.ts';

/** A profile of the course, changed by `change`, as it comes out of a file. */
function changed(change: (profile: Profile) => unknown): unknown {
  const profile = JSON.parse(JSON.stringify(PROFILES[2]));
  change(profile);
  return profile;
}

/** The message with which `value` is refused. */
function refusal(value: unknown): string {
  try {
    checkProfile(value);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error('accepted');
}

describe('a profile that is none is refused by what is wrong with it', () => {
  test.each<[string, (profile: Profile) => unknown, RegExp]>([
    ['no figure', ({ p }) => delete p.virq_eoi, /profile 'skylake-2017': 'virq_eoi' is missing$/],
    ['no value', ({ p }) => Reflect.deleteProperty(p.virq_eoi, 'value'), /'virq_eoi' has no value/],
    ['null', ({ p }) => Object.assign(p, { memcpy_cold: null }), /'memcpy_cold' has no value/],
    ['negative', ({ p }) => Object.assign(p.virq_eoi, { value: -60 }), /'virq_eoi' is -60, and a/],
    [
      'absurd',
      ({ p }) => Object.assign(p.memcpy_warm, { value: 5000 }),
      /'memcpy_warm' is 5000, and more than 100 cycles\/byte/,
    ],
    ['text', ({ p }) => Object.assign(p.dma_write, { value: '242' }), /'242', which is not a num/],
    ['unit', ({ p }) => Object.assign(p.dma_write, { unit: 'us' }), /'dma_write' is in ns, not in/],
    [
      'unknown',
      ({ p }) => Object.assign(p, { vmexit: p.vmexit_rtt }),
      /'vmexit' is unknown: .*vmexi/,
    ],
    [
      'field',
      (profile) => Object.assign(profile, { mhz: 5 }),
      /'mhz' is unknown: .* id, name, ghz/,
    ],
    ['status', ({ p }) => Object.assign(p.dma_write, { status: 'sure' }), /'sure', which .* verif/],
    ['source', ({ p }) => Object.assign(p.dma_write, { source: 'x' }), /source that is not a list/],
    ['note', ({ p }) => Object.assign(p.dma_write, { note: 'x'.repeat(501) }), /note .* 500/],
    ['clock', (profile) => Object.assign(profile, { ghz: 0 }), /'ghz' 0 is not a number from 0.1/],
    ['link', (profile) => Object.assign(profile, { pcie: 'x8' }), /'pcie' 'x8' .* gen1 x8, gen2/],
    [
      'id',
      (profile) => Object.assign(profile, { id: '<b>' }),
      /^profile: 'id' '<b>' is not a word/,
    ],
    ['name', (profile) => Object.assign(profile, { name: 'a\nb' }), /'name' 'a b' is not a line/],
    ['switch', (profile) => Object.assign(profile, { apicv: 'yes' }), /'apicv' 'yes' .* true or/],
    ['figures', (profile) => Object.assign(profile, { p: [] }), /'p' is not an object/],
    [
      'other state',
      (profile) => Object.assign(profile, { mitigations: { p: {} } }),
      /included and p/,
    ],
    [
      'its figure',
      ({ mitigations }) => Object.assign(mitigations?.p.syscall_rtt ?? {}, { value: -1 }),
      /mitigations: 'syscall_rtt' is -1/,
    ],
  ])('%s', (_, change, message) => {
    expect(refusal(changed(change))).toMatch(message);
    expect(refusal(changed(change))).not.toContain('\n');
  });

  test.each([[undefined], [null], [5], ['skylake-2017'], [[]]])('%j', (value) => {
    expect(refusal(value)).toMatch(/^profile: it is not an object/);
  });

  test('the first problems are named and the others counted', () => {
    expect(refusal({ ...PROFILES[0], p: {} })).toMatch(
      /'vmexit_rtt' is missing; 'exit_in_hypervisor' is missing; .*; and \d\d more/,
    );
    expect(profileProblems({ ...PROFILES[0], p: {} }).length).toBeGreaterThan(20);
  });
});

describe('a profile', () => {
  test('of the course is one, with its mitigations', () => {
    for (const profile of PROFILES) expect(checkProfile(profile)).toEqual(profile);
  });

  test('may leave out where a figure comes from', () => {
    const bare = changed(({ p }) => {
      for (const [name, { value }] of Object.entries(p)) Object.assign(p, { [name]: { value } });
    });
    const { p } = checkProfile(bare);
    expect(p.thread_switch).toEqual({
      ...{ value: 1400, unit: 'ns' },
      ...{ status: 'assumed', source: [], note: '' },
    });
  });

  test('is a copy: what is changed in the original later stays outside', () => {
    const original = changed(() => {}) as Profile;
    const copy = checkProfile(original);
    original.p.vmexit_rtt.value = -1;
    expect(copy.p.vmexit_rtt.value).toBe(1181);
  });

  test('takes over no names that objects have of themselves', () => {
    const hostile = JSON.parse(
      JSON.stringify(PROFILES[0]).replace('"p":{', '"p":{"__proto__":{},'),
    );
    expect(refusal(hostile)).toContain("'__proto__' is unknown");
    expect(refusal(changed(({ p }) => delete p.ring_pkt))).toContain("'ring_pkt' is missing");
  });
});

test('every charged figure is one that the costs need, and no other is', () => {
  const asked = new Set<string>();
  const p = new Proxy(PROFILES[0].p, {
    get: (figures, name: string) => {
      asked.add(name);
      return figures[name];
    },
  });
  costsOf({ ...PROFILES[0], p });
  const charged = Object.keys(FIGURES).filter((name) => FIGURES[name].charged);
  expect([...asked].sort()).toEqual(charged.sort());
});
