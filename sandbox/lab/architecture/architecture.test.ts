import { describe, expect, test } from 'vitest';
import { followFrame } from '../follow.ts';
import type { ArchitectureReport } from '../report.ts';
import { UsageError } from '../usage.ts';
import { architecture } from './architecture.ts';

const EMULATED_OUT = ['application-0', 'stack-0', 'driver-0', 'worker-0', 'switch'];
const VMBUS_OUT = ['application-0', 'stack-0', 'driver-0', 'channel-0', 'vsp', 'switch'];
const SRIOV_OUT = ['application-0', 'stack-0', 'driver-0', 'vf-0'];
const up = (vm: number) => [`driver-${vm}`, `stack-${vm}`, `application-${vm}`];

const WAYS = [
  ['emulated', 'tx', [...EMULATED_OUT, 'pf-driver', 'pf', 'peer']],
  ['emulated', 'rx', ['nic-switch', 'pf', 'pf-driver', 'switch', 'worker-0', ...up(0)]],
  ['emulated', 'to-neighbour', [...EMULATED_OUT, 'worker-1', ...up(1)]],
  ['vmbus', 'tx', [...VMBUS_OUT, 'pf-driver', 'pf', 'peer']],
  ['vmbus', 'rx', ['nic-switch', 'pf', 'pf-driver', 'switch', 'vsp', 'channel-0', ...up(0)]],
  ['vmbus', 'to-neighbour', [...VMBUS_OUT, 'vsp', 'channel-1', ...up(1)]],
  ['sriov', 'tx', [...SRIOV_OUT, 'peer']],
  ['sriov', 'rx', ['nic-switch', 'vf-0', ...up(0)]],
  ['sriov', 'to-neighbour', [...SRIOV_OUT, 'nic-switch', 'vf-1', ...up(1)]],
] as const;

/** Who has the frame in hand, one after the other. */
function holders({ steps }: ArchitectureReport): (string | undefined)[] {
  return steps.map(({ holder }) => holder).filter((id, i, all) => id !== all[i - 1]);
}

/** Whether what can pass from one part to another can: over edges, in either direction. */
function connected({ edges }: ArchitectureReport, from: string, to: string): boolean {
  const seen = new Set([from]);
  for (const id of seen)
    for (const edge of edges)
      if (edge.from === id) seen.add(edge.to);
      else if (edge.to === id) seen.add(edge.from);
  return seen.has(to);
}

describe.each(WAYS)('%s, %s', (path, direction, wanted) => {
  test('the frame goes from hand to hand, to the end', async () => {
    const report = await architecture({ path, direction });
    expect(holders(report)).toEqual(wanted);
  });

  test('each step is at a part, or between two that are connected', async () => {
    const report = await architecture({ path, direction });
    const ids = new Set(report.nodes.map(({ id }) => id));
    expect(ids.size).toBe(report.nodes.length);
    for (const { from, to } of report.edges)
      expect([ids.has(from), ids.has(to)]).toEqual([true, true]);
    for (const { at, from = '', to = '' } of report.steps) {
      if (at !== undefined) expect(ids).toContain(at);
      else expect(connected(report, from, to)).toBe(true);
    }
  });

  test('nothing happens in a machine that has nothing to do with it', async () => {
    const { steps } = await architecture({ path, direction, vms: 3 });
    const idle = direction === 'to-neighbour' ? ['2'] : ['1', '2'];
    for (const { at, from, to } of steps)
      for (const id of [at, from, to]) expect(idle).not.toContain(id?.split('-').at(-1));
  });
});

describe('what a step adds', () => {
  test.each(['emulated', 'vmbus', 'sriov'] as const)(
    '%s: the steps are those of followFrame, and their cycles those of the steps',
    async (path) => {
      const plain = await followFrame({ path });
      const { steps } = await architecture({ path, vms: 1 });
      const names = (list: { who: string; what: string }[]) =>
        list.map(({ who, what }) => `${who} ${what}`);
      expect(names(steps)).toEqual(names(plain.steps));
      for (const { start, end, cycles, who } of steps)
        if (who !== 'device' && who !== 'wire')
          expect((cycles * 1000) / 2930 - (end - start)).toBeLessThan(1);
    },
  );

  test('emulated: two copies, five port accesses; SR-IOV: no copy', async () => {
    const emulated = await architecture({ path: 'emulated' });
    expect(emulated.steps.reduce((sum, { copies }) => sum + copies, 0)).toBe(2);
    const accesses = emulated.steps.filter(({ detail }) => /^exit: (IN|OUT) /.test(detail ?? ''));
    expect(accesses.map(({ exits }) => exits)).toEqual([1, 1, 1, 1, 1]);
    const sriov = await architecture({ path: 'sriov' });
    expect(sriov.steps.every(({ copies }) => copies === 0)).toBe(true);
    expect(sriov.steps.some(({ who }) => who.startsWith('root'))).toBe(false);
  });

  test('between neighbours nothing is on the wire', async () => {
    for (const path of ['emulated', 'vmbus', 'sriov'] as const) {
      const { steps } = await architecture({ path, direction: 'to-neighbour' });
      expect(steps.some(({ who }) => who === 'wire')).toBe(false);
    }
  });
});

test('is the same every time, and refuses what cannot be', async () => {
  expect(await architecture({ path: 'vmbus' })).toEqual(await architecture({ path: 'vmbus' }));
  const refused = (options: object) =>
    expect(architecture({ path: 'vmbus', ...options })).rejects.toThrow(UsageError);
  await refused({ path: 'native' });
  await refused({ direction: 'up' });
  await refused({ vms: 4 });
  await refused({ vms: 1, direction: 'to-neighbour' });
  await refused({ path: 'emulated', frame: 2000 });
  await refused({ frame: 5 });
});

describe('machines on different paths', () => {
  test('from a VF to a machine without one: through the PF, the virtual switch and VMBus, never on the wire', async () => {
    const report = await architecture({
      path: 'sriov',
      others: ['vmbus'],
      direction: 'to-neighbour',
    });
    expect(holders(report)).toEqual([
      ...[...SRIOV_OUT, 'nic-switch', 'pf', 'pf-driver', 'switch', 'vsp', 'channel-1'],
      ...up(1),
    ]);
    expect(report.steps.filter(({ to }) => to === 'peer')).toEqual([]);
  });

  test('refuses more machines than can be drawn, and paths that are none', async () => {
    const others = ['sriov', 'sriov', 'sriov'] as const;
    await expect(architecture({ path: 'sriov', others })).rejects.toThrow(UsageError);
    const odd = ['native' as 'sriov'];
    await expect(architecture({ path: 'sriov', others: odd })).rejects.toThrow(UsageError);
  });
});
