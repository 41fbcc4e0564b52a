import { aroundIommu, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'around',
  variants: [{ redirect: false }, { redirect: true }],
  question: ({ redirect }) =>
    `The switch ${redirect ? 'redirects requests to peers upwards' : 'does not redirect'}. VM 0’s function writes to a register of its neighbour’s device. Who stops it?`,
  run({ redirect }) {
    const { attempts } = aroundIommu({ redirect, validate: true });
    const { outcome, changed, seen } = attempts.find(({ name }) => name.startsWith('a register'))!;
    return { outcome, changed, seen };
  },
  choices: () => [
    {
      text: 'The IOMMU: the address is not in its domain',
      fits: ({ changed, seen }) => changed === '' && seen > 0,
      why: 'It could only stop what it sees. The switch turns the request round below it.',
    },
    {
      text: 'The neighbour’s device',
      fits: ({ changed, seen }) => changed === '' && seen === 0,
      why: 'A device obeys its registers, whoever writes them.',
    },
    {
      text: 'Nobody',
      fits: ({ changed }) => changed !== '',
      why: 'The request goes up first now, and meets the tables there.',
    },
  ],
  figures: ({ outcome, changed, seen }) => [
    { name: 'What became of it', value: outcome },
    { name: 'Requests that the IOMMU saw', value: seen },
    { name: 'What it changed', value: changed || 'nothing' },
  ],
  because: () =>
    'The switch sends the request up, as it does with all others. There it is looked up in the tables of VM 0, which know no such address.',
  knobs: ({ redirect }) => ({ 'ACS: redirect requests to peers': redirect }),
});
