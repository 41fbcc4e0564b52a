import { architecture, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'neighbour',
  variants: [{ path: 'vmbus' }, { path: 'emulated' }, { path: 'sriov' }],
  question: ({ path }) => {
    const by = { vmbus: 'VMBus', emulated: 'the emulated path', sriov: 'SR-IOV' }[path];
    return `Two virtual machines on the same host talk to each other, both over ${by}. How often does a frame pass the wire?`;
  },
  async run({ path }) {
    const { steps } = await architecture({ path, direction: 'to-neighbour' });
    const at = (part: string): number =>
      steps.filter(({ holder, at, to }) => [holder, at, to].includes(part)).length;
    return { wire: at('wire'), steps: steps.length, ways: [at('vswitch'), at('nic')] };
  },
  choices: () => [
    {
      text: 'Twice: out to the switch in the rack, and back',
      fits: ({ wire }) => wire === 2,
      why: 'That is how two servers talk. Here one box knows both addresses.',
    },
    {
      text: 'Once: only on its way out',
      fits: ({ wire }) => wire === 1,
      why: 'A frame that went out would have to come back in, or nobody would get it.',
    },
    { text: 'Never', fits: ({ wire }) => wire === 0 },
  ],
  figures: ({ wire, steps }) => [
    { name: 'Steps of the frame', value: steps },
    { name: 'Of these on the wire', value: wire },
  ],
  knobs: ({ path }) => ({ Path: path }),
});
