import { type HostCapabilities, quiz, tickBoxes } from 'two-checkboxes';

const PARTS = {
  'BIOS keeps control of PCI Express': {
    lacks: { expressControl: false },
    words: 'The BIOS keeps control of PCI Express to itself.',
  },
  'no interrupt remapping': {
    lacks: { interruptRemapping: false },
    words: 'The chipset cannot remap interrupts.',
  },
  'no ACS above this card': {
    lacks: { acsInSlot: false },
    words: 'The port above the card has no ACS.',
  },
} satisfies Record<string, { lacks: Partial<HostCapabilities>; words: string }>;

export default quiz({
  cell: 'broken',
  variants: [
    { broken: 'BIOS keeps control of PCI Express' },
    { broken: 'no interrupt remapping' },
    { broken: 'no ACS above this card' },
  ],
  question: ({ broken }) =>
    `${PARTS[broken].words} Both boxes are ticked. What does the virtual machine notice?`,
  run({ broken }) {
    const machine = tickBoxes({
      onSwitch: true,
      onAdapter: true,
      capabilities: PARTS[broken].lacks,
    });
    const { refusals } = machine.getVMNetworkAdapter();
    return {
      path: machine.path,
      layers: refusals.map(({ layer, reason }) => `${layer}: ${reason}`),
    };
  },
  choices: () => [
    {
      text: 'Its frames go by a virtual function all the same',
      fits: ({ path }) => path === 'sriov',
      why: 'A function without that could reach where it must not. The host does not give one out.',
    },
    {
      text: 'It has no network',
      fits: ({ path }) => path !== 'sriov' && path !== 'vmbus',
      why: 'It has its synthetic adapter, which needs nothing of all this.',
    },
    { text: 'Nothing: it runs on its synthetic adapter', fits: ({ path }) => path === 'vmbus' },
  ],
  figures: ({ path, layers }) => [
    { name: 'Frames go by', value: path === 'vmbus' ? 'VMBus' : path },
    { name: 'What the host says', value: layers.join(', ') },
  ],
  because: () =>
    'The host refuses, in a report that an administrator can read. To the guest nothing has happened: it never had a virtual function.',
  knobs: ({ broken }) => ({ Broken: broken }),
});
