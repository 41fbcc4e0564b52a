import { type ArchitecturePart, architecture, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'neighbour',
  variants: [{ path: 'vmbus' }, { path: 'sriov' }, { path: 'emulated' }],
  question: ({ path }) => {
    const by = { vmbus: 'VMBus', emulated: 'the emulated path', sriov: 'SR-IOV' }[path];
    return `Two virtual machines on the same host talk to each other, both over ${by}. How far out does a frame get?`;
  },
  async run({ path }) {
    const { steps, nodes } = await architecture({ path, direction: 'to-neighbour' });
    const times = (part: ArchitecturePart): number => {
      const { id } = nodes.find((node) => node.part === part)!;
      return steps.filter(({ holder }) => holder === id).length;
    };
    return {
      outside: times('peer'),
      card: times('nic-switch') + times('pf'),
      vmSwitch: times('switch'),
    };
  },
  choices: ({ path }) => [
    {
      text: 'To the switch in the rack, and back',
      fits: ({ outside }) => outside > 0,
      why: 'That is how two servers talk. Here one box knows both addresses.',
    },
    {
      text: 'To the card, and back',
      fits: ({ outside, card }) => outside === 0 && card > 0,
      why: 'The card is behind one port of the virtual switch, and the neighbour behind another.',
    },
    {
      text: 'To the virtual switch, and no further',
      fits: ({ outside, card, vmSwitch }) => outside === 0 && card === 0 && vmSwitch > 0,
      why:
        path === 'sriov' ? 'The data pass the root by, and with it the root’s switch.' : undefined,
    },
  ],
  figures: ({ outside, card, vmSwitch }) => [
    { name: 'Steps in which the virtual switch has the frame', value: vmSwitch },
    { name: 'In which the card has it', value: card },
    { name: 'In which somebody outside has it', value: outside },
  ],
  because: (_, { path }) =>
    path === 'sriov'
      ? 'The card has a switch of its own. It knows both functions by their addresses, and hands the frame from one to the other.'
      : 'The virtual switch knows both adapters by their addresses, whatever kind they are. The card is not asked.',
  knobs: ({ path }) => ({ Path: path }),
});
