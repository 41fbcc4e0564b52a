import { runMachine } from 'two-checkboxes';

const machine = await runMachine({
  host: { profile: 'sandybridge-2012', rootCores: 1, line: '10G' },
  vmSwitch: { name: 'External', enableIov: false },
  vms: { count: 1, processors: 1 },
  adapter: { iovWeight: 0, queues: 1 },
  workload: { direction: 'tx', load: 'max', frame: 1514, seed: 1 },
  beside: ['emulated', 'vmbus', 'sriov'],
});

export default [machine.way, machine.facts, machine.comparison];
