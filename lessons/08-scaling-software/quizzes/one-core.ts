import { between, compare, draw, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'one-core',
  variants: draw({ profile: ['nehalem-2008r2', 'sandybridge-2012'], vms: [4, 2, 8] }, 3, 5),
  question: ({ vms, profile }) => {
    const more = vms === 2 ? 'one more joins' : `${vms === 4 ? 'three' : 'seven'} more join`;
    const all = vms === 2 ? 'both' : `all ${vms === 4 ? 'four' : 'eight'}`;
    const year = profile === 'nehalem-2008r2' ? '2009' : '2012';
    return `One virtual machine receives as fast as one core of the root allows, with the costs of ${year}. Now ${more} it, on the same core. How much do ${all} receive together?`;
  },
  async run({ profile, vms }) {
    const rate = async (machines: number): Promise<number> => {
      const { paths } = await compare({
        paths: ['vmbus'],
        direction: 'rx',
        vms: machines,
        line: '40G',
        profile,
        frames: 800,
      });
      return paths.vmbus!.throughputGbps;
    };
    return { one: await rate(1), all: await rate(vms) };
  },
  choices: ({ vms }) => [
    {
      text: vms === 2 ? 'Twice as much' : vms === 4 ? 'Four times as much' : 'Eight times as much',
      fits: ({ one, all }) => between(all / one, vms * 0.8, vms * 1.2),
      why: 'Each machine has a core of its own, but the root’s work for all of them is done on one.',
    },
    {
      text: 'About half as much again',
      fits: ({ one, all }) => between(all / one, 1.35, 1.6),
      why: 'There is nothing left on that core that another machine could use.',
    },
    { text: 'About the same, or less', fits: ({ one, all }) => between(all / one, 0.5, 1.25) },
  ],
  figures: ({ one, all }, { vms }) => [
    { name: 'One machine', value: one, unit: 'Gb/s' },
    { name: `${vms} machines together`, value: all, unit: 'Gb/s' },
  ],
  because: () =>
    'The limit is the core that does everyone’s work. More guests share what one had, and the core has more of them to wake.',
  knobs: ({ profile }) => ({ 'Costs of': profile }),
});
