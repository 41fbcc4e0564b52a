import {
  ADAPTER_SUPPORT,
  type AdapterSupport,
} from '../machine/host/management/adapter-support.ts';
import { HOST_REASONS, type HostReason } from '../machine/host/management/host-support.ts';
import type { Refusal } from '../machine/host/management/refusals.ts';
import type { HyperVHost } from './host.ts';
import type { NetworkAdapter } from './network-adapter.ts';
import type { TableReport } from './report.ts';
import type { VMSwitch } from './vm-switch.ts';

/**
 * The four questions of a debugging session, answered by looking at the machine now. Each answer is a
 * table for the page and has the same facts as fields for a program. The names are the cmdlets'; the
 * sentences are this course's.
 */

/** Get-VMHost: what the host supports. */
export interface VMHostReport extends TableReport {
  iovSupport: boolean;
  iovSupportReasons: HostReason[];
}

/** Get-NetAdapterSriov: what the adapter supports, and whether it is switched on there. */
export interface NetAdapterReport extends TableReport {
  sriovSupport: AdapterSupport;
  enabled: boolean;
  /** Virtual functions that the adapter has. */
  numVFs: number;
}

/** Get-VMSwitch: supported, enabled, and how much is in use. */
export interface VMSwitchReport extends TableReport {
  iovEnabled: boolean;
  iovSupport: boolean;
  iovSupportReasons: Refusal[];
  iovVirtualFunctionCount: number;
  iovVirtualFunctionsInUse: number;
  iovQueuePairCount: number;
  iovQueuePairsInUse: number;
  /** Ports of the switch inside the adapter; Get-NetAdapterSriov counts them in Windows. */
  virtualPortCount: number;
  virtualPortsInUse: number;
}

/** Get-VMNetworkAdapter: what was asked for, and what is in use. */
export interface VMNetworkAdapterReport extends TableReport {
  iovWeight: number;
  iovQueuePairsRequested: number;
  iovQueuePairsAssigned: number;
  /** Percent: 100 with a virtual function, 0 without. */
  iovUsage: number;
  /** Undefined without a virtual function. */
  vfId: number | undefined;
  /** Whether its frames pass the virtual switch by. */
  vfDataPathActive: boolean;
  /** What keeps it from a virtual function, lowest layer first; empty with one. */
  refusals: readonly Refusal[];
}

type Row = [property: string, value: string | number, meaning?: string];

export function getVMHost(host: HyperVHost): VMHostReport {
  const { iovSupport, reasons } = host.management.hostSupport;
  const rows: Row[] = [
    ['IovSupport', truth(iovSupport)],
    ...reasons.map((reason): Row => ['IovSupportReasons', reason, HOST_REASONS[reason]]),
  ];
  return { ...list('Get-VMHost', rows), iovSupport, iovSupportReasons: reasons };
}

export function getNetAdapterSriov(host: HyperVHost): NetAdapterReport {
  const { name, sriovSupport, enabled, totalVfs } = host.management.adapterState;
  const rows: Row[] = [
    ['Name', name],
    ['SriovSupport', sriovSupport, ADAPTER_SUPPORT[sriovSupport]],
    ['Enabled', truth(enabled), enabled ? '' : 'The setting *SRIOV is off.'],
    ['NumVFs', totalVfs],
  ];
  return { ...list('Get-NetAdapterSriov', rows), sriovSupport, enabled, numVFs: totalVfs };
}

export function getVMSwitch(host: HyperVHost, vmSwitch: VMSwitch): VMSwitchReport {
  const { management } = host;
  const nicSwitch = management.nicSwitchFor(vmSwitch);
  const { virtualFunctions, queuePairs } = management.capabilities;
  const facts = {
    iovEnabled: vmSwitch.enableIov,
    iovSupport: management.switchSupported,
    iovSupportReasons: management.supportRefusals,
    iovVirtualFunctionCount: nicSwitch === undefined ? 0 : virtualFunctions,
    iovVirtualFunctionsInUse: nicSwitch?.vfsInUse ?? 0,
    iovQueuePairCount: management.switchSupported ? queuePairs : 0,
    iovQueuePairsInUse: nicSwitch?.ports?.queuePairsInUse ?? 0,
    virtualPortCount: nicSwitch?.split?.vports ?? 0,
    virtualPortsInUse: nicSwitch?.ports?.count ?? 0,
  };
  const enabled = facts.iovEnabled ? '' : 'Chosen when the switch is created, and only then.';
  const rows: Row[] = [
    ['IovEnabled', truth(facts.iovEnabled), enabled],
    ['IovSupport', truth(facts.iovSupport)],
    ...refusalRows('IovSupportReasons', facts.iovSupportReasons),
    ['IovVirtualFunctionCount', facts.iovVirtualFunctionCount],
    ['IovVirtualFunctionsInUse', facts.iovVirtualFunctionsInUse],
    ['IovQueuePairCount', facts.iovQueuePairCount],
    ['IovQueuePairsInUse', facts.iovQueuePairsInUse],
    ['VPorts', facts.virtualPortCount],
    ['VPorts in use', facts.virtualPortsInUse],
  ];
  return { ...list('Get-VMSwitch', rows), ...facts };
}

export function getVMNetworkAdapter(
  host: HyperVHost,
  adapter: NetworkAdapter,
): VMNetworkAdapterReport {
  const decision = host.management.decisions.get(adapter);
  const vf = decision?.granted === true ? decision.vf : undefined;
  const facts = {
    iovWeight: decision?.iovWeight ?? 0,
    iovQueuePairsRequested: decision?.queuePairsRequested ?? 0,
    iovQueuePairsAssigned: vf?.queuePairs ?? 0,
    iovUsage: vf === undefined ? 0 : 100,
    vfId: vf?.vfId,
    vfDataPathActive: adapter.path === 'sriov',
    refusals: decision?.refusals ?? [],
  };
  const rows: Row[] = [
    ['IovWeight', facts.iovWeight],
    ['IovQueuePairsRequested', facts.iovQueuePairsRequested],
    ['IovQueuePairsAssigned', facts.iovQueuePairsAssigned],
    ['IovUsage', facts.iovUsage],
    ['VF id', facts.vfId ?? 'none'],
    ['VfDataPathActive', truth(facts.vfDataPathActive)],
    ...refusalRows('Not in use', facts.refusals),
  ];
  return { ...list('Get-VMNetworkAdapter', rows), ...facts };
}

/** Refusals with layer, reason and what it means; one row that says so when there is none. */
export function refusalTable(title: string, against: readonly Refusal[]): TableReport {
  const rows = against.map(({ layer, reason, words }) => [layer, reason, words]);
  const nothing = ['none', 'none', 'Nothing: the virtual function is in use.'];
  const columns = [{ name: 'Layer' }, { name: 'Reason' }, { name: 'What it means' }];
  return { kind: 'table', title, columns, rows: rows.length > 0 ? rows : [nothing] };
}

function refusalRows(property: string, against: readonly Refusal[]): Row[] {
  return against.map(({ layer, reason, words }) => [property, `${layer}: ${reason}`, words]);
}

function list(title: string, rows: Row[]): TableReport {
  const columns = [{ name: 'Property' }, { name: 'Value' }, { name: 'What it means' }];
  const filled = rows.map(([property, value, meaning = '']) => [property, value, meaning]);
  return { kind: 'table', title, columns, rows: filled };
}

function truth(value: boolean): string {
  return value ? 'True' : 'False';
}
