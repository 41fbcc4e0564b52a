import { describe, expect, test } from 'vitest';
import type { CopyPolicy } from '../machine/host/copy-policy.ts';
import { COPY_REASONS, SAFE_COPIES } from '../machine/host/copy-policy.ts';
import { runPath } from './compare.ts';
import { ATTACKS, type AttackKind, attack } from './copy-attacks.ts';
import { copyCosts, copyCostTable, policyCost } from './copy-costs.ts';
import { completeConfig } from './options.ts';
import { UsageError } from './usage.ts';

const KINDS = Object.keys(ATTACKS) as AttackKind[];
/** The copy whose absence each attack needs. */
const NEEDS: Record<AttackKind, keyof CopyPolicy> = {
  'rewrite-offset': 'ringMessages',
  'rewrite-source': 'sentHeaders',
  'rewrite-vlan': 'sentHeaders',
  'read-early': 'receivedFrames',
  'change-early': 'receivedFrames',
};

describe('attacks on the root’s look at a guest’s data', () => {
  test.each(KINDS)('%s: nothing happens with the safe policy', (kind) => {
    const report = attack({ kind, attempts: 60 });
    expect(report).toMatchObject({ succeeded: 0, policy: SAFE_COPIES, attempts: 60 });
    expect(report.bytes).toHaveLength(0);
    expect(report.outcome).toContain('nothing');
  });

  test.each(KINDS)('%s: works without its copy, and only without that one', (kind) => {
    for (const copy of ['ringMessages', 'sentHeaders', 'receivedFrames'] as const) {
      const { succeeded, bytes } = attack({ kind, policy: { [copy]: false } });
      expect(succeeded > 0).toBe(copy === NEEDS[kind]);
      expect(bytes.length > 0).toBe(copy === NEEDS[kind]);
    }
  });

  test('rewrite-offset: what leaves is the other machine’s memory, in the attacker’s name', () => {
    const { bytes } = attack({ kind: 'rewrite-offset', policy: { ringMessages: false } });
    expect(String.fromCharCode(...bytes)).toContain('Belongs to the other machine');
    expect(bytes).toHaveLength(400);
  });

  test('not every attempt hits the moment', () => {
    for (const kind of ['rewrite-offset', 'rewrite-source', 'rewrite-vlan'] as const) {
      const { succeeded } = attack({ kind, policy: { [NEEDS[kind]]: false }, attempts: 100 });
      expect(succeeded).toBeGreaterThan(5);
      expect(succeeded).toBeLessThan(95);
    }
  });

  test('a copy of the whole frame stops what the copy of its head stops', () => {
    const policy = { sentHeaders: false, sentFrames: true };
    for (const kind of ['rewrite-source', 'rewrite-vlan'] as const)
      expect(attack({ kind, policy }).succeeded).toBe(0);
  });

  test('the same attack twice is the same', () => {
    const run = () => attack({ kind: 'rewrite-vlan', policy: { sentHeaders: false } });
    expect(run()).toEqual(run());
  });

  test('options that cannot be are named', () => {
    expect(() => attack({ kind: 'phish' as never })).toThrow(/rewrite-offset/);
    expect(() => attack({ kind: 'read-early', attempts: 0 })).toThrow(UsageError);
    expect(() => attack({ kind: 'read-early', policy: { all: true } as never })).toThrow(/all/);
  });
});

describe('a policy changes what is copied and nothing else', () => {
  const run = (direction: 'tx' | 'rx', policy: Partial<CopyPolicy>) => {
    const config = completeConfig({ paths: ['vmbus'], direction, frames: 200 });
    return runPath('vmbus', config, { variant: { copies: { ...SAFE_COPIES, ...policy } } });
  };

  test.each(['tx', 'rx'] as const)('%s: the same payloads arrive, whatever is copied', (way) => {
    const safe = run(way, {});
    for (const { copy } of COPY_REASONS) {
      const other = run(way, { [copy]: !SAFE_COPIES[copy] });
      expect([other.deliveredFrames, other.faults]).toEqual([200, 0]);
      expect(other.deliveredSha256).toBe(safe.deliveredSha256);
    }
  });

  test('copies of payload: 1 received, 0 without; 1 sent by the guest, 2 with the whole frame', () => {
    expect(run('rx', {}).perFrame.copies).toBe(1);
    expect(run('rx', { receivedFrames: false }).perFrame.copies).toBe(0);
    expect(run('tx', {}).perFrame.copies).toBe(1);
    expect(run('tx', { sentFrames: true }).perFrame.copies).toBe(2);
  });

  test('every copy has its reason, and the default is the safe one', () => {
    expect(COPY_REASONS.map(({ copy }) => copy).sort()).toEqual(Object.keys(SAFE_COPIES).sort());
    for (const { copy, safe, reason } of COPY_REASONS) {
      expect(SAFE_COPIES[copy]).toBe(safe);
      expect(reason.length).toBeGreaterThan(40);
    }
  });
});

test('what copies cost follows the frame, but for the headers; jumbo frames go without the guest’s', () => {
  const [small, large, jumbo] = copyCosts({ sizes: [60, 1514, 9014] });
  expect(large.receivedFrames / small.receivedFrames).toBeCloseTo(1514 / 60, 5);
  expect(large.sentHeaders).toBe(small.sentHeaders);
  expect(small.guestSend).toBeGreaterThan(0);
  expect(jumbo.guestSend).toBe(0);
  expect(copyCostTable([small, large]).rows).toHaveLength(2);
});

test('the whole-frame copy is the dearer way to the same safety', () => {
  const whole = policyCost({ sentHeaders: false, sentFrames: true });
  expect(whole).toBeGreaterThan(policyCost({}));
  expect(policyCost({ receivedFrames: false })).toBeLessThan(policyCost({}));
});
