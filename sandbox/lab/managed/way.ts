import type { Refusal } from '../../machine/host/management/refusals.ts';
import type { VMNetworkAdapterReport } from '../management-reports.ts';
import type { NetworkAdapter } from '../network-adapter.ts';
import type { PathName, TableReport } from '../report.ts';
import type { Testbed } from '../testbed.ts';
import type { CompleteMachine } from './settings.ts';

/** Which way the frames of each machine take, and why: in words. */

export const NAMES: Readonly<Record<PathName, string>> = {
  native: 'no virtualization',
  emulated: 'emulated',
  vmbus: 'VMBus',
  sriov: 'SR-IOV',
};

/** A row for each run of machines that fare alike. */
export function wayTable(
  machine: CompleteMachine,
  adapters: readonly NetworkAdapter[],
  reports: readonly VMNetworkAdapterReport[],
): TableReport {
  const rows: { first: number; last: number; path: string; why: string }[] = [];
  for (const [i, adapter] of adapters.entries()) {
    const path = NAMES[adapter.path];
    const why = whyThisWay(machine, adapter, reports[i]);
    const before = rows.at(-1);
    if (before !== undefined && before.path === path && before.why === why) before.last = i;
    else rows.push({ first: i, last: i, path, why });
  }
  return {
    kind: 'table',
    title: `Which way the frames take, on the switch “${machine.vmSwitch.name}”`,
    columns: [{ name: 'Machine' }, { name: 'Path' }, { name: 'Why' }],
    rows: rows.map(({ first, last, path, why }) => [
      first === last ? `VM ${first}` : `VM ${first} to ${last}`,
      path,
      why,
    ]),
  };
}

function whyThisWay(
  { adapter: page }: CompleteMachine,
  { path }: NetworkAdapter,
  { refusals }: VMNetworkAdapterReport,
): string {
  if (path === 'emulated') return 'It is a legacy network adapter.';
  if (path === 'vmbus') return reasons(refusals);
  const limited = page.maximumBandwidth > 0;
  const passed = limited ? ' Its frames pass the virtual switch by, and the limit with it.' : '';
  return `Both boxes are ticked, and nothing is against a virtual function.${passed}`;
}

function reasons(refusals: readonly Refusal[]): string {
  return refusals.map(({ layer, words }) => `${layer}: ${words}`).join(' ');
}

/** What stands under the machine's own path: that it is it, what is against another, what its limit dropped. */
export function ownNote(
  { adapter: page }: CompleteMachine,
  { adapters, vmSwitch, host }: Testbed,
  said = '',
): string {
  const dropped = adapters.reduce(
    (sum, adapter) => sum + (vmSwitch?.droppedAt(adapter).limited ?? 0),
    0,
  );
  const without = adapters.filter(({ path }) => path !== 'sriov');
  const asked = page.iovWeight > 0 && without.length === adapters.length;
  const against = host.management.decisions.get(adapters[0])?.refusals ?? [];
  return [
    'This is the machine as it is set.',
    said,
    asked ? `It asked for a virtual function. ${reasons(against)}` : '',
    dropped > 0 ? `The limit of its port dropped ${dropped} frames.` : '',
  ]
    .filter((words) => words !== '')
    .join(' ');
}
