import { threeFacts } from '../boxes.ts';
import { runBed, runPath } from '../compare.ts';
import {
  getNetAdapterSriov,
  getVMHost,
  getVMNetworkAdapter,
  getVMSwitch,
  type VMNetworkAdapterReport,
} from '../management-reports.ts';
import { completeConfig, PATHS } from '../options.ts';
import type { CompareConfig, CompareReport, PathName, PathReport, TableReport } from '../report.ts';
import { Testbed, type TestbedOptions } from '../testbed.ts';
import { type CompleteMachine, completeMachine, type MachineSettings } from './settings.ts';
import { NAMES, ownNote, wayTable } from './way.ts';

/** What a machine did, and which way its frames took. */
export interface MachineRun {
  /** The path of its frames; with several machines, that of the best served one. */
  path: PathName;
  /** What management says of each machine's adapter. */
  adapters: VMNetworkAdapterReport[];
  /** The path of each machine's frames, and why that one. */
  way: TableReport;
  /** Supported, enabled, in use: for each layer. */
  facts: TableReport;
  /** The machine's workload on its path, beside the other paths that were asked for. */
  comparison: CompareReport;
}

/**
 * Builds host, switch, virtual machines and adapters as their settings pages say, lets management decide which
 * way the frames go, and runs the workload. The paths to compare with run on machines of their own.
 * @throws UsageError for a setting that cannot be, and for settings that contradict each other
 */
export async function runMachine(settings: MachineSettings = {}): Promise<MachineRun> {
  const machine = completeMachine(settings);
  const asked = askedPath(machine);
  const config = configOf(machine, asked);
  const bed = build(asked, machine, config);
  const path = pathOf(bed);
  const order = PATHS.filter((name) => name === path || machine.beside.includes(name));
  const paths: CompareReport['paths'] = {};
  for (const name of order) {
    paths[name] = name === path ? runOwn(path, machine, bed) : runPath(name, config);
    await Promise.resolve();
  }
  const { vmSwitch } = bed;
  if (vmSwitch === undefined) throw new Error('a machine with a hypervisor has a switch');
  const { host } = bed;
  const adapters = bed.adapters.map((adapter) => getVMNetworkAdapter(host, adapter));
  const asSeen = {
    getVMHost: () => getVMHost(host),
    getNetAdapterSriov: () => getNetAdapterSriov(host),
    getVMSwitch: () => getVMSwitch(host, vmSwitch),
    getVMNetworkAdapter: () => adapters[0],
  };
  return {
    path,
    adapters,
    way: wayTable(machine, bed.adapters, adapters),
    facts: threeFacts(asSeen),
    comparison: {
      kind: 'compare',
      title: `The machine as it is set: ${NAMES[path]}`,
      config: { ...config, paths: order },
      paths,
    },
  };
}

/** The path that the settings ask for; the host may have something against it. */
function askedPath({ adapter, vmSwitch }: CompleteMachine): PathName {
  if (adapter.legacy) return 'emulated';
  return vmSwitch.enableIov && adapter.iovWeight > 0 ? 'sriov' : 'vmbus';
}

function configOf(machine: CompleteMachine, asked: PathName): CompareConfig {
  const { host, vms, adapter, workload, beside } = machine;
  const { capabilities: _, ...costs } = host;
  return completeConfig({
    ...workload,
    ...costs,
    paths: [...new Set([asked, ...beside])],
    vms: vms.count,
    guestCores: vms.processors,
    queues: adapter.queues,
    ...(adapter.vmqWeight === 0 && { vmq: false }),
    ...(!adapter.vrssEnabled && { vrss: false }),
  });
}

/** The machine, at rest. One that asked for virtual functions and got none is a machine of the VMBus path. */
function build(asked: PathName, machine: CompleteMachine, config: CompareConfig): Testbed {
  const { host, vmSwitch, adapter } = machine;
  const options: TestbedOptions = {
    capabilities: host.capabilities,
    settings: {
      enableIov: vmSwitch.enableIov,
      iovWeight: adapter.iovWeight,
      maximumBandwidth: adapter.maximumBandwidth,
    },
  };
  const bed = new Testbed(asked, config, options);
  return pathOf(bed) === asked ? bed : new Testbed('vmbus', config, options);
}

function pathOf({ adapters }: Testbed): PathName {
  const paths = adapters.map(({ path }) => path);
  return paths.find((path) => path === 'sriov') ?? paths[0];
}

function runOwn(path: PathName, machine: CompleteMachine, bed: Testbed): PathReport {
  const report = runBed(path, bed);
  return { ...report, note: ownNote(machine, bed, report.note) };
}
