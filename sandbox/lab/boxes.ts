import type { Layer } from '../machine/host/management/refusals.ts';
import { compare } from './compare.ts';
import { HyperVHost } from './host.ts';
import {
  getNetAdapterSriov,
  getVMHost,
  getVMNetworkAdapter,
  getVMSwitch,
  type NetAdapterReport,
  refusalTable,
  type VMHostReport,
  type VMNetworkAdapterReport,
  type VMSwitchReport,
} from './management-reports.ts';
import type { NetworkAdapter } from './network-adapter.ts';
import type { CompareOptions } from './options.ts';
import type { HostCapabilities } from './platform/capabilities.ts';
import { costsOf, findProfile } from './profiles.ts';
import type { PathName, PathReport, TableReport } from './report.ts';
import { knob } from './session.ts';
import type { VMSwitch } from './vm-switch.ts';

const MEBIBYTE = 1 << 20;
const MAX_EVENTS = 20_000_000;

/** The two checkboxes, and the host that they are ticked on. */
export interface BoxesOptions {
  /** Virtual switch: Enable single-root I/O virtualization. */
  onSwitch: boolean;
  /** Network adapter: Enable SR-IOV. */
  onAdapter: boolean;
  /** What the host has; everything when left out. */
  capabilities?: Partial<HostCapabilities>;
}

/** A virtual machine with one adapter on one switch, started, and the four questions about it. */
export class BoxesMachine {
  readonly host: HyperVHost;
  readonly vmSwitch: VMSwitch;
  readonly adapter: NetworkAdapter;

  /** @throws UsageError for a capability that there is not */
  constructor({ onSwitch, onAdapter, capabilities }: BoxesOptions) {
    const profile = findProfile('sandybridge-2012');
    this.host = new HyperVHost({
      costs: costsOf(profile),
      lineGbps: 10,
      rootCores: 1,
      maxFrame: 1514,
      guestBytes: 8 * MEBIBYTE,
      postedInterrupts: profile.postedInterrupts,
      capabilities,
    });
    this.vmSwitch = this.host.newVMSwitch({ enableIov: onSwitch });
    this.adapter = this.host
      .newVM({ memoryBytes: 6 * MEBIBYTE })
      .addNetworkAdapter({ switch: this.vmSwitch, iovWeight: onAdapter ? 100 : 0 });
    this.host.engine.run(Infinity, MAX_EVENTS);
  }

  /** The way that its frames take now. */
  get path(): PathName {
    return this.adapter.path;
  }

  getVMHost(): VMHostReport {
    return getVMHost(this.host);
  }

  getNetAdapterSriov(): NetAdapterReport {
    return getNetAdapterSriov(this.host);
  }

  getVMSwitch(): VMSwitchReport {
    return getVMSwitch(this.host, this.vmSwitch);
  }

  getVMNetworkAdapter(): VMNetworkAdapterReport {
    return getVMNetworkAdapter(this.host, this.adapter);
  }
}

/**
 * The two checkboxes as they stand in the settings dialogs, for a cell: neither is ticked at first.
 * @throws UsageError where the cell has asked for them already
 */
export function checkboxes(): Pick<BoxesOptions, 'onSwitch' | 'onAdapter'> {
  const onSwitch = knob('Enable single-root I/O virtualization (SR-IOV)', false, {
    dialog: {
      title: 'Virtual switch properties',
      page: 'External network',
      note: 'Chosen when the switch is created. It cannot be changed afterwards.',
    },
  });
  const onAdapter = knob('Enable SR-IOV', false, {
    dialog: {
      title: 'Network adapter',
      page: 'Hardware acceleration',
      note: 'Sets the weight of this adapter to 100, or else to 0.',
    },
  });
  return { onSwitch, onAdapter };
}

/** A virtual machine whose two boxes are ticked or not. */
export function tickBoxes(options: BoxesOptions): BoxesMachine {
  return new BoxesMachine(options);
}

