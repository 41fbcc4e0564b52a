import { about, compare, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'efficiency',
  variants: [{ rootCores: 4 }, { rootCores: 2 }],
  question: ({ rootCores }) =>
    `The root works on ${rootCores === 4 ? 'four cores' : 'two cores'} instead of one, each with its own queues. What becomes of the cycles that a frame takes?`,
  async run({ rootCores }) {
    const cycles = async (cores: number): Promise<number> => {
      const { paths } = await compare({
        paths: ['vmbus'],
        direction: 'rx',
        vms: 4,
        rootCores: cores,
        line: '100G',
        frames: 1000,
      });
      return paths.vmbus!.cyclesPerFrame;
    };
    const [one, more] = [await cycles(1), await cycles(rootCores)];
    return { one, more, share: more / one };
  },
  choices: ({ rootCores }) => [
    { text: 'They stay about the same', fits: ({ share }) => about(share, 1, 0.2) },
    {
      text: `They fall to ${rootCores === 4 ? 'a quarter' : 'half'}`,
      fits: ({ share }) => about(share, 1 / rootCores, 0.2),
      why: 'More cores do more frames. Each frame still has to be done.',
    },
    {
      text: 'They double',
      fits: ({ share }) => about(share, 2, 0.2),
      why: 'The cores hardly get in each other’s way: each has its queues to itself.',
    },
  ],
  figures: ({ one, more }, { rootCores }) => [
    { name: 'With one core', value: Math.round(one), unit: 'cycles for a frame' },
    { name: `With ${rootCores}`, value: Math.round(more), unit: 'cycles for a frame' },
  ],
  because: () =>
    'Software scales by working on more cores at once, not by working less. The bill for a frame is the same.',
});
