import { compare, type PathName, profileKnob } from 'two-checkboxes';

const profile = profileKnob('Costs of');
const paths: PathName[] = ['emulated', 'vmbus', 'sriov'];
const common = { paths, profile };

const pingPong = await compare({ ...common, direction: 'rr', frame: 128, frames: 100 });
const flatOut = await compare({ ...common, direction: 'rx', frames: 1500 });
const steady = await compare({ ...common, direction: 'rx', load: 20_000, frames: 400 });
const crowd = await compare({ ...common, direction: 'rx', line: '40G', vms: 6, frames: 2000 });

const busy = (path: PathName) => {
  const { guest, hypervisor, rootKernel, rootUser } = steady.paths[path]?.cores ?? {};
  return (guest ?? 0) + (hypervisor ?? 0) + (rootKernel ?? 0) + (rootUser ?? 0);
};

export default {
  kind: 'table',
  title: 'Four promises, measured',
  columns: [{ name: 'Promise' }, ...paths.map((name) => ({ name }))],
  rows: [
    [
      'latency: a round trip of 128 B, µs',
      ...paths.map((path) => pingPong.paths[path]?.latencyUs.p50 ?? 0),
    ],
    [
      'throughput: one machine receives, Gb/s',
      ...paths.map((path) => flatOut.paths[path]?.throughputGbps ?? 0),
    ],
    ['compute: cores busy at 20,000 frames/s', ...paths.map(busy)],
    [
      'scaling: six machines on a 40G line, Gb/s',
      ...paths.map((path) => crowd.paths[path]?.throughputGbps ?? 0),
    ],
    ['scaling: what stopped it', ...paths.map((path) => crowd.paths[path]?.limitedBy ?? '')],
  ],
};
