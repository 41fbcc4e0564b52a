import { compare, least, most, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'promises',
  variants: [
    { profile: 'nehalem-2008r2', wanted: 'smallest' },
    { profile: 'sandybridge-2012', wanted: 'largest' },
  ],
  question: ({ profile, wanted }) =>
    `VMBus and SR-IOV on a machine of ${profile === 'nehalem-2008r2' ? '2009' : '2012'}. In which promise is the difference ${wanted}, as a factor?`,
  async run({ profile }) {
    const common = { paths: ['vmbus', 'sriov'] as const, profile };
    const options = { ...common, paths: [...common.paths] };
    const pingPong = await compare({ ...options, direction: 'rr', frame: 128, frames: 60 });
    const flatOut = await compare({ ...options, direction: 'rx', frames: 1000 });
    const steady = await compare({ ...options, direction: 'rx', load: 20_000, frames: 200 });
    const crowd = await compare({ ...options, direction: 'rx', line: '40G', vms: 6, frames: 1000 });
    type Run = typeof steady;
    const factor = (run: Run, of: (path: NonNullable<Run['paths']['vmbus']>) => number): number => {
      const [a, b] = [of(run.paths.vmbus!), of(run.paths.sriov!)];
      return Math.max(a / b, b / a);
    };
    return {
      latency: factor(pingPong, ({ latencyUs }) => latencyUs.p50),
      one: factor(flatOut, ({ throughputGbps }) => throughputGbps),
      cores: factor(
        steady,
        ({ cores }) => cores.guest + cores.hypervisor + cores.rootKernel + cores.rootUser,
      ),
      many: factor(crowd, ({ throughputGbps }) => throughputGbps),
    };
  },
  choices: ({ wanted }) => {
    const extreme = wanted === 'smallest' ? least : most;
    return [
      {
        text: 'Latency',
        fits: (seen) => extreme(seen.latency, Object.values(seen)),
        why: 'Much of a round trip is the same on both: the wire, the far end, a guest that wakes up.',
      },
      {
        text: 'Throughput of one machine',
        fits: (seen) => extreme(seen.one, Object.values(seen)),
        why:
          wanted === 'smallest'
            ? 'Near, but a core of the root stops VMBus before the line is full.'
            : 'One machine alone comes near the line on both.',
      },
      {
        text: 'Cores at the same load',
        fits: (seen) => extreme(seen.cores, Object.values(seen)),
        why:
          wanted === 'smallest'
            ? 'The root works for each frame. That is most of what VMBus keeps busy.'
            : 'A factor of three is much. But each guest has cores of its own, and of the root there is one.',
      },
      {
        text: 'Throughput of many machines',
        fits: (seen) => extreme(seen.many, Object.values(seen)),
        why: 'Many machines share one core of the root. The card has no such core.',
      },
    ];
  },
  figures: ({ latency, one, cores, many }) => [
    { name: 'Latency, a factor of', value: latency },
    { name: 'Throughput of one machine', value: one },
    { name: 'Cores at the same load', value: cores },
    { name: 'Throughput of many machines', value: many },
  ],
  because: ({ many }) =>
    `One core of the root carries all of VMBus’s machines, and the card has no such core. That makes a factor of ${many.toFixed(1)}.`,
  knobs: ({ profile }) => ({ 'Costs of': profile }),
});
