import { describe, expect, test } from 'vitest';
import { checkboxes, ledgerBesideVmbus, threeFacts, tickBoxes, whatIsInTheWay } from './boxes.ts';
import {
  bringUpBars,
  bringUpRequests,
  bringUpStates,
  bringUpTable,
  watchBringUp,
} from './bring-up.ts';
import { brokenHost, QUESTIONS } from './broken-host.ts';
import { beginSession, endSession } from './session.ts';
import { UsageError } from './usage.ts';

describe('the two boxes', () => {
  test.each([
    [false, false, 'vmbus'],
    [true, false, 'vmbus'],
    [false, true, 'vmbus'],
    [true, true, 'sriov'],
  ] as const)('switch %s, adapter %s: %s', (onSwitch, onAdapter, path) => {
    expect(tickBoxes({ onSwitch, onAdapter }).path).toBe(path);
  });

  test('are knobs of a cell, drawn in their dialogs', () => {
    beginSession({ knobs: { 'Enable SR-IOV': true }, emit: () => {} });
    expect(checkboxes()).toEqual({ onSwitch: false, onAdapter: true });
    const dialogs = endSession().knobs.map((spec) => spec.type === 'switch' && spec.dialog?.title);
    expect(dialogs).toEqual(['Virtual switch properties', 'Network adapter']);
  });

  test('the table has a row a layer; what is in the way is named once, at its own layer', () => {
    const machine = tickBoxes({ onSwitch: true, onAdapter: true, capabilities: { acs: false } });
    expect(threeFacts(machine).rows).toEqual([
      ['host', 'no', '', ''],
      ['adapter', 'MissingAcs', 'yes', ''],
      ['switch', 'no', 'yes', '0 of 0 VFs'],
      ['network adapter', '', 'yes', 'no'],
    ]);
    const inTheWay = whatIsInTheWay(machine).rows;
    expect(inTheWay.map((row) => row.slice(0, 2))).toEqual([['host', 'NoAcs']]);
    const whole = tickBoxes({ onSwitch: true, onAdapter: true });
    expect(whatIsInTheWay(whole).rows).toEqual([['none', 'none', expect.any(String)]]);
  });

  test('the ledger: no copy, no exit for I/O and no root cycle by the virtual function', async () => {
    const { rows } = await ledgerBesideVmbus('sriov', { frames: 60 });
    const find = (name: string) => rows.find((row) => row[0] === name) ?? [];
    for (const what of ['exits for I/O', 'copies', 'root cycles'])
      expect(find(`Sent: ${what}`)[2]).toBe(0);
    expect(find('Received: copies').slice(1)).toEqual([1, 0]);
    const [, before, now] = find('Round trip, µs') as [string, number, number];
    expect(now).toBeLessThan(before);
    const same = await ledgerBesideVmbus('vmbus', { frames: 60 });
    for (const row of same.rows) expect(row[1]).toBe(row[2]);
  });
});

describe('a virtual function comes while frames come', () => {
  test('synthetic until the guest asks, the function from then on, and nothing is lost', () => {
    const report = watchBringUp({ frames: 40 });
    const { phases } = report;
    const ways = phases.map(({ throughVmbus, throughVf, lost }) => [throughVmbus, throughVf, lost]);
    expect(ways).toEqual([
      [40, 0, 0],
      [40, 0, 0],
      [20, 20, 0],
      [0, 40, 0],
    ]);
    expect(phases.map(({ copies }) => copies)).toEqual([1, 1, 0.5, 0]);
    expect(phases[3].hostCycles).toBeLessThan(phases[1].hostCycles / 3);
    expect(report.states.map(({ state }) => state)).toEqual([
      'paired',
      'opening',
      'switching',
      'vf',
    ]);
    expect(Number(bringUpStates(report).rows[3][0])).toBeGreaterThan(100);
    const asked = bringUpRequests(report).rows.map(([name]) => name);
    expect(asked.slice(0, 4)).toEqual([
      'NIC_SWITCH_CREATE_SWITCH',
      'RECEIVE_FILTER_SET_FILTER',
      'NIC_SWITCH_ALLOCATE_VF',
      'NIC_SWITCH_CREATE_VPORT',
    ]);
    expect(asked[asked.length - 1]).toBe('RECEIVE_FILTER_MOVE_FILTER');
    expect(bringUpTable(report).rows).toHaveLength(4);
    const { bars } = bringUpBars(report);
    const root = bars.map(({ segments }) => segments.some(({ who }) => who === 'root-kernel'));
    expect(root).toEqual([true, true, true, false]);
  });

  test.each([
    [{ frames: 1 }, /frames: 1 is not/],
    [{ frame: 9014 }, /frame: 9014 is not/],
  ])('%o is refused', (options, words) => {
    expect(() => watchBringUp(options)).toThrow(UsageError);
    expect(() => watchBringUp(options)).toThrow(words);
  });
});

describe('a broken host', () => {
  test('is the same for the same seed, and without faults it works', () => {
    expect(brokenHost(7).findings).toEqual(brokenHost(7).findings);
    const whole = brokenHost(7, { faults: 0 });
    expect(whole.findings).toEqual([]);
    expect(whole.getVMNetworkAdapter().vfDataPathActive).toBe(true);
  });

  test('what is found is never empty where there is a fault, and each kind comes up', () => {
    const wanted = new Set([
      'host: NoSlat',
      'adapter: AdapterDisabled',
      'switch: SwitchNotIov',
      'switch: NoVirtualFunction',
      'switch: NoVirtualPort',
      'switch: NoQueuePairs',
      'network adapter: NotAsked',
    ]);
    for (let seed = 0; seed < 200 && wanted.size > 0; seed++) {
      const { findings } = brokenHost(seed, { faults: 1 });
      expect(findings.length).toBeGreaterThan(0);
      for (const { layer, reason } of findings) wanted.delete(`${layer}: ${reason}`);
    }
    expect([...wanted]).toEqual([]);
  }, 30_000);

  test('questions are counted, answered in facts, and say nothing about other layers', () => {
    const machine = brokenHost(2);
    const tables = QUESTIONS.map((question) => machine.ask(question));
    expect(machine.questions).toBe(4);
    expect(tables.map(({ title }) => title)).toEqual([...QUESTIONS]);
    expect(JSON.stringify(tables[3])).not.toMatch(/Missing|NotIov/);
    expect(machine.reveal().rows.length).toBe(machine.findings.length);
    expect(() => machine.ask('Get-Help' as 'Get-VMHost')).toThrow(UsageError);
  });

  test('another number of faults is refused', () => {
    expect(() => brokenHost(1, { faults: 3 })).toThrow(/faults: 3 is not 0, 1 or 2/);
  });
});
