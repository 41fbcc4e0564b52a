import { between, compare, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'lines',
  variants: [
    { path: 'vmbus', direction: 'tx' },
    { path: 'sriov', direction: 'tx' },
  ],
  question: ({ path, direction }) =>
    `Twelve machines ${direction === 'tx' ? 'send' : 'receive'}. From 10 to 100 Gb/s: how many more of the host’s processors does ${path === 'vmbus' ? 'VMBus' : 'SR-IOV'} need, if it can fill the line at all?`,
  async run({ path, direction }) {
    const host = async (line: string): Promise<number> => {
      const { paths } = await compare({
        paths: [path],
        profile: 'icelake-zen3-2021',
        direction,
        line,
        vms: 12,
        rootCores: 12,
        frames: 1500,
      });
      const { cores } = paths[path]!;
      return cores.hypervisor + cores.rootKernel;
    };
    const [slow, fast] = [await host('10G'), await host('100G')];
    return { slow, fast, more: fast - slow };
  },
  choices: () => [
    {
      text: 'Less than one',
      fits: ({ more }) => between(more, Number.NEGATIVE_INFINITY, 1),
      why: 'Each frame passes the root, and there are ten times as many.',
    },
    {
      text: 'One or two',
      fits: ({ more }) => between(more, 1, 2.5),
      why: 'A processor of the root does under a million frames a second. Eight million come.',
    },
    {
      text: 'Four or more',
      fits: ({ more }) => between(more, 4, 12),
      why: 'The root is not asked for any frame here. The card does the work.',
    },
  ],
  figures: ({ slow, fast }) => [
    { name: 'The host at 10 Gb/s', value: slow, unit: 'processors' },
    { name: 'At 100 Gb/s', value: fast, unit: 'processors' },
  ],
  because: () =>
    'The root does nothing for a frame here. What little it does is for interrupts, and a faster line brings few more of them.',
  knobs: ({ direction }) => ({ Direction: direction }),
});
