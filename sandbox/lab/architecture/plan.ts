import type {
  Actor,
  ArchitectureEdge,
  ArchitectureNode,
  ArchitecturePart,
  PathName,
} from '../report.ts';

/** The paths that go through a virtual machine. */
export type VirtualPath = Exclude<PathName, 'native'>;

const DRIVER: Readonly<Record<VirtualPath, string>> = {
  emulated: 'tulip driver',
  vmbus: 'NetVSC',
  sriov: 'VF driver',
};
/** What the guest takes for its network card. */
const VIRTUAL_DEVICE: Readonly<Record<VirtualPath, string>> = {
  emulated: 'DEC 21140',
  vmbus: 'VMBus adapter',
  sriov: 'VF registers',
};

/** The id of a part: unique with the number of its virtual machine. */
export function idOf(part: ArchitecturePart, vm?: number): string {
  return vm === undefined ? part : `${part}-${vm}`;
}

/** What a machine with virtual machines on these paths, one for each, is made of, and what is connected. */
export function plan(paths: readonly VirtualPath[]) {
  const nodes: ArchitectureNode[] = [];
  const edges: ArchitectureEdge[] = [];
  const add = (part: ArchitecturePart, who: Actor, label: string, vm?: number) => {
    nodes.push({ id: idOf(part, vm), part, who, label, ...(vm === undefined ? {} : { vm }) });
  };
  const connect = (...way: string[]) => {
    for (let i = 1; i < way.length; i++) edges.push({ from: way[i - 1], to: way[i] });
  };
  add('hypervisor', 'hypervisor', 'hypervisor');
  add('kernel', 'root-kernel', 'kernel');
  add('vsp', 'root-kernel', 'NetVSP');
  add('switch', 'root-kernel', 'virtual switch');
  add('pf-driver', 'root-kernel', 'PF driver');
  add('pf', 'device', 'PF');
  add('nic-switch', 'device', 'switch in the NIC');
  add('peer', 'wire', 'peer');
  connect('hypervisor', 'kernel');
  connect('vsp', 'switch', 'pf-driver', 'pf', 'nic-switch', 'peer');
  for (const [vm, path] of paths.entries()) {
    const id = (part: ArchitecturePart) => idOf(part, vm);
    add('application', 'guest-user', 'application', vm);
    add('stack', 'guest-kernel', 'network stack', vm);
    add('driver', 'guest-kernel', DRIVER[path], vm);
    add('virtual-device', 'guest-kernel', VIRTUAL_DEVICE[path], vm);
    add('worker', 'root-user', paths.length === 1 ? 'worker process' : `worker ${vm + 1}`, vm);
    connect(id('application'), id('stack'), id('driver'), id('virtual-device'));
    connect('kernel', id('worker'), 'switch');
    if (path === 'emulated') connect(id('virtual-device'), 'hypervisor');
    else connect(id('driver'), 'hypervisor');
    if (path === 'vmbus') {
      add('channel', 'root-kernel', 'ring', vm);
      connect(id('virtual-device'), id('channel'), 'vsp');
    }
    if (path !== 'sriov') continue;
    add('vf', 'device', `VF ${vm + 1}`, vm);
    connect(id('virtual-device'), id('vf'), 'nic-switch');
  }
  return { nodes, edges };
}