/** What answers the four questions. */
type Answers = Pick<
  BoxesMachine,
  'getVMHost' | 'getNetAdapterSriov' | 'getVMSwitch' | 'getVMNetworkAdapter'
>;

/** Three facts that are easily taken for one, for each layer of a machine: supported, enabled, in use. */
export function threeFacts(machine: Answers, title = 'Supported, enabled, in use'): TableReport {
  const card = machine.getNetAdapterSriov();
  const vmSwitch = machine.getVMSwitch();
  const adapter = machine.getVMNetworkAdapter();
  const used = `${vmSwitch.iovVirtualFunctionsInUse} of ${vmSwitch.iovVirtualFunctionCount} VFs`;
  const rows: [Layer, string, string, string][] = [
    ['host', yes(machine.getVMHost().iovSupport), '', ''],
    ['adapter', card.sriovSupport, yes(card.enabled), ''],
    ['switch', yes(vmSwitch.iovSupport), yes(vmSwitch.iovEnabled), used],
    ['network adapter', '', yes(adapter.iovWeight > 0), yes(adapter.vfDataPathActive)],
  ];
  const columns = ['Layer', 'Supported', 'Enabled', 'In use'].map((name) => ({ name }));
  return { kind: 'table', title, columns, rows };
}

/** Everything that keeps a machine's adapter from a virtual function, lowest layer first. */
export function whatIsInTheWay(machine: BoxesMachine, title = 'What is in the way'): TableReport {
  return refusalTable(title, machine.getVMNetworkAdapter().refusals);
}

function yes(value: boolean): string {
  return value ? 'yes' : 'no';
}

/** A line of the ledger: its name, the run it is from, and what it is there. */
type Line = readonly [name: string, run: 'tx' | 'rx' | 'rr', value: (of: PathReport) => number];

const LINES: readonly Line[] = [
  ['Sent: exits for I/O', 'tx', (of) => of.perFrame.ioExits],
  ['Sent: copies', 'tx', (of) => of.perFrame.copies],
  ['Sent: root cycles', 'tx', rootCycles],
  ['Received: exits for I/O', 'rx', (of) => of.perFrame.ioExits],
  ['Received: copies', 'rx', (of) => of.perFrame.copies],
  ['Received: root cycles', 'rx', rootCycles],
  ['Round trip, µs', 'rr', (of) => of.latencyUs.p50],
];

/**
 * The ledger of one workload on the synthetic path, and on the path that a machine's frames take: means of
 * a frame, and the round trip of a request.
 * @throws UsageError for a workload that cannot be
 */
export async function ledgerBesideVmbus(
  path: PathName,
  workload: Omit<CompareOptions, 'paths' | 'direction'> = {},
): Promise<TableReport> {
  const rows: (string | number)[][] = [];
  for (const direction of ['tx', 'rx', 'rr'] as const) {
    const options = { profile: 'sandybridge-2012', frames: 200, ...workload };
    const { paths } = await compare({ ...options, paths: ['vmbus', path], direction });
    const [before, now] = [paths.vmbus, paths[path]];
    if (before === undefined || now === undefined) continue;
    for (const [name, run, value] of LINES)
      if (run === direction) rows.push([name, tidy(value(before)), tidy(value(now))]);
  }
  return {
    kind: 'table',
    title: 'The ledger of a frame, without the boxes and as they are',
    columns: [{ name: 'A frame' }, { name: 'No box' }, { name: 'As ticked' }],
    rows,
  };
}

function rootCycles({ ledger, deliveredFrames }: PathReport): number {
  const root = ledger.filter(({ who }) => who === 'root-kernel' || who === 'root-user');
  return root.reduce((sum, { cycles }) => sum + cycles, 0) / Math.max(1, deliveredFrames);
}

/** Three digits that count, and no more than a ledger needs. */
function tidy(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
}
