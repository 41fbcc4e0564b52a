import { type CompareOptions, PATHS } from '../options.ts';
import type { HostCapabilities } from '../platform/capabilities.ts';
import type { PathName } from '../report.ts';
import { UsageError } from '../usage.ts';

/**
 * A machine as its settings pages have it, and what to do with it. The path of its frames is not among the
 * settings: it follows from them, and from what the host has.
 */
export interface MachineSettings {
  host?: HostPage;
  vmSwitch?: SwitchPage;
  vms?: VmPage;
  adapter?: AdapterPage;
  workload?: Workload;
  /** Machines of other paths under the same workload, to compare with; their settings are as usual. */
  beside?: readonly PathName[];
}

/** The host: whose costs, how many processors for the root, and what it has of what SR-IOV needs. */
export type HostPage = Pick<
  CompareOptions,
  'profile' | 'mitigations' | 'postedInterrupts' | 'rootCores' | 'line'
> & {
  /** What it lacks; a host has everything when this is left out. */
  capabilities?: Partial<HostCapabilities>;
};

/** The virtual switch on the host's NIC. */
export interface SwitchPage {
  /** What it is called in tables, up to 40 characters. */
  name?: string;
  /** Enable single-root I/O virtualization (SR-IOV): chosen at creation. Off when left out. */
  enableIov?: boolean;
}

/** The virtual machines, which are all alike. */
export interface VmPage {
  /** 1 to 60; 1 when left out. */
  count?: number;
  /** Virtual processors of each, 1 to 16; 1 when left out. */
  processors?: number;
}

/** The network adapter that each machine has on the switch. */
export interface AdapterPage {
  /** A legacy network adapter: the emulated DEC 21140. It has no other setting than its limit. */
  legacy?: boolean;
  /** Enable SR-IOV: 0, as when left out, is off; 1 to 100 ask for a virtual function. */
  iovWeight?: number;
  /** Queues that its traffic may spread over, 1 to 8; 1 when left out. */
  queues?: number;
  /** 0 leaves it without a queue of the NIC of its own (VMQ); 100 when left out. */
  vmqWeight?: number;
  /** Whether its flows are spread over its queues (vRSS); yes when left out. */
  vrssEnabled?: boolean;
  /**
   * Bits a second that it may send, a policy of its port of the virtual switch: 1e6 to 1e12, or 0 for no
   * limit. Frames of a virtual function pass that switch, and the policy, by.
   */
  maximumBandwidth?: number;
}

/** What the machines' applications and the far end do. As for `compare`. */
export type Workload = Pick<
  CompareOptions,
  | 'direction'
  | 'load'
  | 'frame'
  | 'sizes'
  | 'arrivals'
  | 'inFlight'
  | 'appShare'
  | 'bulk'
  | 'frames'
  | 'durationMs'
  | 'seed'
>;

/** Everything that was left out filled in, but for what `compare` fills in. */
export interface CompleteMachine {
  host: HostPage;
  vmSwitch: Required<SwitchPage>;
  vms: Required<VmPage>;
  adapter: Required<AdapterPage>;
  workload: Workload;
  beside: readonly PathName[];
}

type Page = Exclude<keyof MachineSettings, 'beside'>;

const KNOWN: Readonly<Record<Page, readonly string[]>> = {
  host: ['profile', 'mitigations', 'postedInterrupts', 'rootCores', 'line', 'capabilities'],
  vmSwitch: ['name', 'enableIov'],
  vms: ['count', 'processors'],
  adapter: ['legacy', 'iovWeight', 'queues', 'vmqWeight', 'vrssEnabled', 'maximumBandwidth'],
  workload: [
    'direction',
    'load',
    'frame',
    'sizes',
    'arrivals',
    'inFlight',
    'appShare',
    'bulk',
    'frames',
    'durationMs',
    'seed',
  ],
};
const LONGEST_NAME = 40;

/**
 * Fills in what was left out and refuses what cannot be.
 * @throws UsageError that names page and setting, what was given and what is accepted
 */
export function completeMachine(settings: MachineSettings): CompleteMachine {
  rejectUnknown(settings);
  const { host = {}, vmSwitch = {}, vms = {}, adapter = {}, workload = {}, beside = [] } = settings;
  const { name = 'External', enableIov = false } = vmSwitch;
  if (typeof name !== 'string' || name.trim() === '' || name.length > LONGEST_NAME)
    throw new UsageError(`vmSwitch.name: give a name of 1 to ${LONGEST_NAME} characters`);
  return {
    host,
    vmSwitch: { name, enableIov: flag('vmSwitch.enableIov', enableIov) },
    vms: { count: vms.count ?? 1, processors: vms.processors ?? 1 },
    adapter: completeAdapter(adapter),
    workload,
    beside: completeBeside(beside),
  };
}

function completeAdapter(page: AdapterPage): Required<AdapterPage> {
  const legacy = flag('adapter.legacy', page.legacy ?? false);
  const iovWeight = percent('adapter.iovWeight', page.iovWeight ?? 0);
  const queues = page.queues ?? 1;
  const vmqWeight = percent('adapter.vmqWeight', page.vmqWeight ?? 100);
  const vrssEnabled = flag('adapter.vrssEnabled', page.vrssEnabled ?? true);
  const { maximumBandwidth = 0 } = page;
  if (legacy && iovWeight > 0)
    throw new UsageError(
      'adapter.iovWeight: a legacy network adapter has no SR-IOV setting; leave it out',
    );
  if (legacy && queues !== 1)
    throw new UsageError('adapter.queues: a legacy network adapter has one queue; leave it out');
  return { legacy, iovWeight, queues, vmqWeight, vrssEnabled, maximumBandwidth };
}

function completeBeside(beside: unknown): readonly PathName[] {
  if (!Array.isArray(beside)) throw new UsageError('beside: give a list of paths, such as []');
  for (const path of beside)
    if (!PATHS.includes(path))
      throw new UsageError(`beside: '${String(path)}' is not one of ${PATHS.join(', ')}`);
  return beside;
}

function rejectUnknown(settings: MachineSettings): void {
  const pages = Object.keys(KNOWN) as Page[];
  for (const name of Object.keys(settings))
    if (name !== 'beside' && !pages.includes(name as Page))
      throw new UsageError(
        `a machine has no page '${name}'; it has ${pages.join(', ')} and beside`,
      );
  for (const page of pages) {
    const given: unknown = settings[page] ?? {};
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      throw new UsageError(`${page}: give an object with its settings`);
    for (const name of Object.keys(given))
      if (!KNOWN[page].includes(name))
        throw new UsageError(`${page} has no setting '${name}'; it has ${KNOWN[page].join(', ')}`);
  }
}

function flag(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new UsageError(`${name}: '${String(value)}' is not true or false`);
}

function percent(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= 100) return value;
  throw new UsageError(`${name}: ${String(value)} is not a number from 0 to 100`);
}
