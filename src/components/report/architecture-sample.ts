import type {
  Actor,
  ArchitectureEdge,
  ArchitectureNode,
  ArchitecturePart,
  ArchitectureReport,
  ArchitectureStep,
  PathName,
} from '../../../sandbox/lab/report.ts';

/** Made-up machines of the right shape, as in samples.ts. */
const shared: [ArchitecturePart, Actor, string][] = [
  ['hypervisor', 'hypervisor', 'hypervisor'],
  ['kernel', 'root-kernel', 'kernel'],
  ['vsp', 'root-kernel', 'NetVSP'],
  ['switch', 'root-kernel', 'virtual switch'],
  ['pf-driver', 'root-kernel', 'PF driver'],
  ['pf', 'device', 'PF'],
  ['nic-switch', 'device', 'switch in the NIC'],
  ['peer', 'wire', 'peer'],
];
const own: [ArchitecturePart, Actor, string][] = [
  ['application', 'guest-user', 'application'],
  ['stack', 'guest-kernel', 'network stack'],
  ['driver', 'guest-kernel', 'driver'],
  ['virtual-device', 'guest-kernel', 'VMBus adapter'],
  ['worker', 'root-user', 'worker'],
];
const more: Partial<Record<PathName, [ArchitecturePart, Actor, string]>> = {
  vmbus: ['channel', 'root-kernel', 'ring'],
  sriov: ['vf', 'device', 'VF'],
};

function nodesOf(path: PathName, vms: number): ArchitectureNode[] {
  const extra = more[path];
  const each = extra ? [...own, extra] : own;
  return [
    ...shared.map(([part, who, label]) => ({ id: part, part, who, label })),
    ...Array.from({ length: vms }, (_, vm) =>
      each.map(([part, who, label]) => ({ id: `${part}-${vm}`, part, who, label, vm })),
    ).flat(),
  ];
}

function edgesOf(path: PathName, vms: number): ArchitectureEdge[] {
  const ways = [
    ['hypervisor', 'kernel'],
    ['vsp', 'switch', 'pf-driver', 'pf', 'nic-switch', 'peer'],
  ];
  for (let vm = 0; vm < vms; vm++) {
    const device = `virtual-device-${vm}`;
    ways.push([`application-${vm}`, `stack-${vm}`, `driver-${vm}`, device]);
    ways.push(['kernel', `worker-${vm}`, 'switch']);
    ways.push([path === 'emulated' ? device : `driver-${vm}`, 'hypervisor']);
    if (path === 'vmbus') ways.push([device, `channel-${vm}`, 'vsp']);
    if (path === 'sriov') ways.push([device, `vf-${vm}`, 'nic-switch']);
  }
  return ways.flatMap((way) => way.slice(1).map((to, i) => ({ from: way[i] ?? '', to })));
}

/** Who, what, nanoseconds, from, to (or the same for at), exits, copies, detail. */
type Row = [Actor, string, number, string, string, number, number, string?];
const rows: Row[] = [
  ['guest-user', 'application', 0, 'application-0', 'application-0', 0, 0],
  ['guest-kernel', 'network stack', 634, 'stack-0', 'stack-0', 0, 0],
  ['guest-kernel', 'copy', 155, 'driver-0', 'channel-0', 0, 1, '1514 bytes into send section 0'],
  ['hypervisor', 'hypercall', 2048, 'driver-0', 'hypervisor', 1, 0],
  ['hypervisor', 'interrupt', 1706, 'hypervisor', 'kernel', 1, 0, 'inject'],
  ['root-kernel', 'ring', 61, 'channel-0', 'vsp', 0, 0, 'take'],
  ['root-kernel', 'switch', 648, 'switch', 'switch', 0, 0, 'from port 0 to the external port'],
  ['root-kernel', 'driver', 220, 'pf-driver', 'pf-driver', 0, 0, 'PF: send'],
  ['device', 'DMA', 1300, 'pf-driver', 'pf', 0, 0, 'read 1514 bytes as 01:00.0'],
  ['wire', 'on the wire', 1230, 'pf', 'peer', 0, 0],
];

function steps(): ArchitectureStep[] {
  let now = 0;
  return rows.map(([who, what, took, from, to, exits, copies, detail]) => {
    const start = now;
    now += took;
    const place = from === to ? { at: to } : { from, to };
    const holder = who === 'hypervisor' ? 'channel-0' : to;
    const bytes = what === 'DMA' ? '00155d010203525400123456080045000024' : undefined;
    const cycles = who === 'device' || who === 'wire' ? 0 : took * 3;
    return { start, end: now, who, what, detail, bytes, ...place, exits, copies, cycles, holder };
  });
}

/** The parts of a machine on `path`; the steps are VMBus's and stand where there are such parts. */
export function sampleArchitecture(path: PathName, vms: number): ArchitectureReport {
  const nodes = nodesOf(path, vms);
  const title = 'A frame of 1514 bytes from a virtual machine to the wire';
  return {
    kind: 'architecture',
    title,
    path,
    frame: 1514,
    nodes,
    edges: edgesOf(path, vms),
    steps: steps(),
  };
}

export const ARCHITECTURE = sampleArchitecture('vmbus', 2);
